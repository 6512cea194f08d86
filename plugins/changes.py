"""Takes the items out of each note's finished HTML, where plugins.marks has marked them."""

import re
from dataclasses import dataclass
from html import unescape

from markupsafe import Markup

HEADING = re.compile(r"(?=<h2[ >])")
KIND = re.compile(r'<h2 data-kind="(\w+)"')
ITEM = re.compile(r'<li data-module="([^"]*)" id="([^"]+)">')
MODULE = re.compile(r"<strong>[^<]*</strong>:?\s*")


@dataclass(frozen=True)
class Change:
    """One item of a note as pages show it."""

    kind: str
    module: str
    id: str
    html: Markup  # without the module


def sections(html: str) -> tuple[str, list[Change]]:
    """Return the HTML of a note without its items and the headings over them, and the items."""
    text, changes = [], list[Change]()
    for part in HEADING.split(html):
        if kind := KIND.match(part):
            changes += section(kind[1], part)
        else:
            text.append(part)
    return "".join(text), changes


def section(kind: str, html: str) -> list[Change]:
    """Return the items of one section; each goes on to its own last `</li>`."""
    _, *parts = ITEM.split(html)
    return [
        Change(kind, unescape(module), name, Markup(without_module(rest.rpartition("</li>")[0], module)))  # noqa: S704
        for module, name, rest in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    ]


def without_module(html: str, module: str) -> str:
    """Return an item's HTML without the module in bold at its beginning."""
    return MODULE.sub("", html, count=1) if module else html
