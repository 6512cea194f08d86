"""Sets text as a Czech or English typesetter would: quotes, dashes, and spaces at which no line may break."""

import re
from collections.abc import Callable
from typing import Any

NBSP = "\N{NO-BREAK SPACE}"
TAGS = re.compile(r"(<!--.*?-->|<[^>]*>)", re.DOTALL)
UNTOUCHED = re.compile(r"<(/?)(?:code|pre|kbd|samp|script|style|textarea)\b")

# What Markdown's smarty writes for straight quotes, dashes and dots.
SIGNS = {
    "cs": {"&ldquo;": "„", "&rdquo;": "“", "&lsquo;": "‚", "&rsquo;": "’"},
    "en": {"&ldquo;": "“", "&rdquo;": "”", "&lsquo;": "‘", "&rsquo;": "’"},
}
COMMON_SIGNS = {"&ndash;": "–", "&mdash;": "—", "&hellip;": "…"}

CZECH_MONTHS = "ledna|února|března|dubna|května|června|července|srpna|září|října|listopadu|prosince"
ENGLISH_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
NUMBERS = (
    r"(?<![\w.,])\d{1,3}(?: \d{3})+(?!\d)(?: (?=[^\W\d_]))?",  # 777 939 licencí
    rf"(?<=\d) (?=%|{ENGLISH_MONTHS})",  # 20 %, 12 September
    rf"(?<=\d\.) (?={CZECH_MONTHS}|\d)",  # 12. září, 12. 9. 2017
    rf"(?:{CZECH_MONTHS}|{ENGLISH_MONTHS}) (?=\d{{4}})",  # září 2017
    r"(?<![\w.,])\d{1,3} (?=[^\W\d_])",  # 24 hodin; but not: verze 4.28 přináší
    r" (?=s\. ?r\. ?o\.)",
)
RULES = {
    "cs": re.compile("|".join((r"(?<!\w)(?:[ksvzouai] )+(?=\S|$)", *NUMBERS)), re.IGNORECASE),
    "en": re.compile("|".join(NUMBERS)),
}


def typeset(text: str, lang: str) -> str:
    """Return plain text with its breakable spaces mended."""
    return RULES[lang].sub(lambda match: match[0].replace(" ", NBSP), text)


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
        return typeset(re.sub("&[a-z]+;", lambda entity: signs.get(entity[0], entity[0]), text), lang)

    return in_text(html, change)
