"""The queue of frozen messages: web puts them in, the worker claims them. A state is a timestamp or its absence."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, TypeAlias

import sqlalchemy as sa

from forms.database import Database
from forms.schema import PENDING, SENT, table

SAME_TEXT_SECONDS = 600  # within ten minutes the same text is the same submission: a double click, a reload, Back
PORTION = 5000  # rows deleted at once: less than a second, so that no visitor waits for it
FARTHEST = 5 * 3600  # seconds: no pause is longer (delivery.LONGEST_PAUSE and a fifth)
SAME = (  # stored within ten minutes of an envelope, or after it by a clock that was set back since
    sa.select(table.c.token)
    .where(table.c.digest == sa.bindparam("digest"))
    .where(sa.func.abs(table.c.received_at - sa.bindparam("received_at", type_=sa.Double)) < SAME_TEXT_SECONDS)
)


@dataclass(frozen=True)
class Envelope:
    """A frozen message with its reverse-path and forward-path (RFC 5321), and what its receipt shows."""

    reference: str
    token: str
    digest: str
    email: str
    receipt: str
    sender: str
    recipient: str
    message: bytes
    received_at: float
    kind: str = ""
    suspicious: bool = False


GIVEN = [field.name for field in fields(Envelope)]
VALUES = (sa.bindparam(name, type_=table.c[name].type) for name in [*GIVEN, "received_at"])
ADD = (  # due at once, unless there is the same
    table.insert()
    .from_select([*GIVEN, "next_attempt_at"], sa.select(*VALUES).where(~SAME.exists()))
    .returning(table.c.token)
)
# On PostgreSQL who stores the same text comes one after the other; SQLite has its one write lock from the beginning.
QUEUE = sa.select(sa.func.pg_advisory_xact_lock(sa.bindparam("key", type_=sa.BigInteger)))

Record: TypeAlias = sa.Update  # what became of a claimed message, for the outbox to write down


@dataclass(frozen=True)
class Claim:
    """A due message that is ours until its lease ends; `attempts` and `tried_since` count this one."""

    id: int
    reference: str
    sender: str
    recipient: str
    message: bytes
    leased_until: float
    tried_since: float
    attempts: int

    def sent(self, now: float, reply: str) -> Record:
        """The relay took the message, in its own words (2yz); that holds whatever else was decided meanwhile."""
        return self._ended(table.c.sent_at.is_(None), sent_at=now, failed_at=None, reply=reply)

    def deferred(self, until: float, reply: str) -> Record:
        """It is put off until then, unless another deliverer has it by now."""
        return self._ended(sa.and_(PENDING, table.c.attempts == self.attempts), next_attempt_at=until, reply=reply)

    def failed(self, now: float, reply: str) -> Record:
        """It is parked: no machine sends or deletes it any more; a person decides."""
        return self._ended(sa.and_(PENDING, table.c.attempts == self.attempts), failed_at=now, reply=reply)

    def _ended(self, when: sa.ColumnElement[bool], **values: Any) -> Record:
        return table.update().where(table.c.id == self.id, when).values(leased_until=None, **values)


NOW, UNTIL, THEN = (sa.bindparam(name, type_=sa.Double) for name in ("now", "until", "farthest"))
DUE = sa.or_(table.c.next_attempt_at <= NOW, table.c.attempts == 0, table.c.next_attempt_at > THEN)
FIRST = (  # on PostgreSQL the first that no other deliverer is just taking; SQLite has one writer at a time
    sa.select(table.c.id).where(PENDING, DUE).order_by(table.c.next_attempt_at).limit(1)
).with_for_update(skip_locked=True)
TAKE = (
    table.update()
    .where(table.c.id == FIRST.scalar_subquery())
    .values(
        next_attempt_at=UNTIL,
        leased_until=UNTIL,
        tried_since=sa.func.coalesce(table.c.tried_since, NOW),
        attempts=table.c.attempts + 1,
    )
    .returning(*(table.c[field.name] for field in fields(Claim)))
)


class Outbox:
    """The outbox in a database. Times in UTC seconds."""

    def __init__(self, database: Database):
        self.database = database

    def add(self, envelope: Envelope) -> str:
        """Store the envelope durably and return its token, or that of the same text stored in the last ten minutes."""
        with self.database.transaction(write=True) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(QUEUE, {"key": int(envelope.digest[:15], 16)})
            token = None
            while token is None:  # the same may be erased between the two
                token = connection.scalar(ADD, vars(envelope)) or connection.scalar(SAME, vars(envelope))
            return str(token)

    def receipt(self, token: str) -> str | None:
        """Return what the receipt with this token shows, or None."""
        with self.database.transaction() as connection:
            return connection.scalar(sa.select(table.c.receipt).where(table.c.token == token))

    def claim(self, now: float, lease: float, record: Record | None = None) -> Claim | None:
        """Take one due message for `lease` seconds; None where none is due. Two deliverers never get the same one.

        A new one is due whatever its time, and one that waits for longer than any pause or lease: a clock was set back.
        What became of the last one is written by the same commit.
        """
        times = {"now": now, "until": now + lease, "farthest": now + max(lease, FARTHEST)}
        with self.database.transaction(write=True) as connection:
            if record is not None:
                connection.execute(record)
            row = connection.execute(TAKE, times).one_or_none()
        return Claim(*row) if row else None

    def record(self, record: Record) -> None:
        """Write down what became of a message, and take no other."""
        with self.database.transaction(write=True) as connection:
            connection.execute(record)

    def purge(self, before: float, dry_run: bool = False) -> int:
        """Delete rows that were sent before then and did not bounce, and only those, PORTION at most; return how many.

        A dry run counts all.
        """
        old = sa.and_(table.c.sent_at < before, SENT)
        with self.database.transaction(write=True) as connection:
            if dry_run:
                return connection.scalar(sa.select(sa.func.count()).select_from(table).where(old)) or 0
            portion = sa.select(table.c.id).where(old).limit(PORTION)
            return connection.execute(table.delete().where(table.c.id.in_(portion))).rowcount


def insert(connection: sa.Connection, envelope: Envelope) -> None:
    """Put the envelope into the table, due at once, within a transaction of the caller's."""
    connection.execute(table.insert(), vars(envelope) | {"next_attempt_at": envelope.received_at})
