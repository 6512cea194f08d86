"""Writes /search.sqlite3, in which the forms app searches: the pages and notes of each language.

SQLite's FTS5 gets of each word what its forms have in common (newsroom/words.py); what is shown stands in a table of
its own, and in a third one the words that the site has, by what they have in common.
"""

import re
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing
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


class Row(NamedTuple):
    """A page or note. Its text has a line for each paragraph or item, `anchors` one with the id that leads there."""

    headings: str
    title: str
    text: str
    anchors: str
    address: str
    lang: str
    date: str


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
                yield note_row(note)


def fill(database: sqlite3.Connection, lang: str, rows: Iterator[Row]) -> None:
    """Write the pages of a language, and the words that they have."""
    roots = Roots(lang)

    def rooted(text: str) -> str:
        return " ".join(map(roots.__getitem__, words(text)))

    for number, row in enumerate(rows, 1):
        database.execute(f"INSERT INTO {lang} VALUES (?, ?, ?, ?, ?, ?, ?)", (number, *row[1:]))  # noqa: S608 - ours
        found = (number, *map(rooted, (row.title, row.headings, row.text)))
        database.execute(f"INSERT INTO {lang}_roots (rowid, title, headings, text) VALUES (?, ?, ?, ?)", found)  # noqa: S608
    known = sorted({(lang, plain(word), root) for word, root in roots.items()})
    database.executemany("INSERT INTO words VALUES (?, ?, ?)", known)


def page_row(page: Any) -> Row:
    """Return a page, without what its blocks will show."""
    headings, passages = read_text(BLOCK.sub("", page.content))
    return row(page, headings, passages, "")


def made_rows(facts: Any, lang: str) -> Iterator[Row]:
    """Give the pages that nobody wrote: the list of news, and the calculator."""
    texts = facts["TEXTS"][lang]
    news, calculator = texts["news"]["description"], texts["form"]["extension"]
    yield Row("", texts["menu"]["news"], news, "", facts["ADDRESSES"]["news"][lang], lang, "")
    address = facts["FORM_ADDRESSES"]["extension"][lang]
    yield Row("", calculator["title"], calculator["description"], "", address, lang, "")


def note_row(note: Any) -> Row:
    """Return a note; the modules that its items are about count as headings."""
    headings, passages = reading(note)
    return row(note, headings, passages, note.date.date().isoformat())


@from_html
def reading(html: str, lang: str) -> tuple[list[str], Passages]:
    """Return what is to be read in a note: its headings and modules, and its passages and items."""
    text, items = take_out(html)
    headings, passages = read_text(text)
    modules = dict.fromkeys(item.module for item in items if item.module)
    told = [f"{escape(item.module)}: {item.html}" if item.module else item.html for item in items]
    texts = text_of("\n".join(html.replace("\n", " ") for html in told)).split("\n")
    passages += zip((item.id for item in items), texts, strict=False)
    return [*headings, *modules], passages


def row(content: Any, headings: list[str], passages: Passages, date: str) -> Row:
    """Return what the index keeps of a page or note."""
    anchors, texts = zip(*passages, strict=True) if passages else ((), ())
    columns = ("\n".join(headings), unicodedata.normalize("NFC", content.title), "\n".join(texts), "\n".join(anchors))
    return Row(*columns, content.address, content.lang, date)


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
    return unicodedata.normalize("NFC", unescape(TAG.sub("", html)))


def search(_: Any) -> type[Search]:
    """Name the generator to Pelican."""
    return Search


def register() -> None:
    """Add the generator, which runs after pages and notes are read."""
    signals.get_generators.connect(search)
