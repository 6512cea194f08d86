"""The e-mail addresses that a robot would find in a text, by every disguise that harvesters are known to undo."""

import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from urllib.parse import unquote

import pelicanconf

WORD, POINT = "(?:at|zavináč|zavinac)", "(?:dot|tečka|tecka)"
AT = rf"\s*(?:@|[\[({{<]\s*{WORD}\s*[\])}}>])\s*"
DOT = rf"\s*(?:\.|[\[({{<]\s*{POINT}\s*[\])}}>])\s*"
ANY = rf"[\w.+-]+{AT}[\w-]+(?:{DOT}[\w-]+)+"
# Bare words are a disguise only around an address of ours: „mluvíme at the office“ is not one.
LOOSE_AT = rf"[\s\[({{<]*(?:@|\b{WORD}\b)[\s\])}}>]*"
LOOSE_DOT = rf"[\s\[({{<]*(?:\.|\b{POINT}\b)[\s\])}}>]*"
TAG = re.compile(r"<[^<>]*>")
ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


@cache
def rules() -> list[re.Pattern[str]]:
    """Return what finds any address, and what finds the departments' own also behind bare words."""
    own = [
        re.escape(local) + LOOSE_AT + LOOSE_DOT.join(map(re.escape, domain.split(".")))
        for local, domain in pelicanconf.DEPARTMENTS.values()
    ]
    return [re.compile(rule, re.IGNORECASE) for rule in (ANY, *own)]


def views(source: str) -> Iterator[str]:
    """Give a text as robots read it: as it is, decoded, its tags left out, and its tags as spaces."""
    plain = ESCAPE.sub(lambda sign: chr(int(sign[1], 16)), source)
    for text in dict.fromkeys((plain, unescape(plain))):  # the second has the tags of a feed's escaped HTML
        for view in (text, TAG.sub("", text), TAG.sub(" ", text)):
            yield unquote(unescape(view))


def harvest(source: str) -> list[str]:
    """Return the addresses that can be found, each once."""
    found = (match[0] for view in views(source) for rule in rules() for match in rule.finditer(view))
    return list(dict.fromkeys(" ".join(address.split()) for address in found))
