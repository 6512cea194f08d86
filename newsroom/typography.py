"""Sets text as a Czech or English typesetter would: quotes, dashes, signs, and places where no line may break."""

import re
from collections.abc import Callable
from typing import Any

NBSP = "\N{NO-BREAK SPACE}"
JOINER = "\N{WORD JOINER}"
TAGS = re.compile(r"(<!--.*?-->|<[^>]*>)", re.DOTALL)
UNTOUCHED = re.compile(r"<(/?)(?:code|pre|kbd|samp|script|style|textarea)\b")

# What Markdown's smarty writes for straight quotes, dashes and dots.
SIGNS = {
    "cs": {"&ldquo;": "„", "&rdquo;": "“", "&lsquo;": "‚", "&rsquo;": "‘"},
    "en": {"&ldquo;": "“", "&rdquo;": "”", "&lsquo;": "‘", "&rsquo;": "’"},
}
APOSTROPHE = re.compile(r"(?<=\w)&rsquo;(?=\w)")  # O’Brien, in Czech too
COMMON_SIGNS = {"&ndash;": "–", "&mdash;": "—", "&hellip;": "…"}

CZECH_MONTHS = "ledna|února|března|dubna|května|června|července|srpna|září|října|listopadu|prosince"
ENGLISH_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
NUMBERS = (
    r"(?<![\w.,])\d{1,3}(?: \d{3})+(?!\d)(?: (?=[^\W\d_]))?",  # 777 939 licencí
    rf"(?<=\d) (?=%|°C|{ENGLISH_MONTHS})",  # 20 %, 12 September
    rf"(?<=\d\.) (?={CZECH_MONTHS}|\d)",  # 12. září, 12. 9. 2017
    rf"(?:{CZECH_MONTHS}|{ENGLISH_MONTHS}) (?=\d{{4}})",  # září 2017
    r"(?<![\w.,])\d{1,3} (?=[^\W\d_])",  # 24 hodin; but not: verze 4.28 přináší
    r"\bNET service solution s\.r\.o\.",
    r" (?=s\. ?r\. ?o\.)",
)
RULES = {
    "cs": re.compile(
        "|".join((r"(?<!\w)(?:[ksvzouai] )+(?=\S|$)", r"(?<!\w)(?:§|str\.|č\.|tzv\.|např\.|Ing\.) (?=\S)", *NUMBERS)),
        re.IGNORECASE,
    ),
    "en": re.compile("|".join(NUMBERS)),
}
# A typed range: two whole numbers, the second greater; neither 2017-09-12 nor a telephone number nor 4.28-4.30.
RANGE = re.compile(r"(?<![\w.,/+-])(?<!\d[ \xa0])(\d{1,3}|\d{4})-([1-9]\d{0,3})(?![\w/-]|[.,]\d|[ \xa0]\d)")
TIMES = re.compile(r"(?<![\w.,-])([1-9]\d*)x(?=\d+\b|(?!\w))")  # 2x, 1024x768
CZECH_DATE = re.compile(r"(?<![\w.])([12]?\d|3[01])\.([1-9]|1[0-2])\.(\d{4})(?!\w|\.\d)")  # 1.12.2026
DASH = re.compile(r"(?<=\d)(\.?)–(?=\d)")


def typeset(text: str, lang: str) -> str:
    """Return plain text with its breakable places mended, and the signs that a keyboard has not."""
    text = TIMES.sub(r"\1×", RANGE.sub(with_dash, text))
    if lang == "cs":
        text = CZECH_DATE.sub(r"\1. \2. \3", text)
    text = RULES[lang].sub(lambda match: match[0].replace(" ", NBSP), text)
    return DASH.sub(rf"\1{JOINER}–{JOINER}", text)


def with_dash(match: re.Match[str]) -> str:
    """Return a typed range with an en dash; what does not rise, or is no pair of years, is no range."""
    low, high = match.groups()
    alike = len(high) < 4 or len(low) == 4
    return f"{low}–{high}" if alike and int(low) < int(high) else match[0]


def typeset_texts(texts: Any, lang: str) -> Any:
    """Return a table of interface texts, tables and lists within it included, typeset."""
    if isinstance(texts, dict):
        return {name: typeset_texts(text, lang) for name, text in texts.items()}
    if isinstance(texts, list):
        return [typeset_texts(text, lang) for text in texts]
    return typeset(texts, lang) if isinstance(texts, str) else texts


def in_text(html: str, change: Callable[[str], str]) -> str:
    """Return HTML with `change` made to its text, never to tags, attributes or code."""
    parts, depth = TAGS.split(html), 0
    for index, part in enumerate(parts):
        if index % 2 == 0:
            parts[index] = part if depth else change(part)
        elif tag := UNTOUCHED.match(part):
            depth += -1 if tag[1] else 1
    return "".join(parts)


def typeset_html(html: str, lang: str) -> str:
    """Return rendered HTML with the language's quotes and unbreakable spaces."""
    signs = SIGNS[lang] | COMMON_SIGNS

    def change(text: str) -> str:
        text = APOSTROPHE.sub("’", text)
        return typeset(re.sub("&[a-z]+;", lambda entity: signs.get(entity[0], entity[0]), text), lang)

    return in_text(html, change)
