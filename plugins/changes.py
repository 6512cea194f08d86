"""Takes the items out of each note's finished HTML, where plugins.marks has marked them."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape
from sys import intern
from typing import Any

from markupsafe import Markup
from pelican import signals

from newsroom.notes import HEADINGS, KINDS, slug

HEADING = re.compile(r"(?=<h2[ >])")
KIND = re.compile(r'<h2 data-kind="(\w+)"')
ITEM = re.compile(r'<li data-module="([^"]*)" id="([^"]+)">')
PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
ROOM = 200  # characters of a description
MODULE = re.compile(r"<strong>[^<]*</strong>:?\s*")


@dataclass(frozen=True, slots=True)
class Change:
    """One item of a note as pages show it."""

    kind: str
    module: str
    id: str
    html: Markup  # without the module


@dataclass(frozen=True)
class Section:
    """The items of one kind, those without a module first, then by module in the order of their first item."""

    kind: str
    id: str  # the one that plugins.marks' heading has
    heading: str
    modules: dict[str, list[Change]]


def take_out(html: str) -> tuple[str, list[Change]]:
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
        Change(kind, intern(unescape(module)), name, Markup(without_module(rest.rpartition("</li>")[0], module)))  # noqa: S704
        for module, name, rest in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    ]


def without_module(html: str, module: str) -> str:
    """Return an item's HTML without the module in bold at its beginning."""
    return MODULE.sub("", html, count=1) if module else html


def grouped(changes: Iterable[Change], lang: str) -> list[Section]:
    """Return the items by kind and module, what must be done first."""
    found = []
    for kind in KINDS:
        modules: dict[str, list[Change]] = {"": []}
        for change in changes:
            if change.kind == kind:
                modules.setdefault(change.module, []).append(change)
        if any(modules.values()):
            heading = HEADINGS[lang][kind]
            found.append(Section(kind, slug(heading), heading, {name: made for name, made in modules.items() if made}))
    return found


def with_permalinks(changes: Iterable[Change], label: str) -> Markup:
    """Return items as the page of their note lists them; here and not in its template, for they are many."""
    end = Markup('" aria-label="{}">#</a></li>').format(label)
    line = '<li id="{0}">{1}&nbsp;<a class="permalink" href="#{0}{2}'
    return Markup("\n".join(line.format(change.id, change.html, end) for change in changes))  # noqa: S704 - ids are plain


def add_filter(pelican: Any) -> None:
    """Offer it to templates."""
    pelican.settings["JINJA_FILTERS"]["with_permalinks"] = with_permalinks


def first_words(html: str) -> str:
    """Return the text of the first paragraph that has one, at most ROOM characters, for notes without a summary."""
    for paragraph in PARAGRAPH.findall(html):
        text = re.sub("[ \n]+", " ", unescape(re.sub("<[^>]+>", "", paragraph))).strip()
        if text:
            return text if len(text) <= ROOM else text[:ROOM].rsplit(" ", 1)[0] + " …"
    return ""


def describe_changes(generators: Any) -> None:
    """Give every note its `text`, `description`, `changes`, `sections` and `counts` once all links can be resolved."""
    for notes in generators[0].context["NEWS"].values():
        for note in notes:
            text, note.changes = take_out(note.content)
            note.text = Markup(text)  # noqa: S704 - our own Markdown
            note.description = note.metadata.get("summary") or first_words(text) or note.title
            note.sections = grouped(note.changes, note.lang)
            note.counts = Counter(change.kind for change in note.changes)
            note.get_content.cache.clear()  # Pelican would keep the text a second time


def register() -> None:
    """Run when pages and notes are read; the filter, before Pelican makes its Jinja environments."""
    signals.initialized.connect(add_filter)
    signals.all_generators_finalized.connect(describe_changes)
