"""Sets text as a Czech or English typesetter would: quotes, dashes, signs, and places where no line may break."""

import re
from typing import Any

NBSP = "\N{NO-BREAK SPACE}"
JOINER = "\N{WORD JOINER}"
TAGS = re.compile(r"(<!--.*?-->|<[^>]*>)", re.DOTALL)
UNTOUCHED = re.compile(r"<(/?)(?:code|pre|kbd|samp|script|style|textarea)\b")

# Opening and closing sign for " and for ' in each language.
QUOTES = {"cs": {'"': "„“", "'": "‚‘"}, "en": {'"': "“”", "'": "‘’"}}
APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)|'(?=\d\ds\b)")  # O’Brien, in Czech too; the ’80s
OPENING = re.compile(r"""(?<![^\s([{„“‚‘/–—-])["']+(?=[^\s"'])""")  # several: "'Ano' řekl."
STRAIGHT = re.compile("[\"']")
SIGNS = (("---", "—"), ("--", "–"), ("...", "…"))
INLINE = re.compile(r"</?(?:a|abbr|b|cite|code|del|em|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|u|var)\b")

CZECH_MONTHS = "ledna|února|března|dubna|května|června|července|srpna|září|října|listopadu|prosince"
ENGLISH_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
VENDOR = (r"\bNET service solution s\.r\.o\.", r" (?=s\. ?r\. ?o\.)")
WORDS = {
    "cs": (r"(?<!\w)(?:[ksvzouai] )+(?=\S|$)", r"(?<!\w)(?:§|str\.|č\.|tzv\.|např\.|Ing\.) (?=\S)", *VENDOR),
    "en": VENDOR,
}
TOGETHER = {lang: re.compile("|".join(rules), re.IGNORECASE) for lang, rules in WORDS.items()}
NUMBERS = re.compile(
    "|".join(
        (
            r"(?<![\w.,])\d{1,3}(?: \d{3})+(?!\d)(?: (?=[^\W\d_]))?",  # 777 939 licencí
            rf"(?<=\d) (?=%|°C|{ENGLISH_MONTHS})",  # 20 %, 12 September
            rf"(?<=\d\.) (?={CZECH_MONTHS}|\d)",  # 12. září, 12. 9. 2017
            rf"(?:{CZECH_MONTHS}|{ENGLISH_MONTHS}) (?=\d{{4}})",  # září 2017
            r"(?<![\w.,])\d{1,3} (?=[^\W\d_])",  # 24 hodin; but not: verze 4.28 přináší
        )
    )
)
DIGIT = re.compile(r"\d")
# A typed range: two whole numbers, the second greater; neither 2017-09-12 nor a telephone number nor 4.28-4.30.
RANGE = re.compile(r"(?<![\w.,/+-])(?<!\d[ \xa0])(\d{1,3}|\d{4})-([1-9]\d{0,3})(?![\w/-]|[.,]\d|[ \xa0]\d)")
TIMES = re.compile(r"(?<![\w.,-])([1-9]\d*)x(?=\d+\b|(?!\w))")  # 2x, 1024x768
CZECH_DATE = re.compile(r"(?<![\w.])([12]?\d|3[01])\.([1-9]|1[0-2])\.(\d{4})(?!\w|\.\d)")  # 1.12.2026
DASH = re.compile(r"(?<=\d)(\.?)–(?=\d)")


def typeset(text: str, lang: str) -> str:
    """Return plain text with its breakable places mended, and the signs that a keyboard has not."""
    if STRAIGHT.search(text):
        text = with_quotes(text, lang)
    for typed, sign in SIGNS:
        text = text.replace(typed, sign)
    text = TOGETHER[lang].sub(unbreakable, text)
    return with_numbers(text, lang) if DIGIT.search(text) else text


def with_quotes(text: str, lang: str, before: str = " ", after: str = " ") -> str:
    """Return text with the language's quotes and apostrophes; `before` and `after` are the characters around it."""
    signs = QUOTES[lang]
    text = APOSTROPHE.sub("’", before + text + after)
    text = OPENING.sub(lambda quotes: "".join(signs[quote][0] for quote in quotes[0]), text)
    text = STRAIGHT.sub(lambda quote: signs[quote[0]][1], text)
    return text[len(before) : len(text) - len(after)]


def with_numbers(text: str, lang: str) -> str:
    """Return text with figures, dates and ranges that hold together."""
    text = TIMES.sub(r"\1×", RANGE.sub(with_dash, text))
    if lang == "cs":
        text = CZECH_DATE.sub(r"\1. \2. \3", text)
    return DASH.sub(rf"\1{JOINER}–{JOINER}", NUMBERS.sub(unbreakable, text))


def unbreakable(match: re.Match[str]) -> str:
    """Return what was found in one piece."""
    return match[0].replace(" ", NBSP)


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


def typeset_html(html: str, lang: str) -> str:
    """Return rendered HTML with its text typeset, never its tags, attributes or code."""
    parts, depth = TAGS.split(html), 0
    for index, part in enumerate(parts):
        if index % 2:
            if tag := UNTOUCHED.match(part):
                depth += -1 if tag[1] else 1
        elif part and not depth and not part.isspace():
            if STRAIGHT.search(part):
                part = with_quotes(part, lang, beside(parts, index, -1), beside(parts, index, 1))
            parts[index] = typeset(part, lang)
    return "".join(parts)


def beside(parts: list[str], index: int, step: int) -> str:
    """Return the character before (-1) or after (1) a text on its line, inline tags aside, or a space."""
    index += step
    while 0 <= index < len(parts):
        part = parts[index]
        if part.startswith("<"):
            if not INLINE.match(part):
                return " "
        elif part:
            return part[-1 if step < 0 else 0]
        index += step
    return " "
