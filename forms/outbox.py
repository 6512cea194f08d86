"""The table of frozen messages: its states and queries. A state is a timestamp or its absence, in UTC seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from forms import schema
from forms.schema import PARKED, PENDING, SENT, probe, table, workers

NOTICES = ("digest", "alarm", "canary")  # kinds of mails to the operator; the others are submissions
SAME_TEXT_SECONDS = 600  # within ten minutes the same text is the same submission: a double click, a reload, Back
ALIVE_SECONDS = 600  # a worker that was not seen for so long is gone, or its relay chews for as long
WRITERS = 10  # transactions at once of one process on PostgreSQL; SQLite has one
PORTION = 5000  # rows deleted at once: less than a second, so that no visitor waits for it
FARTHEST = 5 * 3600  # seconds: no pause is longer (delivery.LONGEST_PAUSE and a fifth)
SAME = (  # stored within ten minutes of an envelope, or after it by a clock that was set back since
    sa.select(table.c.token)
    .where(table.c.digest == sa.bindparam("digest"))
    .where(sa.func.abs(table.c.received_at - sa.bindparam("received_at", type_=sa.Double)) < SAME_TEXT_SECONDS)
    .limit(1)
)


class OutboxError(Exception):
    """The database cannot take or give anything now."""


class ReferenceTakenError(OutboxError):
    """Another row has this reference, or another rule of the table is broken."""


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


@dataclass(frozen=True)
class Status:
    """What waits and what stands still. Times in UTC seconds; None: there is none."""

    pending: int
    oldest_pending_at: float | None
    parked: int
    last_success_at: float | None
    workers: int
    version: str


class Outbox:
    """The outbox in the database at `url`. Opens nothing before it is first used."""

    def __init__(self, url: str):
        self.engine = schema.engine(url)
        self._ready = False
        self._writing = threading.BoundedSemaphore(1 if self.engine.dialect.name == "sqlite" else WRITERS)

    @contextmanager
    def _transaction(self, write: bool = False) -> Iterator[sa.Connection]:
        try:
            if not self._ready:
                schema.prepare(self.engine)
                self._ready = True
            turn = self._in_turn() if write else nullcontext()
            with turn, self.engine.execution_options(write=write).begin() as connection:
                yield connection
        except IntegrityError:
            raise ReferenceTakenError("another row has this reference or token") from None
        except schema.NewerSchemaError as error:
            raise OutboxError(f"it is newer than this code: {error}") from None
        except (SQLAlchemyError, OSError) as error:
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

    # -- Web -----------------------------------------------------------------------------------------------------------
    def add(self, envelope: Envelope) -> str:
        """Store the envelope durably and return its token, or that of the same text stored in the last ten minutes."""
        with self._transaction(write=True) as connection:
            if connection.dialect.name == "postgresql":  # SQLite has its one write lock from the beginning
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(int(envelope.digest[:15], 16))))
            if token := connection.scalar(SAME, vars(envelope)):
                return str(token)
            _insert(connection, envelope)
        return envelope.token

    def receipt(self, token: str) -> str | None:
        """Return what the receipt with this token shows, or None."""
        with self._transaction() as connection:
            return connection.scalar(sa.select(table.c.receipt).where(table.c.token == token))

    def ping(self) -> None:
        """Raise OutboxError unless the database takes and keeps a row now."""
        with self._transaction(write=True) as connection:
            connection.execute(probe.delete())
            connection.execute(probe.insert().values(filled=b"x" * 4096))

    # -- Worker --------------------------------------------------------------------------------------------------------
    def claim(self, now: float, lease: float) -> Claim | None:
        """Take one due message for `lease` seconds; None where none is due. Two deliverers never get the same one.

        A new one is due whatever its time, and one that waits for longer than any pause or lease: a clock was set back.
        """
        following = table.c.next_attempt_at
        due = sa.or_(following <= now, table.c.attempts == 0, following > now + max(lease, FARTHEST))
        first = sa.select(table).where(PENDING, due).order_by(following).limit(1)
        while True:
            with self._transaction() as connection:
                row = connection.execute(first).one_or_none()
            if row is None:
                return None
            ours = sa.and_(table.c.id == row.id, table.c.next_attempt_at == row.next_attempt_at, PENDING)
            until, since, attempts = now + lease, row.tried_since or now, row.attempts + 1
            taken = {"next_attempt_at": until, "leased_until": until, "tried_since": since, "attempts": attempts}
            with self._transaction(write=True) as connection:
                won = connection.execute(table.update().where(ours).values(taken)).rowcount == 1
            if won:
                parts = (row.id, row.reference, row.sender, row.recipient, row.message)
                return Claim(*parts, until, since, attempts)

    def mark_sent(self, claim: Claim, now: float, reply: str) -> None:
        """Record that the relay took the message, in its own words (2yz), whatever else was decided meanwhile."""
        self._settle(claim.id, table.c.sent_at.is_(None), sent_at=now, failed_at=None, reply=reply)

    def defer(self, claim: Claim, until: float, reply: str) -> None:
        """Put the message off until then, unless another deliverer has it by now."""
        self._settle(claim.id, sa.and_(PENDING, table.c.attempts == claim.attempts), next_attempt_at=until, reply=reply)

    def mark_failed(self, claim: Claim, now: float, reply: str) -> None:
        """Park the message: no machine sends or deletes it any more; a person decides."""
        self._settle(claim.id, sa.and_(PENDING, table.c.attempts == claim.attempts), failed_at=now, reply=reply)

    def announce(self, compose: Callable[[list[Any]], Envelope], now: float) -> None:
        """Put the alarm about submissions that were parked and not told of into the outbox.

        Both that they are told of and the alarm are stored, or neither: raises ReferenceTakenError where its reference
        is taken, as it is within the same hour.
        """
        untold = sa.and_(PARKED, table.c.alarmed_at.is_(None), table.c.kind.not_in(NOTICES))
        with self._transaction() as connection:
            if not connection.scalar(sa.select(table.c.id).where(untold).limit(1)):
                return
        tell = table.update().where(untold).values(alarmed_at=now).returning(table.c.reference, table.c.reply)
        with self._transaction(write=True) as connection:
            if told := list(connection.execute(tell)):
                _insert(connection, compose(told))

    def _settle(self, row_id: int, when: sa.ColumnElement[bool], **values: Any) -> None:
        with self._transaction(write=True) as connection:
            connection.execute(table.update().where(table.c.id == row_id, when).values(leased_until=None, **values))

    def purge(self, before: float, dry_run: bool = False) -> int:
        """Delete rows that were sent before then and did not bounce, and only those, PORTION at most; return how many.

        A dry run counts all.
        """
        old = sa.and_(table.c.sent_at < before, SENT)
        with self._transaction(write=True) as connection:
            if dry_run:
                return connection.scalar(sa.select(sa.func.count()).select_from(table).where(old)) or 0
            portion = sa.select(table.c.id).where(old).limit(PORTION)
            return connection.execute(table.delete().where(table.c.id.in_(portion))).rowcount

    def beat(self, worker: str, now: float) -> None:
        """Note that the worker is alive, and forget those that were not for a day."""
        with self._transaction(write=True) as connection:
            connection.execute(workers.delete().where(workers.c.seen_at < now - 86400))
            seen = workers.update().where(workers.c.name == worker).values(seen_at=now)
            if not connection.execute(seen).rowcount:
                connection.execute(workers.insert().values(name=worker, seen_at=now))

    def leave(self, worker: str) -> None:
        """Forget a worker that ends."""
        with self._transaction(write=True) as connection:
            connection.execute(workers.delete().where(workers.c.name == worker))

    # -- Operators -----------------------------------------------------------------------------------------------------
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
        states = {"pending": PENDING, "sent": SENT, "failed": PARKED}
        query = sa.select(*(column for column in table.c if column.name not in ("message", "receipt")))
        if state:
            query = query.where(states[state])
        if kind:
            query = query.where(table.c.kind == kind)
        if suspicious:
            query = query.where(table.c.suspicious)
        if received:
            query = query.where(table.c.received_at >= received[0], table.c.received_at < received[1])
        with self._transaction() as connection:
            return list(connection.execute(query.order_by(table.c.id.desc()).limit(limit)))[::-1]

    def status(self, now: float) -> Status:
        """Return what waits and what stands still, without reading a message."""
        waiting = sa.select(sa.func.count(), sa.func.min(table.c.received_at)).where(PENDING)
        parked = sa.select(sa.func.count()).select_from(table).where(PARKED)
        alive = sa.select(sa.func.count()).select_from(workers).where(workers.c.seen_at > now - ALIVE_SECONDS)
        success = sa.select(sa.func.max(table.c.sent_at)).where(table.c.sent_at.is_not(None))
        with self._transaction() as connection:
            pending, oldest = connection.execute(waiting).one()
            return Status(
                pending=pending,
                oldest_pending_at=oldest,
                parked=connection.scalar(parked) or 0,
                last_success_at=connection.scalar(success),
                workers=connection.scalar(alive) or 0,
                version=connection.scalar(sa.select(schema.versions.c.version_num)) or "",
            )

    def stored(self) -> dict[str, int]:
        """Return how many submissions are kept, by kind; those of the code before kinds have an empty one."""
        query = sa.select(table.c.kind, sa.func.count()).where(table.c.kind.not_in(NOTICES)).group_by(table.c.kind)
        with self._transaction() as connection:
            return {row.kind: row[1] for row in connection.execute(query)}

    def row(self, reference: str) -> Any:
        """Return the whole row of a reference, or None."""
        with self._transaction() as connection:
            return connection.execute(sa.select(table).where(table.c.reference == reference)).one_or_none()

    def retry(self, now: float, reference: str | None = None) -> int:
        """Make a waiting or parked row that nobody has in hand, or all parked ones, due as if new; return how many."""
        which = PARKED if reference is None else table.c.reference == reference
        free = sa.or_(table.c.leased_until.is_(None), table.c.leased_until < now)
        gone = ("failed_at", "sent_at", "tried_since", "leased_until", "alarmed_at")
        new = {**dict.fromkeys(gone), "next_attempt_at": now, "attempts": 0}
        again = table.update().where(which, sa.not_(SENT), free).values(new)
        with self._transaction(write=True) as connection:
            return connection.execute(again).rowcount

    def erase(self, email: str, dry_run: bool = False) -> list[str]:
        """Delete all rows of a person, sent or not; return their references."""
        theirs = table.c.email == email.lower()
        with self._transaction(write=True) as connection:
            references = list(connection.scalars(sa.select(table.c.reference).where(theirs)))
            if not dry_run:
                connection.execute(table.delete().where(theirs))
        return references

    def park(self, reference: str, now: float) -> bool:
        """Park a pending row by hand; return whether there was one."""
        with self._transaction(write=True) as connection:
            parked = table.update().where(table.c.reference == reference, PENDING)
            by_hand = parked.values(failed_at=now, alarmed_at=now, reply="parked by hand")
            return connection.execute(by_hand).rowcount == 1

    def bounce(self, reference: str, message_id: str, words: str, now: float) -> Any:
        """Park a mail that came back, beside what the relay said when it took it; return its row as it was, or None.

        It counts as sent, for that it was; a `mark_sent` that comes late leaves it parked.
        """
        this = table.c.reference == reference
        with self._transaction(write=True) as connection:
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
        with self._transaction() as connection:
            ids = list(connection.scalars(old))
        with self._transaction(write=True) as connection:
            connection.execute(table.delete().where(table.c.id.in_(ids)))
            connection.execute(table.delete().where(table.c.reference == (failed or "")))


def _insert(connection: sa.Connection, envelope: Envelope) -> None:
    connection.execute(table.insert(), vars(envelope) | {"next_attempt_at": envelope.received_at})
