"""How fast the outbox empties, and whether it does so as fast as visitors fill it."""

import os
import resource
import smtplib
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count, pairwise

from bench import ROOT
from bench.growth import envelope
from bench.least import ROW
from bench.load import Load, cpu_seconds, in_turns, load, repeated, resident, show, tell, wait_until
from bench.relays import has_postfix, postfix, sink
from bench.web import OURS, VISITORS, crowd, posts, served
from forms.database import Database
from forms.delivery import deliver_due
from forms.ledger import Ledger
from forms.outbox import Outbox
from forms.relay import Relay

MAILS = 200
WARM, FILL = 1000, 4000  # posts: the worker sleeps for a second when all is sent, which must not weigh
GIVES_WAY = 10  # nice: a tenth of the worker's weight, as support-worker.service has it
SENDER, RECIPIENT = "web@ispadmin.example", "obchod@ispadmin.example"
MESSAGE = b"Subject: x\r\n\r\n" + b"\r\n".join([ROW[:64]] * (len(ROW) // 66)) + b"\r\n"
NUMBERS = count()


def emptied(outbox: Outbox, port: int) -> Load:
    """Return what the worker's own loop does: claim, send, record as sent."""
    for _ in range(MAILS):
        outbox.add(envelope(next(NUMBERS), MESSAGE, time.time()))
    relay, times = Relay(f"smtp://127.0.0.1:{port}", 1200), [time.perf_counter()]

    def send(sender: str, recipient: str, message: bytes) -> str:
        times.append(time.perf_counter())
        return relay.send(sender, recipient, message)

    relay.open()
    before, started = time.process_time(), time.perf_counter()
    sent, up = deliver_due(outbox, send, 60, 1200)
    found = load(
        [end - begin for begin, end in pairwise(times)],
        time.perf_counter() - started,
        time.process_time() - before,
    )
    assert (sent, up) == (MAILS, True)
    relay.quit()
    return found


def session(port: int) -> Load:
    """Return what our session with the relay does when nothing is claimed or recorded."""
    relay = Relay(f"smtp://127.0.0.1:{port}", 1200)
    relay.open()
    found = repeated(lambda: relay.send(SENDER, RECIPIENT, MESSAGE), MAILS)
    relay.quit()
    return found


def bare(port: int) -> Load:
    """Return what smtplib does on a kept connection."""
    with smtplib.SMTP("127.0.0.1", port) as relay:
        relay.ehlo()
        return repeated(lambda: relay.sendmail(SENDER, [RECIPIENT], MESSAGE), MAILS)


def source(port: int) -> Load:
    """Return what Postfix's own smtp-source does in one session that it keeps."""
    words = ("-s", "1", "-d", "-m", str(MAILS), "-l", str(len(MESSAGE)), "-f", SENDER, "-t", RECIPIENT)
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(["smtp-source", *words, f"inet:127.0.0.1:{port}"], check=True)
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return load([seconds / MAILS] * MAILS, seconds, cpu)


def emptying() -> None:
    """Print how fast the outbox empties in one session, into a sink and into Postfix."""
    with tempfile.TemporaryDirectory() as folder:
        outbox = Outbox(Database(f"sqlite:///{folder}/outbox.sqlite3"))
        sides: dict[str, Callable[[int], Load]] = {
            "ours: claimed, sent, recorded": partial(emptied, outbox),
            "our session alone, nothing recorded": session,
            "smtplib, connection kept, nothing recorded": bare,
        }
        tell("emptying the outbox into a sink, a few seconds")
        with sink() as port:
            show(
                "mails to a sink that does nothing",
                in_turns({name: partial(side, port) for name, side in sides.items()}),
            )
        if not has_postfix():
            print("\nPostfix is not installed or we are not root: nothing is measured against it and its smtp-source.")
            return
        tell("emptying the outbox into Postfix, half a minute")
        with postfix() as port:
            sides["Postfix's smtp-source, one session"] = source
            show("mails to Postfix", in_turns({name: partial(side, port) for name, side in sides.items()}))


@contextmanager
def sampled(measure: Callable[[], int], seconds: float = 0.1) -> Iterator[list[int]]:
    """Give a list of what was measured from the beginning to the end, so many seconds apart."""
    found, over = [measure()], threading.Event()

    def sample() -> None:
        while not over.wait(seconds):
            found.append(measure())

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()
        found.append(measure())


def together(database: str, url: str) -> None:
    """Print how fast visitors fill the outbox while a worker empties it, and how long the rest takes it then."""
    tell(f"filling and emptying together on {database}, half a minute")
    ledger = Ledger(Database(url))
    with sink() as port:
        settings = {"FORMS_DATABASE_URL": url, "FORMS_SMTP_URL": f"smtp://127.0.0.1:{port}", "FORMS_POLL_SECONDS": "1"}
        command = [sys.executable, "-m", "flask", "--app", "forms", "deliver"]
        environ = os.environ | {"FORMS_DEVELOPMENT": "1"} | settings
        with (
            served(OURS, nice=GIVES_WAY, **settings) as web,
            subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL) as worker,
        ):
            wait_until(lambda: ledger.status(time.time()).workers > 0)
            crowd(web, posts(WARM), b"303")
            started, before = time.perf_counter(), cpu_seconds(worker.pid)
            with sampled(lambda: ledger.status(time.time()).pending) as waiting:
                filled = crowd(web, posts(FILL), b"303")
                seconds = time.perf_counter() - started
            sent, cpu = FILL + waiting[0] - waiting[-1], cpu_seconds(worker.pid) - before
            wait_until(lambda: not ledger.status(time.time()).pending, 300)
            rest = time.perf_counter() - started - seconds
            memory = resident(web.process), resident(worker.pid)
            worker.terminate()
    print(
        f"\nfilled and emptied at once on {database}, {VISITORS} visitors, one worker\n"
        f"filled with {FILL} at {filled.rate:.0f} a second, {filled.cpu:.2f} ms of the processors each;"
        f" p50 {filled.p50:.1f} ms, p99 {filled.p99:.1f} ms\n"
        f"emptied meanwhile at {sent / seconds:.0f} a second, {cpu / sent * 1000:.2f} ms each;"
        f" {min(waiting)} to {max(waiting)} waited, and the last {waiting[-1]} took {rest:.1f} s more\n"
        f"memory: web {memory[0]:.0f} MiB, worker {memory[1]:.0f} MiB"
    )
