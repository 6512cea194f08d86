"""Takes the items out of each note's finished HTML, where plugins.marks has marked them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from sys import intern
from typing import Any, NamedTuple

from markupsafe import Markup
from pelican import signals

from newsroom.notes import HEADINGS, KINDS, slug
from plugins.derived import from_html

HEADING = re.compile(r"(?=<h2[ >])")
KIND = re.compile(r'<h2 data-kind="(\w+)"')
ITEM = re.compile(r'<li data-module="([^"]*)" id="([^"]+)">')
PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
ROOM = 200  # characters of a description
MODULE = re.compile(r"<strong>[^<]*</strong>:?\s*")


class Item(NamedTuple):
    """One item of a note as its HTML has it."""

    kind: str
    module: str
    id: str
    html: str  # without the module


class Body:
    """The HTML of one note, its links resolved. Worked out when asked for: that of all would fill the memory."""

    __slots__ = ("note",)

    def __init__(self, note: Any) -> None:
        self.note = note

    @property
    def text(self) -> Markup:
        """Without the items and the headings over them."""
        return taken_out(self.note)[0]

    @property
    def items(self) -> list[Markup]:
        """Each without its module."""
        return taken_out(self.note)[1]


class Change(NamedTuple):
    """One item of a note."""

    kind: str
    module: str
    id: str
    body: Body
    position: int

    @property
    def html(self) -> Markup:
        """The item as pages show it, without its module."""
        return self.body.items[self.position]


@dataclass(frozen=True)
class Section:
    """The items of one kind, those without a module first, then by module in the order of their first item."""

    kind: str
    id: str  # the one that plugins.marks' heading has
    heading: str
    modules: dict[str, list[Change]]


@lru_cache(maxsize=400)  # of more notes no page shows items
def taken_out(note: Any) -> tuple[Markup, list[Markup]]:
    """Return the HTML of a note without its items and the headings over them, and that of the items."""
    text, items = take_out(note.content)
    note.get_content.cache.clear()  # Pelican would keep the text of every note
    return Markup(text), [Markup(item.html) for item in items]  # noqa: S704 - our own Markdown


def take_out(html: str) -> tuple[str, list[Item]]:
    """Return the HTML of a note without its items and the headings over them, and the items."""
    text, items = [], list[Item]()
    for part in HEADING.split(html):
        if kind := KIND.match(part):
            items += section(kind[1], part)
        else:
            text.append(part)
    return "".join(text), items


def section(kind: str, html: str) -> Iterator[Item]:
    """Give the items of one section; each goes on to its own last `</li>`."""
    _, *parts = ITEM.split(html)
    for module, name, rest in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        yield Item(kind, unescape(module), name, without_module(rest.rpartition("</li>")[0], module))


def without_module(html: str, module: str) -> str:
    """Return an item's HTML without the module in bold at its beginning."""
    return MODULE.sub("", html, count=1) if module else html


@from_html
def outline(html: str, lang: str) -> tuple[str, list[tuple[str, str, str]]]:
    """Return a note's first words, and the kind, module and id of each of its items."""
    text, items = take_out(html)
    return first_words(text), [(item.kind, item.module, item.id) for item in items]


def first_words(html: str) -> str:
    """Return the text of the first paragraph that has one, at most ROOM characters, for notes without a summary."""
    for paragraph in PARAGRAPH.findall(html):
        text = re.sub("[ \n]+", " ", unescape(re.sub("<[^>]+>", "", paragraph))).strip()
        if text:
            return text if len(text) <= ROOM else text[:ROOM].rsplit(" ", 1)[0] + " …"
    return ""


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


def describe_changes(generators: Any) -> None:
    """Give every note its `body`, `description`, `changes`, `sections` and `counts` once all notes are read."""
    for notes in generators[0].context["NEWS"].values():
        for note in notes:
            first, items = outline(note)
            note.body = Body(note)
            note.description = note.metadata.get("summary") or first or note.title
            note.changes = [
                Change(intern(kind), intern(module), name, note.body, position)
                for position, (kind, module, name) in enumerate(items)
            ]
            note.sections = grouped(note.changes, note.lang)
            note.counts = Counter(change.kind for change in note.changes)


def register() -> None:
    """Run when pages and notes are read; the filter, before Pelican makes its Jinja environments."""
    signals.initialized.connect(add_filter)
    signals.all_generators_finalized.connect(describe_changes)
