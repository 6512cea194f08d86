"""Slow and hostile clients of the site as deployed and of `make serve`: others are served meanwhile."""

import gzip
import random
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from conftest import CONTACT
from deployed import HOST, Deployed, build
from forms import LARGEST_BODY
from serving import Served, copy_tree, eventually

CROWD = 200
FORM = "/en/forms/contact/"
ENCODED = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
HEAD = f"POST {FORM} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/x-www-form-urlencoded\r\n".encode()
HALF_A_BODY = HEAD + b"Content-Length: 1000\r\n\r\nname=half"
PARTS = (b"", b"GET / HT", HEAD, HALF_A_BODY)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder = tmp_path_factory.mktemp("web")
    deployed = Deployed(folder, build(folder / "site"), FORMS_RATE_LIMIT="10000 per minute")
    yield deployed
    deployed.stop()


@contextmanager
def crowd(*connects: Callable[[], socket.socket]) -> Iterator[list[socket.socket]]:
    """So many clients of each kind, that say nothing, or a part of what they should, and wait."""
    with ExitStack() as stack:
        clients = [stack.enter_context(connect()) for connect in connects for _ in range(CROWD)]
        for number, client in enumerate(clients):
            client.sendall(PARTS[number % len(PARTS)])
        yield clients


def closed(client: socket.socket) -> bool:
    client.settimeout(0.01)
    try:
        return client.recv(100_000) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def memory(web: Deployed) -> int:
    """Return what all processes of the app hold, in megabytes."""
    children = Path(f"/proc/{web.app.pid}/task/{web.app.pid}/children").read_text().split()
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in children)
    return pages * 4096 // 2**20


# -- nginx and gunicorn ------------------------------------------------------------------------------------------------
def test_a_crowd_that_stands_still_holds_up_nobody(web: Deployed) -> None:
    def without_tls() -> socket.socket:
        return socket.create_connection(("127.0.0.1", web.port))

    with crowd(lambda: web.connect("127.0.0.50"), without_tls) as clients:
        assert "<form" in web.ask("/kontakt/").text
        assert web.post(FORM, CONTACT).status == 303
        eventually(lambda: all(closed(client) for client in clients), 90)


def test_one_address_gets_no_more_than_its_share(web: Deployed) -> None:
    with ExitStack() as stack:
        for _ in range(CROWD):
            stack.enter_context(web.connect("127.0.0.51")).sendall(HALF_A_BODY)
        assert eventually(lambda: web.ask("/", source="127.0.0.51").status == 429)
        assert "Too many requests" in web.ask("/en/", source="127.0.0.51").text
        assert web.ask("/", source="127.0.0.52").status == 200


def chunked(web: Deployed) -> int:
    body = f"name=Chunk&department=sales&email=a%40example.cz&message={time.time()}".encode()
    with web.connect() as client:
        client.sendall(HEAD + b"Sec-Fetch-Site: same-origin\r\nTransfer-Encoding: chunked\r\n\r\n")
        for byte in body:
            client.sendall(b"1\r\n%c\r\n" % byte)
        client.sendall(b"0\r\n\r\n")
        return int(client.recv(1000).split()[1])


def sent(body: bytes, **headers: str) -> Callable[[Deployed], int]:
    return lambda web: web.ask(FORM, "POST", ENCODED | headers, body).status


BOUNDARY = {"Content-Type": "multipart/form-data; boundary=x"}
PART = b'--x\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nv\r\n'
HOSTILE = {
    "chunk by chunk": (303, chunked),
    "ten thousand fields": (422, sent(b"&".join(b"f%d=v" % number for number in range(10_000)))),
    "as many as fit": (422, sent(b"&" * (LARGEST_BODY - 1))),
    "ten thousand parts": (413, sent(b"".join(PART % number for number in range(10_000)) + b"--x--\r\n", **BOUNDARY)),
    "parts without an end": (422, sent(PART % 1 + b"a" * 100_000, **BOUNDARY)),
    "one long word": (422, sent(b"message=" + b"a" * (LARGEST_BODY - 10))),
    "packed": (422, sent(gzip.compress(b"a" * 50_000_000), **{"Content-Encoding": "gzip"})),
    "invalid UTF-8": (422, sent(b"name=%ff%fe&message=%c3%28&email=\xff")),
    "NUL": (422, sent(b"name=a%00b&message=%00&email=a%00@example.cz&department=sales%00")),
    "noise": (422, sent(random.Random(4).randbytes(1_000_000))),  # noqa: S311 - any will do
}


@pytest.mark.parametrize(("status", "send"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_bodies_are_answered_and_cost_little(
    web: Deployed, status: int, send: Callable[[Deployed], int]
) -> None:
    send(web)
    before = memory(web)
    assert {send(web) for _ in range(5)} == {status}
    assert memory(web) < before + 50
    assert "Traceback" not in web.said("gunicorn.out")


def test_the_app_ends_in_time_whatever_is_half_sent(web: Deployed) -> None:
    def directly() -> socket.socket:
        client = socket.socket(socket.AF_UNIX)
        client.connect(str(web.socket))
        return client

    with crowd(lambda: web.connect("127.0.0.53"), directly):
        time.sleep(1)  # until its threads have them in hand
        web.app.send_signal(signal.SIGTERM)
        web.app.wait(10)
    web.start_app()
    assert web.post(FORM, {}).status == 422


# -- make serve --------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    tree = copy_tree(tmp_path_factory.mktemp("tree"))
    served = Served(tree, tree / "var", FORMS_RATE_LIMIT="10000 per minute")
    assert served.address
    yield served
    if served.process.poll() is None:
        served.process.terminate()
        served.process.wait(15)


def caller(served: Served) -> Callable[[], socket.socket]:
    return lambda: socket.create_connection(("127.0.0.1", int(served.address.rpartition(":")[2])))


def test_make_serve_serves_others_meanwhile_and_lets_the_silent_go(served: Served) -> None:
    before = served.said()
    with crowd(caller(served)) as clients:
        assert "<form" in served.read("/kontakt/")
        with served.open("/formulare/kontakt/", CONTACT) as receipt:
            assert "/prijato/" in receipt.url
        eventually(lambda: all(closed(client) for client in clients), 60)
    assert "timed out" not in served.said()[len(before) :]


def test_ctrl_c_ends_make_serve_at_once_in_a_crowd(served: Served) -> None:
    with crowd(caller(served)):
        assert "<form" in served.read("/kontakt/")
        served.process.send_signal(signal.SIGINT)
        served.process.wait(5)
