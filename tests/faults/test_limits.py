"""Limits that several web machines count together in Redis, and Redis in trouble."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from signal import SIGCONT, SIGSTOP

import pytest

from conftest import CONTACT, OWN
from forms import create_app
from serving import eventually, free_port


@pytest.fixture
def redis(environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A Redis of the test's own, named in the settings."""
    port = free_port()
    command = ["setpriv", "--pdeathsig", "KILL", "redis-server", "--bind", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen([*command, "--save", ""], stdout=subprocess.DEVNULL)
    environ.update(FORMS_RATE_LIMIT="3 per hour", FORMS_RATELIMIT_STORAGE=f"redis://127.0.0.1:{port}")
    eventually(lambda: answers(port))
    yield server
    server.kill()
    server.wait()


def answers(port: int) -> bool:
    with suppress(OSError):
        socket.create_connection(("127.0.0.1", port)).close()
        return True
    return False


def test_machines_that_share_redis_share_the_limit_and_each_counts_alone_without_it(environ, redis):
    numbers = count()
    first, second = (create_app(environ).test_client() for _ in range(2))

    def post(client):
        return client.post(
            "/formulare/kontakt/", data={**CONTACT, "message": str(next(numbers))}, headers=OWN
        ).status_code

    assert [post(client) for client in (first, second, first, second)] == [303, 303, 303, 429]
    redis.send_signal(SIGSTOP)  # it takes connections and answers nothing: a visitor waits two seconds, once
    assert [post(first) for _ in range(4)] == [303, 303, 303, 429]
    redis.send_signal(SIGCONT)
    redis.kill()
    redis.wait()
    assert [post(second) for _ in range(4)] == [303, 303, 303, 429]
    assert create_app(environ).test_client().get("/formulare/kontakt/").status_code == 200  # starts without it too
