"""The index that the build wrote, and how a visitor's words become a question to it; nothing of Flask."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from newsroom.words import WORD, plain, possible_roots, words

LONGEST = 200  # characters of a query, and
MOST = 12  # words, and
KIN = 60  # roots that the words may stand for: more find nothing that people want, only later
WEIGHED = 12_000  # roots times pages that are compared, so that many common words cost no more than one
ROOM = 20  # pages that are shown
LINE, LEAD = 240, 70  # characters of a passage, and of what stands before its first hit
# A hit weighs 1000 in the title, 30 in a heading, 1 in the text: of two pages about as long, no number of lesser hits
# makes up for a greater one. The pages of the site and the newest notes are the first that are compared.
QUESTION = """
WITH compared AS
(SELECT rowid AS id, bm25({0}_roots, 1000, 30, 1) AS worth FROM {0}_roots WHERE {0}_roots MATCH ? LIMIT ?),
best AS (SELECT * FROM compared ORDER BY worth, id LIMIT ?)
SELECT title, text, anchors, address, lang, date FROM best JOIN {0} USING (id) ORDER BY worth, id
"""

Text = list[tuple[str, bool]]  # pieces, each with whether it is a hit


class SearchAwayError(Exception):
    """There is no index that can be read."""


@dataclass(frozen=True)
class Page:
    """A page that was found: where it leads, be it to the very passage, and what to show of it."""

    address: str
    lang: str
    date: date | None  # of a note
    title: Text
    passage: Text


@dataclass(frozen=True)
class Found:
    """What was found, the best first: `every` word on each page, or else some of them; `more` than are shown."""

    pages: list[Page]
    every: bool
    more: bool


class Index:
    """The index at a path. Opened for each question, for it goes and comes with the site."""

    def __init__(self, path: str) -> None:
        self.path = path

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """Give the index as it is now; raise SearchAwayError where it is missing or broken."""
        try:
            address = f"file:{quote(self.path)}?mode=ro&immutable=1"  # a build never changes what it wrote
            with closing(sqlite3.connect(address, uri=True)) as database:
                yield database
        except sqlite3.Error as error:
            raise SearchAwayError(f"{self.path}: {error}") from error

    def find(self, query: str, language: str) -> Found:
        """Return the pages for a query of any kind in one of the site's languages."""
        with self.open() as database:
            asked = typed(query)
            meant = [kin(database, word, language, KIN // len(asked)) for word in asked]
            rows = best(database, meant, " AND ", language)
            every = bool(rows) or len(meant) < 2
            if not every:
                rows = best(database, meant, " OR ", language)
            forms = known_forms(database, set().union(*meant), language)
        pages = [page(forms, *row) for row in rows[:ROOM]]
        return Found(sorted(pages, key=lambda page: -share(page.title)), every, len(rows) > ROOM)

    def sizes(self, languages: Iterable[str]) -> dict[str, int]:
        """Return how many pages of each language can be found."""
        with self.open() as database:
            return {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in languages}  # noqa: S608


# -- The question ------------------------------------------------------------------------------------------------------
def readable(query: str) -> str:
    """Return a query as it is shown again: on one line, without what cannot be printed, as long as it is read."""
    printable = "".join(sign if sign.isprintable() else " " for sign in query[: 2 * LONGEST])
    return " ".join(printable.split())[:LONGEST]


def typed(query: str) -> list[str]:
    """Return the words of a query, each once; v4.28 means 4.28."""
    found = (word[1:] if word[0] == "v" and word[1:2].isdigit() else word for word in words(query[:LONGEST]))
    return list(dict.fromkeys(found))[:MOST]


def kin(database: sqlite3.Connection, word: str, language: str, most: int) -> list[str]:
    """Return the roots that the site has for a word, or else, up to some number, for all words that begin with it."""
    possible = sorted(possible_roots(word, language))
    select = f"SELECT DISTINCT root FROM words WHERE lang = ? AND root IN ({holes(possible)})"  # noqa: S608 - holes
    found = database.execute(select, (language, *possible)).fetchall()
    if not found:
        begun = "SELECT DISTINCT root FROM words WHERE lang = ? AND word >= ? AND word < ? LIMIT ?"
        found = database.execute(begun, (language, plain(word), plain(word) + "\U0010ffff", most)).fetchall()
    return [root for (root,) in found]


def best(database: sqlite3.Connection, meant: list[list[str]], joint: str, language: str) -> list[tuple[str, ...]]:
    """Return the rows that have a root of every word, or of some, the best first; one more than is shown."""
    if not any(meant) or (joint == " AND " and not all(meant)):
        return []
    question = joint.join("(" + " OR ".join(f'"{root}"' for root in roots) + ")" for roots in meant if roots)
    compared = WEIGHED // sum(map(len, meant))
    return database.execute(QUESTION.format(language), (question, compared, ROOM + 1)).fetchall()


def known_forms(database: sqlite3.Connection, roots: Collection[str], language: str) -> set[str]:
    """Return the words that the site has with these roots, without their diacritics."""
    select = f"SELECT word FROM words WHERE lang = ? AND root IN ({holes(roots)})"  # noqa: S608 - holes
    return {word for (word,) in database.execute(select, (language, *roots))}


def holes(values: Collection[str]) -> str:
    """Return as many places for values in a statement."""
    return ", ".join("?" * len(values))


# -- What is shown -----------------------------------------------------------------------------------------------------
def page(forms: set[str], title: str, text: str, anchors: str, address: str, lang: str, day: str) -> Page:
    """Return what is shown of a row: of its text the line with most of the words, and where that stands."""
    lines = [marked(line, forms) for line in text.split("\n")]
    line = max(range(len(lines)), key=lambda number: hits(lines[number]))
    anchor, name = anchors.split("\n")[line], marked(title, forms)
    if anchor and hits(lines[line]) > hits(name):
        address = f"{address}#{anchor}"
    return Page(address, lang, date.fromisoformat(day) if day else None, name, excerpt(lines[line]))


def marked(text: str, forms: set[str]) -> Text:
    """Return a text in pieces that are hits and others that are not."""
    parts, end = Text(), 0
    for match in WORD.finditer(text):
        if plain(match[0].lower()) in forms:
            parts += [(text[end : match.start()], False), (match[0], True)]
            end = match.end()
    return [(part, hit) for part, hit in [*parts, (text[end:], False)] if part]


def hits(text: Text) -> int:
    """Return how many different words of a text are hits; forms of one word begin alike."""
    return len({plain(part.lower())[:4] for part, hit in text if hit})


def share(title: Text) -> float:
    """Return how much of a title is hits, from 0 to 1: who types support wants Support before Support of ISPadmin."""
    return sum(len(part) for part, hit in title if hit) / sum(len(part) for part, _ in title)


def excerpt(line: Text) -> Text:
    """Return a line, or of a long one what stands around its first hit."""
    if sum(len(part) for part, _ in line) <= LINE:
        return line
    (lead, _), *rest = line if not line[0][1] else [("", False), *line]
    if rest and (begin := lead.rfind(" ", 0, -LEAD) + 1):
        lead = "… " + lead[begin:]
    parts, room = Text(), LINE
    for part, hit in [(lead, False), *rest]:
        if len(part) > room:
            end = part.rfind(" ", 0, room + 1)
            kept = part[:end] if end >= 0 else "" if parts else part[:room]
            return [*parts, (kept, hit), (" …", False)]
        parts.append((part, hit))
        room -= len(part)
    return parts
