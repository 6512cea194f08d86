"""Writes /search.sqlite3, in which the forms app searches: the pages and notes of each language.

SQLite's FTS5 gets of each word what its forms have in common (newsroom/words.py); what is shown stands in a table of
its own, and in a third one the words that the site has, by what they have in common.
"""

import re
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import escape
from pelican import signals
from pelican.generators import Generator

from newsroom.words import Roots, plain, words
from plugins.changes import take_out
from plugins.derived import from_html

NAME = "search.sqlite3"
TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE words (lang TEXT, word TEXT, root TEXT, PRIMARY KEY (lang, word, root)) WITHOUT ROWID;
CREATE INDEX by_root ON words (lang, root);
"""
PAGES = """
CREATE TABLE {0} (id INTEGER PRIMARY KEY, title TEXT, text TEXT, anchors TEXT, address TEXT, lang TEXT, date TEXT);
CREATE VIRTUAL TABLE {0}_roots USING fts5 (title, headings, text, content = '', tokenize = "unicode61 tokenchars '.'");
"""
BLOCK = re.compile(r"\[\[[^\]]*\]\]")
PART = re.compile(r"(?=<(?:h[1-6]|p|li|tr|dt|dd|pre)\b)")
HEADING = re.compile(r"<h[1-6]\b")
ID = re.compile(r'<h[1-6][^>]* id="([^"]+)"')
CELL = re.compile(r"</t[hd]>\s*(?=<t[hd]\b)")
TAG, SPACE = re.compile(r"<[^>]*>"), re.compile("[ \n]+")

Passages = list[tuple[str, str]]  # each after the id that leads to it
roots = cache(Roots)  # of each language


class Reading(NamedTuple):
    """What is to be read in a text: a line for each heading, paragraph or item, and for the id that leads there."""

    headings: str
    text: str
    anchors: str


class Rooted(NamedTuple):
    """The same for the index, by roots, and the root of each word."""

    headings: str
    text: str
    words: dict[str, str]


class Row(NamedTuple):
    """A page or note as it is found and shown."""

    title: str
    address: str
    lang: str
    date: str
    reading: Reading
    rooted: Rooted


class Search(Generator):
    def generate_output(self, writer: Any) -> None:
        if self.settings["PREVIEW"]:
            return  # visitors search the live site
        path = Path(self.output_path, NAME)
        path.unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as database:
            database.executescript(TABLES)
            for lang in self.settings["LANGUAGES"]:
                database.executescript(PAGES.format(lang))
                with database:
                    fill(database, lang, self.rows(lang))

    def rows(self, lang: str) -> Iterator[Row]:
        """Give what readers of a language may find; among equals the first are found first."""
        for page in self.context["PAGES"]:
            if page.lang == lang and page.status == "published":
                yield page_row(page)
        yield from made_rows(self.context, lang)
        for note in self.context["LISTED"][lang]:
            if note.public:
                yield note_row(note, lang)


def fill(database: sqlite3.Connection, lang: str, rows: Iterator[Row]) -> None:
    """Write the pages of a language, and the words that they have."""
    known = dict[str, str]()
    for number, row in enumerate(rows, 1):
        shown = (number, row.title, row.reading.text, row.reading.anchors, row.address, row.lang, row.date)
        database.execute(f"INSERT INTO {lang} VALUES (?, ?, ?, ?, ?, ?, ?)", shown)  # noqa: S608 - ours
        title, of_title = rooted(row.title, lang)
        found = (number, title, row.rooted.headings, row.rooted.text)
        database.execute(f"INSERT INTO {lang}_roots (rowid, title, headings, text) VALUES (?, ?, ?, ?)", found)  # noqa: S608
        known |= of_title | row.rooted.words
    entries = sorted({(lang, plain(word), root) for word, root in known.items()})
    database.executemany("INSERT INTO words VALUES (?, ?, ?)", entries)


def rooted(text: str, lang: str) -> tuple[str, dict[str, str]]:
    """Return the roots of a text's words in their order, and by word."""
    found, known = words(text), roots(lang)
    return " ".join(map(known.__getitem__, found)), {word: known[word] for word in found}


def by_roots(reading: Reading, lang: str) -> Rooted:
    """Return a text as the index of a language keeps it."""
    (headings, above), (text, below) = rooted(reading.headings, lang), rooted(reading.text, lang)
    return Rooted(headings, text, above | below)


def page_row(page: Any) -> Row:
    """Return a page, without what its blocks will show."""
    reading = lines(*read_text(BLOCK.sub("", page.content)))
    return Row(normal(page.title), page.address, page.lang, "", reading, by_roots(reading, page.lang))


def made_rows(facts: Any, lang: str) -> Iterator[Row]:
    """Give the pages that nobody wrote: the list of news, and the calculator."""
    texts = facts["TEXTS"][lang]
    calculator = texts["form"]["extension"]
    for title, text, address in (
        (texts["menu"]["news"], texts["news"]["description"], facts["ADDRESSES"]["news"][lang]),
        (calculator["title"], calculator["description"], facts["FORM_ADDRESSES"]["extension"][lang]),
    ):
        reading = Reading("", text, "")
        yield Row(title, address, lang, "", reading, by_roots(reading, lang))


def note_row(note: Any, lang: str) -> Row:
    """Return a note for readers of a language; the modules that its items are about count as headings."""
    shown, indexed = told(note)
    reading = Reading(*shown)
    found = Rooted(*indexed) if note.lang == lang else by_roots(reading, lang)
    return Row(normal(note.title), note.address, note.lang, note.date.date().isoformat(), reading, found)


@from_html
def told(html: str, lang: str) -> tuple[Reading, Rooted]:
    """Return what is to be read in a note: its headings and modules, and its passages and items."""
    text, items = take_out(html)
    headings, passages = read_text(text)
    modules = dict.fromkeys(item.module for item in items if item.module)
    htmls = [f"{escape(item.module)}: {item.html}" if item.module else item.html for item in items]
    texts = text_of("\n".join(html.replace("\n", " ") for html in htmls)).split("\n")
    passages += zip((item.id for item in items), texts, strict=False)
    reading = lines([*headings, *modules], passages)
    return reading, by_roots(reading, lang)


def lines(headings: list[str], passages: Passages) -> Reading:
    """Return headings and passages as lines."""
    anchors, texts = zip(*passages, strict=True) if passages else ((), ())
    return Reading("\n".join(headings), "\n".join(texts), "\n".join(anchors))


def read_text(html: str) -> tuple[list[str], Passages]:
    """Return the headings of a text and its passages, the first under a heading with it."""
    headings, passages = list[str](), Passages()
    anchor = above = ""
    for part in PART.split(html):
        text = SPACE.sub(" ", text_of(CELL.sub(" · ", part))).strip(" ")
        if not text:
            continue
        if not HEADING.match(part):
            passages.append((anchor, f"{above} – {text}" if above else text))
            above = ""
            continue
        if above:  # nothing stood below it, or a block
            passages.append((anchor, above))
        headings.append(text)
        anchor, above = (match[1] if (match := ID.match(part)) else ""), text
    return headings, [*passages, (anchor, above)] if above else passages


def text_of(html: str) -> str:
    """Return HTML without its tags, each letter as one character."""
    return normal(unescape(TAG.sub("", html)))


def normal(text: str) -> str:
    """Return a text with each letter as one character."""
    return unicodedata.normalize("NFC", text)


def search(_: Any) -> type[Search]:
    """Name the generator to Pelican."""
    return Search


def register() -> None:
    """Add the generator, which runs after pages and notes are read."""
    signals.get_generators.connect(search)
