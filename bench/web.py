"""What the forms cost as they are deployed: gunicorn on a Unix socket, eight visitors at a time."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from bench import ROOT
from bench.least import committer
from bench.load import ROUNDS, Load, cpu_seconds, in_turns, load, resident, show, tell, wait_until
from forms.database import Database

VISITORS, REQUESTS = 8, 400
OURS, HELLO, BARE = "forms:create_app()", "bench.least:hello()", "bench.least:bare()"
GET = b"GET /formulare/kontakt/ HTTP/1.0\r\nHost: 127.0.0.1:8000\r\n\r\n"


class Server(NamedTuple):
    """Where gunicorn listens, and the process id of its worker."""

    address: Path
    process: int


@contextmanager
def served(app: str, nice: int = 0, **settings: str) -> Iterator[Server]:
    """Run gunicorn as deployed, with these settings."""
    with tempfile.TemporaryDirectory() as folder:
        address = Path(folder, "web.sock")
        words = ("--config", "deploy/gunicorn.conf.py", "--bind", f"unix:{address}", app)
        environ = os.environ | {"FORMS_DEVELOPMENT": "1", "FORMS_RATE_LIMIT": "1000000 per second"} | settings
        command = ["nice", "-n", str(nice), sys.executable, "-m", "gunicorn", *words]
        with subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL) as process:
            try:
                wait_until(lambda: bool(children(process.pid)) and answers(address))
                yield Server(address, children(process.pid)[0])
            finally:
                process.send_signal(signal.SIGTERM)


def children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def answers(address: Path) -> bool:
    with suppress(OSError):
        return bool(asyncio.run(ask(address, GET)))
    return False


async def ask(address: Path, request: bytes) -> bytes:
    """Return the answer to one request on a connection of its own, as nginx makes them."""
    reader, writer = await asyncio.open_unix_connection(address)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


def crowd(server: Server, requests: list[bytes], expected: bytes) -> Load:
    """Send the requests, VISITORS at a time, and see that each is answered as expected."""
    times: list[float] = []

    async def visitor(share: list[bytes]) -> None:
        for request in share:
            began = time.perf_counter()
            answer = await ask(server.address, request)
            times.append(time.perf_counter() - began)
            assert answer[9:12] == expected, answer[:200]

    async def visitors() -> None:
        await asyncio.gather(*(visitor(requests[number::VISITORS]) for number in range(VISITORS)))

    started, before = time.perf_counter(), cpu_seconds(server.process)
    asyncio.run(visitors())
    return load(times, time.perf_counter() - started, cpu_seconds(server.process) - before)


def form() -> bytes:
    """Return the body of a submission that nobody has sent before: the same text twice would be one row."""
    answers = {"department": "technical", "name": "Jiří Žluťoučký", "email": "jiri@example.com"}
    answers["message"] = f"Nejde nám síť, {time.time_ns()}.\n" + "Prosím o pomoc.\n" * 20
    return urlencode(answers).encode()


def posts(number: int) -> list[bytes]:
    """Return so many submissions as requests."""
    head = (
        "POST /formulare/kontakt/ HTTP/1.0\r\nHost: 127.0.0.1:8000\r\nSec-Fetch-Site: same-origin\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n"
    )
    return [head.format(len(body)).encode() + body for body in (form() for _ in range(number))]


def commits(commit: Callable[[], object], threads: int) -> Load:
    """Return what the database does alone, for so many threads at a time."""

    def timed(_: int) -> float:
        began = time.perf_counter()
        commit()
        return time.perf_counter() - began

    started, before = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        times = list(pool.map(timed, range(REQUESTS)))
    return load(times, time.perf_counter() - started, time.process_time() - before)


def shown() -> None:
    """Print what showing a form costs."""
    tell("showing a form, some ten seconds")
    with served(OURS) as ours, served(HELLO) as hello:
        gets = partial(crowd, requests=[GET] * REQUESTS, expected=b"200")
        found = in_turns({"ours": lambda: gets(ours), "Flask's hello": lambda: gets(hello)})
    show(f"form GET, {VISITORS} visitors at a time", found)


def accepted(database: str, ours_url: str, bare_url: str) -> None:
    """Print what accepting a submission costs on a database; SQLite commits one at a time."""
    tell(f"accepting submissions on {database}, half a minute")
    Database(ours_url).ping()  # who makes the tables holds Alembic's 9 MiB until it starts again
    commit, threads = committer(bare_url), 1 if database == "SQLite" else VISITORS
    with (
        served(OURS, FORMS_DATABASE_URL=ours_url) as ours,
        served(BARE, BARE_DATABASE=bare_url) as bare,
        served(HELLO) as hello,
    ):
        sides = {
            "ours": lambda: crowd(ours, posts(REQUESTS), b"303"),
            "bare WSGI with a durable commit": lambda: crowd(bare, posts(REQUESTS), b"303"),
            "Flask's hello": lambda: crowd(hello, [GET] * REQUESTS, b"200"),
            f"durable commits alone, {threads} at a time": lambda: commits(commit, threads),
        }
        show(f"accepted POST on {database}, {VISITORS} visitors", in_turns(sides))
        print(f"the web process holds {resident(ours.process):.0f} MiB after {(ROUNDS + 1) * REQUESTS} posts")
