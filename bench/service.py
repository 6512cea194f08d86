"""What the forms cost as they are deployed: gunicorn on a Unix socket, eight visitors at a time, a worker, a relay.

`python -m bench.service`. Each side is measured in turns with the least that would do, and only ratios travel.
"""

import asyncio
import os
import signal
import smtplib
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask

from forms.database import Database
from forms.delivery import deliver_due
from forms.outbox import Envelope, Outbox
from forms.relay import Relay
from forms.schema import table

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ROOT = Path(__file__).resolve().parent.parent
VISITORS, REQUESTS, ROUNDS = 8, 400, 3
MAILS = 400
FEW, MANY = 1_000, 1_000_000
ROW = b"x" * 2048
GET = b"GET /formulare/kontakt/ HTTP/1.0\r\nHost: 127.0.0.1:8000\r\n\r\n"


# -- What is measured against ------------------------------------------------------------------------------------------
def hello() -> Flask:
    """Return Flask's hello world."""
    app = Flask("hello")
    app.add_url_rule("/formulare/kontakt/", view_func=lambda: "Hello")
    return app


def bare(path: str = os.environ.get("BARE_DATABASE", "")) -> "WSGIApplication":
    """Return an application without a framework that reads a post and commits a row of 2 KB durably."""
    local = threading.local()

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if not hasattr(local, "database"):
            local.database = durable(Path(path))
        local.database.execute("INSERT INTO row VALUES (?)", (ROW,))
        start_response("303 See Other", [("Location", "/"), ("Content-Length", "0")])
        return [b""]

    return application


def durable(path: Path) -> sqlite3.Connection:
    """Return a connection whose every commit would outlast a power cut."""
    database = sqlite3.connect(path, timeout=60, isolation_level=None)
    database.executescript(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS row (content BLOB)"
    )
    return database


# -- Web ---------------------------------------------------------------------------------------------------------------
class Load(NamedTuple):
    """Requests a second, and the milliseconds within which half of them and 99 % were answered."""

    rate: float
    p50: float
    p99: float


@contextmanager
def served(app: str, folder: Path, **settings: str) -> Iterator[tuple[Path, int]]:
    """Run gunicorn as deployed and give its socket and the process id of its worker."""
    address = folder / "web.sock"
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "deploy/gunicorn.conf.py",
        "--bind",
        f"unix:{address}",
        app,
    ]
    environ = os.environ | {"FORMS_DEVELOPMENT": "1"} | settings
    with subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: bool(children(process.pid)) and answers(address))
            yield address, children(process.pid)[0]
        finally:
            process.send_signal(signal.SIGTERM)


def answers(address: Path) -> bool:
    with suppress(OSError):
        return bool(asyncio.run(ask(address, GET)))
    return False


