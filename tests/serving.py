"""Runs the real `python -m dev.serve` for the tests, on a copy of the tree, so that nobody's edits come in between."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from functools import cached_property
from http.client import HTTPResponse
from pathlib import Path
from typing import TypeVar

import pytest

ROOT = Path(__file__).parent.parent
TREE = ("content", "dev", "forms", "newsroom", "plugins", "theme", "pelicanconf.py", "publishconf.py")
Found = TypeVar("Found")


def copy_tree(to: Path) -> Path:
    """Return `to`, filled with all that makes the site."""
    for name in TREE:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, to / name)
    return to


def eventually(look: Callable[[], Found | None], seconds: float = 30) -> Found:
    """Return what `look` finds as soon as it finds something."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)
    return found


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def has_ipv6() -> bool:
    """Say whether this machine has ::1; many a container has not."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


IPV6_ONLY = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")


class Served:
    """A running `python -m dev.serve` and what it said."""

    def __init__(self, tree: Path, var: Path, **settings: str) -> None:
        self.tree, self.var, self.log = tree, var, var.with_suffix(".log")
        with self.log.open("wb") as log:
            command = [sys.executable, "-m", "dev.serve", "--port", "0", "--var", str(var)]
            self.process = subprocess.Popen(
                command, cwd=tree, env=os.environ | settings, stdout=log, stderr=subprocess.STDOUT
            )

    @cached_property
    def address(self) -> str:
        """Where it serves, as soon as it says so."""
        return eventually(lambda: re.search(r"(http://\S+)/_mail/\n", self.said()))[1]

    def said(self) -> str:
        assert self.process.poll() is None, self.log.read_text("utf-8")
        return self.log.read_text("utf-8")

    def open(self, path: str, answers: dict[str, str] | None = None) -> HTTPResponse:
        data = urllib.parse.urlencode(answers).encode() if answers else None
        headers = {"Sec-Fetch-Site": "same-origin"} if answers else {}
        request = urllib.request.Request(self.address + path, data, headers)
        answer: HTTPResponse = urllib.request.urlopen(request, timeout=30)
        return answer

    def read(self, path: str) -> str:
        with self.open(path) as answer:
            return answer.read().decode()

    def mails(self) -> list[Path]:
        return sorted((self.var / "mail").glob("*.eml"))

    def family(self) -> list[int]:
        """Return the supervisor's process id and its children's."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [self.process.pid, *map(int, children.split())]
