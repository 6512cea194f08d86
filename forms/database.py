"""The outbox's database: transactions that are durable or did not happen, and what may go wrong, in plain words."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from forms import schema
from forms.schema import probe

WRITERS = 10  # transactions at once of one process on PostgreSQL; SQLite has one


class OutboxError(Exception):
    """The database cannot take or give anything now."""


class ReferenceTakenError(OutboxError):
    """Another row has this reference, or another rule of the table is broken."""


class Database:
    """The database at `url`. Opens nothing before it is first used."""

    def __init__(self, url: str):
        self.engine = schema.engine(url)
        self._writer = self.engine.execution_options(write=True)
        self._ready = False
        # A lock wakes who waits sooner than a semaphore of one does.
        alone = self.engine.dialect.name == "sqlite"
        self._writing = threading.Lock() if alone else threading.BoundedSemaphore(WRITERS)

    @contextmanager
    def transaction(self, write: bool = False) -> Iterator[sa.Connection]:
        """Run the block as one transaction, all of it or nothing; raise OutboxError where the database cannot."""
        try:
            if not self._ready:
                schema.prepare(self.engine)
                self._ready = True
            engine, turn = (self._writer, self._in_turn()) if write else (self.engine, nullcontext())
            with turn, engine.begin() as connection:
                yield connection
        except IntegrityError:
            raise ReferenceTakenError("another row has this reference or token") from None
        except schema.NewerSchemaError as error:
            raise OutboxError(f"it is newer than this code: {error}") from None
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            # The statement's parameters are the visitor's text: only the driver's own words may go on.
            words = " ".join(str(getattr(error, "orig", error)).split())
            raise OutboxError(f"{type(error).__name__}: {words}") from None

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """Let one thread at a time write to SQLite: it makes those that wait sleep, and the unlucky ones for long."""
        if not self._writing.acquire(timeout=schema.BUSY_SECONDS):
            raise TimeoutError("other threads are writing")
        try:
            yield
        finally:
            self._writing.release()

    def ping(self) -> None:
        """Raise OutboxError unless the database takes and keeps a row now."""
        with self.transaction(write=True) as connection:
            connection.execute(probe.delete())
            connection.execute(probe.insert().values(filled=b"x" * 4096))
