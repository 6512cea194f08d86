"""What the outbox costs with few and with many rows in it."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import sqlalchemy as sa

from bench.least import ROW
from bench.load import tell
from forms.database import Database
from forms.ledger import Ledger
from forms.outbox import Envelope, Outbox
from forms.schema import table

FEW, MANY = 1_000, 1_000_000
DAY = 86400


def envelope(number: int, message: bytes, received_at: float) -> Envelope:
    """Return a stored message of its own."""
    name = f"{number:012d}"
    return Envelope(
        reference=name,
        token=name,
        digest=f"{number * 7919 % 10**15:064x}",
        email=f"jiri{number}@example.cz",
        receipt="{}",
        sender="web@ispadmin.example",
        recipient="obchod@ispadmin.example",
        message=message,
        received_at=received_at,
        kind="contact",
    )


def came(number: int, rows: int, now: float) -> float:
    """Return when the row with this number of so many was received: one after the other, in a hundred days."""
    return now - 100 * DAY * (1 - number / rows)


def fill(database: Database, rows: int, now: float) -> None:
    """Store so many rows of the last hundred days, all sent but a hundred each that wait and that are parked."""

    def made() -> Iterator[dict[str, object]]:
        for number in range(1, rows):
            received, turn = came(number, rows, now), number % (rows // 100)
            sent_at, failed_at = received if turn > 1 else None, received if turn == 1 else None
            times = {"next_attempt_at": now + 3600, "sent_at": sent_at, "failed_at": failed_at, "alarmed_at": now}
            yield vars(envelope(number, b"x", received)) | times | {"attempts": 1}

    database.ping()
    left = made()
    while batch := [one for one, _ in zip(left, range(5000), strict=False)]:
        with database.transaction(write=True) as connection:
            connection.execute(sa.insert(table), batch)


def operations(database: Database, rows: int) -> dict[str, float]:
    """Return the median CPU milliseconds of what web, worker, monitors and operators ask with so many rows."""
    now = time.time()
    fill(database, rows, now)
    outbox, ledger, numbers = Outbox(database), Ledger(database), count(10**9)
    recent, oldest = came(rows - 10, rows, now), count(20, 20)

    def deliver() -> None:
        claim = outbox.claim(time.time(), 1200)
        assert claim
        outbox.record(claim.sent(time.time(), "250 OK"))

    def health() -> None:
        database.ping()
        ledger.status(now)

    def keep_house() -> None:
        ledger.beat("bench", now)
        ledger.announce(lambda _: envelope(0, b"", now), now)

    work: dict[str, Callable[[], object]] = {
        "store a submission": lambda: outbox.add(envelope(next(numbers), ROW, time.time())),
        "claim one and record it as sent": deliver,
        "look whether anything is due": lambda: outbox.claim(time.time(), 1200),
        "show a receipt": lambda: outbox.receipt(f"{rows // 2:012d}"),
        "/healthz": health,
        "/metrics, as many of the last day": lambda: (ledger.status(now), ledger.received(recent)),
        "note that the worker lives, look for parked ones": keep_house,
        "outbox list": lambda: ledger.rows(limit=30),
        "outbox list --state pending": lambda: ledger.rows("pending"),
        "outbox list --state failed": lambda: ledger.rows("failed"),
        "outbox show": lambda: ledger.row(f"{rows // 2:012d}"),
        "outbox erase, tried": lambda: ledger.erase("jiri77@example.cz", dry_run=True),
        "digest of as many": lambda: ledger.rows(received=(recent, now)),
        "purge with nothing to delete": lambda: outbox.purge(0),
        "purge of the twenty oldest": lambda: outbox.purge(came(next(oldest), rows, now)),
    }
    return {name: milliseconds(call) for name, call in work.items()}


def milliseconds(work: Callable[[], object], calls: int = 15) -> float:
    """Return the median time of the processor that a call takes; a table that is walked through shows in it."""
    times = []
    for _ in range(calls):
        started = time.process_time()
        work()
        times.append((time.process_time() - started) * 1000)
    return statistics.median(times)


def main() -> None:
    """Print what each thing costs with few and with many rows."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for rows in (FEW, MANY):
            tell(f"growth: {rows} rows" + ", a few minutes to store them" * (rows > 10_000))
            found[rows] = operations(Database(f"sqlite:///{Path(folder, str(rows))}.sqlite3"), rows)
    print(f"\n{'CPU milliseconds, by rows in the table':<46} {FEW:>9} {MANY:>9} {'ratio':>6}")
    for name, few in found[FEW].items():
        print(f"{name:<46} {few:9.2f} {found[MANY][name]:9.2f} {found[MANY][name] / few:6.2f}")


if __name__ == "__main__":
    main()
