"""Remembers what was worked out before, in one SQLite file.

A key is a hash of all that its value comes from, our code included: nothing remembered can go stale. Values are
compressed: a third of the bytes, for no more time than writing the others takes.
"""

import logging
import os
import sqlite3
import sys
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parent.parent.parent
DAY = 24 * 3600
KEPT = 30 * DAY  # for so long is remembered what no build has asked for,
LARGEST = 400 * 2**20  # and nothing of so many bytes: a server's build may write no file of more than 500 MB
TABLE = """
CREATE TABLE IF NOT EXISTS remembered (key BLOB PRIMARY KEY, used_at REAL, value BLOB);
CREATE INDEX IF NOT EXISTS used ON remembered (used_at);
"""
BYTES = (
    "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
)
CODE = ("pelicanconf.py", "plugins/**/*.py", "newsroom/**/*.py", "forms/**/*.py", "theme/templates/**/*.html")
LIBRARIES = ("markdown", "jinja2", "markupsafe", "babel", "pelican", "flask", "wtforms", "snowballstemmer")


class Memory:
    """Values by key."""

    def __init__(self, folder: str | Path, *settings: object) -> None:
        self.path = Path(folder, "rendered.sqlite3")
        code = (path.read_bytes() for pattern in CODE for path in sorted(ROOT.glob(pattern)))
        words = (sys.version, *map(version, LIBRARIES), *map(repr, settings))
        self.salt = sha256(b"\0".join([*(word.encode() for word in words), *code])).digest()
        self.readers: dict[int, sqlite3.Connection] = {}

    def key(self, *parts: str) -> bytes:
        """Return the key of what comes from these parts."""
        return sha256(b"\0".join([self.salt, *(part.encode() for part in parts)])).digest()

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """Give the database for one transaction."""
        with closing(sqlite3.connect(self.path, timeout=60)) as database, database:
            database.execute("PRAGMA synchronous = NORMAL")  # whole after a power cut, if without the newest
            yield database

    def tidy(self) -> None:
        """Make the database if there is none, and forget what no build has asked for in a long time."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.database() as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.executescript(TABLE)
            database.execute("DELETE FROM remembered WHERE used_at < ?", (time.time() - KEPT,))
            if database.execute(BYTES).fetchone()[0] > LARGEST:
                database.execute("DELETE FROM remembered")

    def get(self, key: bytes) -> str | None:
        """Return a value."""
        row = self.reading().execute("SELECT value FROM remembered WHERE key = ?", (key,)).fetchone()
        return zlib.decompress(row[0]).decode() if row else None

    def reading(self) -> sqlite3.Connection:
        """Return a connection of this process's own: SQLite's must not go through a fork."""
        process = os.getpid()
        if process not in self.readers:
            self.readers[process] = sqlite3.connect(self.path, timeout=60)
        return self.readers[process]

    def put(self, values: Sequence[tuple[bytes, str]]) -> None:
        """Remember values by their keys."""
        now = time.time()
        rows = [(key, now, zlib.compress(value.encode(), 1)) for key, value in values]  # before others have to wait
        with self.database() as database:
            database.executemany("INSERT OR REPLACE INTO remembered VALUES (?, ?, ?)", rows)

    def used(self, keys: Iterable[bytes]) -> None:
        """Keep these values for longer."""
        now = time.time()
        with self.database() as database:
            unused = {key for (key,) in database.execute("SELECT key FROM remembered WHERE used_at < ?", (now - DAY,))}
            asked_for = ((now, key) for key in unused.intersection(keys))
            database.executemany("UPDATE remembered SET used_at = ? WHERE key = ?", asked_for)

    def keep(self, new: Sequence[tuple[bytes, str]], known: Sequence[bytes]) -> None:
        """Put new values and keep known ones, if that can be done: a build goes on when a disk is full, say."""
        try:
            if new:
                self.put(new)
            if known:
                self.used(known)
        except sqlite3.Error as error:
            logger.info("Remembers nothing more: %s", error)
