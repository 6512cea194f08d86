"""Remembers what texts became when they were rendered and typeset, in one SQLite file.

The key is a hash of the text, its language and all that renders it: nothing remembered can go stale.
"""

import json
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cached_property
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pelican.readers import MarkdownReader
from pelican.utils import pelican_open

from newsroom.typography import typeset_html
from plugins.speed.converter import Converter, Rendered
from plugins.speed.cores import on_all_cores

ROOT = Path(__file__).resolve().parent.parent.parent
DAY = 24 * 3600
KEPT = 30 * DAY  # for so long is remembered what no build has asked for,
ROOM = 20_000  # and never more than so many texts, about 200 MB
TABLE = """
CREATE TABLE IF NOT EXISTS rendered (key BLOB PRIMARY KEY, used_at REAL, html TEXT, fields TEXT);
CREATE INDEX IF NOT EXISTS used ON rendered (used_at);
"""
OLD = "SELECT key FROM rendered ORDER BY used_at DESC LIMIT -1 OFFSET ?"

Text = tuple[bytes, str, str]  # the key of what it becomes, its language, itself


class Memory:
    """What texts became."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings["MARKDOWN"]
        self.path = Path(settings["CACHE_PATH"], "rendered.sqlite3")
        code = (path for folder in ("plugins", "newsroom") for path in sorted((ROOT / folder).rglob("*.py")))
        renders = [sys.version, version("markdown"), repr(self.settings), *(path.read_text("utf-8") for path in code)]
        self.keys: dict[str, bytes] = {}  # by path, of the texts as this build has read them
        self.salt = sha256("\0".join(renders).encode()).digest()

    @cached_property
    def converter(self) -> Converter:
        return Converter(self.settings)

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """Give the database for one transaction; each process opens its own."""
        with closing(sqlite3.connect(self.path, timeout=60)) as database, database:
            yield database

    def tidy(self) -> None:
        """Make the database if there is none, and forget what no build has asked for in a long time."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.database() as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.executescript(TABLE)
            database.execute("DELETE FROM rendered WHERE used_at < ?", (time.time() - KEPT,))
            database.execute(f"DELETE FROM rendered WHERE key IN ({OLD})", (ROOM,))  # noqa: S608 - our own words

    def read(self, path: str) -> Text:
        """Return the text of a file."""
        with pelican_open(path) as text:
            lang = Path(path).stem.rpartition(".")[2]
            self.keys[path] = sha256(b"\0".join((self.salt, lang.encode(), text.encode()))).digest()
            return self.keys[path], lang, text

    def prepare(self, texts: list[Text]) -> None:
        """Render those of the texts that are new."""
        now = time.time()
        with self.database() as database:
            known = {
                key for key, *_ in texts if database.execute("SELECT 1 FROM rendered WHERE key = ?", (key,)).fetchone()
            }
            asked_for = [(now, key, now - DAY) for key in known]
            database.executemany("UPDATE rendered SET used_at = ? WHERE key = ? AND used_at < ?", asked_for)
        on_all_cores(self.render, [text for text in texts if text[0] not in known])

    def render(self, texts: Sequence[Text]) -> None:
        """Remember what texts become."""
        rows = []
        for key, lang, text in texts:
            html, fields = self.converter.convert(text)
            rows.append((key, time.time(), typeset_html(html, lang), json.dumps(fields)))
        with self.database() as database:
            database.executemany("INSERT OR REPLACE INTO rendered VALUES (?, ?, ?, ?)", rows)

    @cached_property
    def reading(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path)

    def recall(self, path: str) -> Rendered:
        """Return what a file became."""
        key = self.keys.get(path) or self.read(path)[0]
        query = "SELECT html, fields FROM rendered WHERE key = ?"
        while not (row := self.reading.execute(query, (key,)).fetchone()):
            text = self.read(path)
            self.render([text])
            key = text[0]
        return row[0], json.loads(row[1])

    def text(self, path: str) -> str:
        """Return the HTML that a file became."""
        return self.recall(path)[0]


class RecallingReader(MarkdownReader):
    """Reads notes and pages by asking the memory."""

    def __init__(self, memory: Memory, settings: dict[str, Any]) -> None:
        super().__init__(settings)
        self.memory = memory

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        html, fields = self.memory.recall(source_path)
        values = {name: lines[0] if len(lines) == 1 else lines for name, lines in fields.items()}
        return html, {name: self.process_metadata(name, value) for name, value in values.items()}