def wait_until(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not ready():
        assert time.monotonic() < end, "it did not start"
        time.sleep(0.1)


def children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


async def ask(address: Path, request: bytes) -> bytes:
    """Return the answer to one request on a connection of its own, as nginx makes them."""
    reader, writer = await asyncio.open_unix_connection(address)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


async def load(address: Path, requests: list[bytes], expected: bytes) -> Load:
    """Send the requests, VISITORS at a time, and see that each is answered as expected."""
    times: list[float] = []

    async def visitor(share: list[bytes]) -> None:
        for request in share:
            started = time.perf_counter()
            answer = await ask(address, request)
            times.append((time.perf_counter() - started) * 1000)
            assert answer[9:12] == expected, answer[:200]

    started = time.perf_counter()
    await asyncio.gather(*(visitor(requests[number::VISITORS]) for number in range(VISITORS)))
    seconds = time.perf_counter() - started
    times.sort()
    return Load(len(times) / seconds, times[len(times) // 2], times[len(times) * 99 // 100])


def posts(number: int) -> list[bytes]:
    """Return so many submissions, each another one: the same text twice would be one row."""
    made = []
    for _ in range(number):
        answers = {"department": "technical", "name": "Jiří Žluťoučký", "email": "jiri@example.com"}
        answers["message"] = f"Nejde nám síť, {time.time_ns()}.\n" + "Prosím o pomoc.\n" * 20
        body = urlencode(answers).encode()
        head = (
            "POST /formulare/kontakt/ HTTP/1.0\r\nHost: 127.0.0.1:8000\r\nSec-Fetch-Site: same-origin\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        made.append(head.encode() + body)
    return made


def compare(name: str, apps: tuple[str, str], requests: Callable[[int], list[bytes]], expected: bytes) -> None:
    """Print what ours and the other application do under the same load."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        settings = {"FORMS_RATE_LIMIT": "1000000 per second", "BARE_DATABASE": f"{two}/bare.sqlite3"}
        settings["FORMS_DATABASE_URL"] = f"sqlite:///{one}/outbox.sqlite3"
        sides: list[list[Load]] = [[], []]
        with served(apps[0], Path(one), **settings) as ours, served(apps[1], Path(two), **settings) as other:
            for number in range(ROUNDS + 1):  # the first one warms up
                for side, (address, _) in zip(sides, (ours, other), strict=True):
                    side[number:] = [asyncio.run(load(address, requests(REQUESTS), expected))]
            memory = resident(ours[1])
    mine, least = (Load(*(statistics.median(column) for column in zip(*side[1:], strict=True))) for side in sides)
    row(name, mine.rate, least.rate)
    print(f"{'':<4}p50 {mine.p50:.1f} ms, p99 {mine.p99:.1f} ms ({mine.p99 / mine.p50:.1f} times), {memory:.0f} MiB")


def resident(process: int) -> float:
    """Return the MiB of memory that a process holds."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def row(name: str, mine: float, other: float) -> None:
    print(f"{name:<58} {mine:8.0f}/s {other:8.0f}/s {mine / other:8.2f}")


# -- Mail --------------------------------------------------------------------------------------------------------------
class Sink(threading.Thread):
    """A relay that takes everything at once and keeps nothing."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = self.server.getsockname()
        self.start()

    def run(self) -> None:
        while True:
            connection, _ = self.server.accept()
            with connection, connection.makefile("rwb") as stream, suppress(OSError):
                self.talk(cast(BinaryIO, stream))

    def talk(self, stream: BinaryIO) -> None:
        self.say(stream, b"220 sink")
        for line in stream:
            if line[:4].upper() == b"QUIT":
                self.say(stream, b"221 bye")
                return
            if line[:4].upper() == b"DATA":
                self.say(stream, b"354 go on")
                while stream.readline() != b".\r\n":
                    pass
            self.say(stream, b"250 OK queued")

    def say(self, stream: BinaryIO, line: bytes) -> None:
        stream.write(line + b"\r\n")
        stream.flush()


def envelope(number: int, message: bytes) -> Envelope:
    """Return a stored message of its own."""
    name = f"{number:012d}"
    return Envelope(
        reference=name,
        token=name,
        digest=f"{number:015x}",
        kind="contact",
        suspicious=False,
        email="jiri@example.cz",
        receipt="{}",
        sender="web@ispadmin.example",
        recipient="obchod@ispadmin.example",
        message=message,
        received_at=time.time(),
    )


def deliveries(folder: Path) -> None:
    """Print how fast the outbox empties, against smtplib with the same bytes on one kept connection."""
    outbox, sink = Outbox(Database(f"sqlite:///{folder}/mail.sqlite3")), Sink()
    message = b"Subject: x\r\n\r\n" + ROW + b"\r\n"
    host, port = sink.address[:2]
    mine, least = [], []
    for turn in range(ROUNDS):
        for number in range(MAILS):
            outbox.add(envelope(turn * MAILS + number, message))
        relay = Relay(f"smtp://{host}:{port}", 1200)
        started = time.perf_counter()
        sent, _ = deliver_due(outbox, relay.send, 60, 1200)
        mine.append(sent / (time.perf_counter() - started))
        relay.quit()
        with smtplib.SMTP(host, port) as session:
            started = time.perf_counter()
            for _ in range(MAILS):
                session.sendmail("web@ispadmin.example", ["obchod@ispadmin.example"], message)
            least.append(MAILS / (time.perf_counter() - started))
    row(
        "outbox emptied : smtplib, connection kept, nothing recorded", statistics.median(mine), statistics.median(least)
    )


# -- Growth ------------------------------------------------------------------------------------------------------------
def growth(folder: Path) -> None:
    """Print what adding, claiming and looking cost with few and with many rows in the table."""
    files = {number: Database(f"sqlite:///{folder}/{number}.sqlite3") for number in (FEW, MANY)}
    times = {number: operations(Outbox(file), number) for number, file in files.items()}
    print(f"\n{'milliseconds, by rows in the table':<58} {FEW:>10} {MANY:>10} {'ratio':>8}")
    for name, few in times[FEW].items():
        many = times[MANY][name]
        print(f"{name:<58} {few:10.2f} {many:10.2f} {many / few:8.2f}")


def operations(outbox: Outbox, rows: int) -> dict[str, float]:
    """Return the median milliseconds of what the web and the worker do with so many sent rows and a few due ones."""
    outbox.add(envelope(0, ROW))
    now = time.time()
    with outbox.database.engine.execution_options(write=True).begin() as connection:
        made = (vars(envelope(number, b"x")) | {"next_attempt_at": now, "sent_at": now} for number in range(1, rows))
        while batch := [one for one, _ in zip(made, range(5000), strict=False)]:
            connection.execute(sa.insert(table), batch)

    def work(number: int) -> None:
        outbox.add(envelope(10**9 + number, ROW))

    def deliver(_: int) -> None:
        claim = outbox.claim(time.time(), 1200)
        assert claim
        outbox.mark_sent(claim, time.time(), "250 OK")

    return {
        "store a submission": milliseconds(work),
        "claim one and record it as sent": milliseconds(deliver),
        "look whether anything is due": milliseconds(lambda _: outbox.claim(0, 1200)),
    }


def milliseconds(work: Callable[[int], object], calls: int = 30) -> float:
    """Return the median time that a call takes."""
    times = []
    for number in range(calls):
        started = time.perf_counter()
        work(number)
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def main() -> None:
    """Print all."""
    print(f"\n{f'gunicorn as deployed, {VISITORS} visitors at a time':<58} {'ours':>10} {'other':>10} {'ratio':>8}")
    ours = "forms:create_app()"
    compare("form GET : Flask's hello", (ours, "bench.service:hello()"), lambda number: [GET] * number, b"200")
    compare("accepted POST : bare WSGI with the same commit", (ours, "bench.service:bare()"), posts, b"303")
    with tempfile.TemporaryDirectory() as name:
        deliveries(Path(name))
        growth(Path(name))


if __name__ == "__main__":
    main()
