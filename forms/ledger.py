"""What operators and monitors ask of the outbox, are told of it and decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from forms import schema
from forms.database import Database
from forms.outbox import Envelope, insert
from forms.schema import PARKED, PENDING, SENT, table, workers

NOTICES = ("digest", "alarm", "canary")  # kinds of mails to the operator; the others are submissions
ALIVE_SECONDS = 120  # a worker that was not seen for a dozen beats is gone; machines' clocks may be a minute apart


@dataclass(frozen=True)
class Status:
    """What waits and what stands still. Times in UTC seconds; None: there is none."""

    pending: int
    oldest_pending_at: float | None
    parked: int
    last_success_at: float | None
    workers: int
    version: str


class Ledger:
    """The books of the outbox in a database. Times in UTC seconds."""

    def __init__(self, database: Database):
        self.database = database

    def beat(self, worker: str, now: float) -> None:
        """Note that the worker is alive, and forget those that were not for a day."""
        with self.database.transaction(write=True) as connection:
            connection.execute(workers.delete().where(workers.c.seen_at < now - 86400))
            seen = workers.update().where(workers.c.name == worker).values(seen_at=now)
            if not connection.execute(seen).rowcount:
                connection.execute(workers.insert().values(name=worker, seen_at=now))

    def leave(self, worker: str) -> None:
        """Forget a worker that ends."""
        with self.database.transaction(write=True) as connection:
            connection.execute(workers.delete().where(workers.c.name == worker))

    def announce(self, compose: Callable[[list[Any]], Envelope], now: float) -> None:
        """Put the alarm about submissions that were parked and not told of into the outbox.

        Both that they are told of and the alarm are stored, or neither: raises ReferenceTakenError where its reference
        is taken, as it is within the same hour.
        """
        untold = sa.and_(PARKED, table.c.alarmed_at.is_(None), table.c.kind.not_in(NOTICES))
        with self.database.transaction() as connection:
            if not connection.scalar(sa.select(table.c.id).where(untold).limit(1)):
                return
        tell = table.update().where(untold).values(alarmed_at=now).returning(table.c.reference, table.c.reply)
        with self.database.transaction(write=True) as connection:
            if told := list(connection.execute(tell)):
                insert(connection, compose(told))

    def rows(
        self,
        state: str | None = None,
        kind: str | None = None,
        suspicious: bool = False,
        received: tuple[float, float] | None = None,
        limit: int | None = None,
    ) -> list[Any]:
        """Return rows without their messages, oldest first; of many the newest.

        All, or those `pending`, `sent` or `failed`, of a kind, suspicious, received from the first time until before
        the second.
        """
        states = {"pending": _few(PENDING), "sent": SENT, "failed": _few(PARKED)}
        query = sa.select(*(column for column in table.c if column.name not in ("message", "receipt")))
        if state:
            query = query.where(states[state])
        if kind:
            query = query.where(table.c.kind == kind)
        if suspicious:
            query = query.where(table.c.suspicious)
        if received:
            query = query.where(table.c.received_at >= received[0], table.c.received_at < received[1])
        with self.database.transaction() as connection:
            return list(connection.execute(query.order_by(table.c.id.desc()).limit(limit)))[::-1]

    def status(self, now: float) -> Status:
        """Return what waits and what stands still, without reading a message."""
        waiting = sa.select(sa.func.count(), sa.func.min(table.c.received_at)).where(PENDING)
        parked = sa.select(sa.func.count()).select_from(table).where(PARKED)
        alive = sa.select(sa.func.count()).select_from(workers).where(_seen(now))
        success = sa.select(sa.func.max(table.c.sent_at)).where(table.c.sent_at.is_not(None))
        with self.database.transaction() as connection:
            pending, oldest = connection.execute(waiting).one()
            return Status(
                pending=pending,
                oldest_pending_at=oldest,
                parked=connection.scalar(parked) or 0,
                last_success_at=connection.scalar(success),
                workers=connection.scalar(alive) or 0,
                version=connection.scalar(sa.select(schema.versions.c.version_num)) or "",
            )

    def received(self, since: float) -> dict[str, int]:
        """Return how many submissions came since then, by kind; those of the code before kinds have an empty one."""
        theirs = sa.and_(table.c.received_at >= since, table.c.kind.not_in(NOTICES))
        query = sa.select(table.c.kind, sa.func.count()).where(theirs).group_by(table.c.kind)
        with self.database.transaction() as connection:
            return {row.kind: row[1] for row in connection.execute(query)}

    def row(self, reference: str) -> Any:
        """Return the whole row of a reference, or None."""
        with self.database.transaction() as connection:
            return connection.execute(sa.select(table).where(table.c.reference == reference)).one_or_none()

    def retry(self, now: float, reference: str | None = None) -> int:
        """Make a waiting or parked row that nobody has in hand, or all parked ones, due as if new; return how many."""
        which = PARKED if reference is None else table.c.reference == reference
        free = sa.or_(table.c.leased_until.is_(None), table.c.leased_until < now)
        gone = ("failed_at", "sent_at", "tried_since", "leased_until", "alarmed_at")
        new = {**dict.fromkeys(gone), "next_attempt_at": now, "attempts": 0}
        again = table.update().where(which, sa.not_(SENT), free).values(new)
        with self.database.transaction(write=True) as connection:
            return connection.execute(again).rowcount

    def erase(self, email: str, dry_run: bool = False) -> list[str]:
        """Delete all rows of a person, sent or not; return their references."""
        theirs = table.c.email == email.lower()
        with self.database.transaction(write=True) as connection:
            references = list(connection.scalars(sa.select(table.c.reference).where(theirs)))
            if not dry_run:
                connection.execute(table.delete().where(theirs))
        return references

    def park(self, reference: str, now: float) -> bool:
        """Park a pending row by hand; return whether there was one."""
        with self.database.transaction(write=True) as connection:
            parked = table.update().where(table.c.reference == reference, PENDING)
            by_hand = parked.values(failed_at=now, alarmed_at=now, reply="parked by hand")
            return connection.execute(by_hand).rowcount == 1

    def bounce(self, reference: str, message_id: str, words: str, now: float) -> Any:
        """Park a mail that came back, beside what the relay said when it took it; return its row as it was, or None.

        It counts as sent, for that it was; a deliverer's record that comes late leaves it parked.
        """
        this = table.c.reference == reference
        with self.database.transaction(write=True) as connection:
            row = connection.execute(sa.select(table).where(this)).one_or_none()
            if row is None or message_id.encode() not in row.message:
                return None
            sent_at, reply = row.sent_at or now, "; ".join(filter(None, (row.reply, f"bounced: {words}")))
            parked = table.update().where(this, table.c.failed_at.is_(None))
            connection.execute(parked.values(sent_at=sent_at, failed_at=now, alarmed_at=None, reply=reply))
            return row

    def clear_canaries(self, before: float, failed: str | None) -> None:
        """Delete the canaries of before then, and the one that failed, lest a relay that is back gets them all."""
        # Found by an index that holds all that is asked for, before anybody has to wait for us to write.
        old = sa.select(table.c.id).where(table.c.received_at < before, table.c.kind == "canary")
        with self.database.transaction() as connection:
            ids = list(connection.scalars(old))
        with self.database.transaction(write=True) as connection:
            connection.execute(table.delete().where(table.c.id.in_(ids)))
            connection.execute(table.delete().where(table.c.reference == (failed or "")))


def _seen(now: float) -> sa.ColumnElement[bool]:
    """Seen lately; what was seen long after now was seen before the clock was set back."""
    return workers.c.seen_at.between(now - ALIVE_SECONDS, now + ALIVE_SECONDS)


def _few(state: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """A state of few rows, found by its index: in the order of ids SQLite would walk through all rows instead."""
    return table.c.id.in_(sa.select(table.c.id).where(state))
