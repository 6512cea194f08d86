"""The service as it runs in production, gunicorn and delivery workers as processes, and visitors that post to it."""

import contextlib
import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Iterable, Iterator
from functools import partial
from html import unescape
from pathlib import Path

from conftest import CONTACT, OWN
from forms.ledger import Ledger
from serving import ROOT, eventually, free_port

FORM = "/en/forms/contact/"


class Process:
    """One process of the service with its children; started, killed and started again by name."""

    def __init__(self, arguments: list[str], environ: dict[str, str], log: Path) -> None:
        self.arguments, self.environ, self.log = arguments, environ, log
        self.start()

    def start(self) -> None:
        command = ["setpriv", "--pdeathsig", "KILL", sys.executable, "-m", *self.arguments]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=os.environ | self.environ, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self) -> None:
        """End it and its children as a power cut does."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def terminate(self) -> float:
        """Ask it to end and return how many seconds it took; fail where it does not end well."""
        asked = time.monotonic()
        self.process.terminate()
        assert self.process.wait(timeout=60) == 0, self.log.read_text("utf-8")[-2000:]
        return time.monotonic() - asked


class Service:
    """Web processes and workers with the same settings; all end with the `with`."""

    def __init__(self, environ: dict[str, str], folder: Path, webs: int = 0, workers: int = 0) -> None:
        self.environ, self.folder = environ, folder
        self.ports = [free_port() for _ in range(webs)]
        self.webs = [self._process("web", *_gunicorn(port)) for port in self.ports]
        self.workers = [self.worker() for _ in range(workers)]
        for port in self.ports:
            eventually(partial(self.answers, port), 60)

    def _process(self, name: str, *arguments: str) -> Process:
        return Process(list(arguments), self.environ, self.folder / f"{name}.log")

    def worker(self) -> Process:
        """Start one more worker."""
        return self._process("worker", "flask", "--app", "forms", "deliver")

    def answers(self, port: int) -> bool:
        """Say whether a web process is there."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            return ask(port, "GET", FORM)[0] == 200
        return False

    def __enter__(self) -> "Service":
        return self

    def __exit__(self, *_: object) -> None:
        for process in (*self.webs, *self.workers):
            process.kill()

    def post(self, message: str, port: int | None = None) -> tuple[int, str]:
        """Post one form; return the status, and the receipt's address or the page."""
        body = urllib.parse.urlencode({**CONTACT, "message": message})
        return ask(port or self.ports[0], "POST", FORM, body)

    def healthy(self) -> bool:
        """Say whether every web process says that it can take submissions."""
        return all(ask(port, "GET", "/healthz")[0] == 200 for port in self.ports)


def ask(port: int, method: str, path: str, body: str | None = None) -> tuple[int, str]:
    """Do one request; return the status, and where it leads to or the page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {**OWN, "Content-Type": "application/x-www-form-urlencoded"} if body else {}
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        page = response.read().decode()
        return response.status, response.headers["Location"] or page
    finally:
        connection.close()


class Visitors(threading.Thread):
    """Clients that post one different text after the other until told to stop. `shown` are the references they saw."""

    def __init__(self, service: Service, clients: int, name: str) -> None:
        super().__init__()
        self.service, self.clients = service, clients
        self.texts = (f"{name} {number}" for number in range(10**9))
        self.lock, self.enough = threading.Lock(), threading.Event()
        self.shown: dict[str, str] = {}
        self.wrong: list[str] = []
        self.refused = self.unanswered = 0

    def run(self) -> None:
        threads = [threading.Thread(target=self._visit, args=(number,)) for number in range(self.clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def __enter__(self) -> "Visitors":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.enough.set()
        self.join()

    def _visit(self, number: int) -> None:
        while not self.enough.is_set():
            with self.lock:
                text = next(self.texts)
            try:
                reference = self._until_shown(text, number)
            except AssertionError as error:
                self.wrong.append(str(error))
                return
            with self.lock:
                self.shown[reference] = text
            self.enough.wait(0.2)  # so that the workers keep up

    def _until_shown(self, text: str, number: int) -> str:
        """Post a text, the same again after each error as a person does, until a receipt shows a reference."""
        for port in self._ports(number):
            with self._counting():
                status, page = self.service.post(text, port)
                if status == 303:
                    return self._reference(page, number)
                assert status == 503, f"{status} for {text}"
                assert text in unescape(page), "the text was not kept"
                self.refused += 1
        raise AssertionError

    def _reference(self, receipt: str, number: int) -> str:
        for port in self._ports(number):
            with self._counting():
                status, page = ask(port, "GET", receipt)
                if status == 200:
                    return str(re.findall(r'class="reference">(\w+)<', page)[0])
                assert status == 503, f"{status} for a receipt"
                self.refused += 1
        raise AssertionError

    @contextlib.contextmanager
    def _counting(self) -> Iterator[None]:
        try:
            yield
        except (OSError, http.client.HTTPException):
            self.unanswered += 1

    def _ports(self, number: int) -> Iterator[int]:
        """Yield the web processes' ports in turn, slower after the first round; give up after a minute."""
        end = time.monotonic() + 60
        ports = self.service.ports
        for turn in range(10**9):
            assert time.monotonic() < end, "nobody answered for a minute"
            if turn >= len(ports):
                time.sleep(0.1)
            yield ports[(number + turn) % len(ports)]


def references(mails: Iterable[bytes]) -> list[str]:
    """Return the reference of each mail."""
    return [re.findall(rb"^X-Webform-Reference: (\w+)\r$", mail, re.MULTILINE)[0].decode() for mail in mails]


def until_all_is_sent(ledger: Ledger, count: int) -> None:
    """Wait until nothing is pending, as long as so many may take."""
    eventually(lambda: not ledger.rows("pending", limit=1), 60 + count / 10)


def _gunicorn(port: int) -> list[str]:
    return ["gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{port}"]
