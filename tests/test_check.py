"""Each part is tried for real, whole and broken."""

import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from limits.storage import storage_from_string
from werkzeug.serving import make_server

from conftest import Relay as KeepingRelay
from forms import check, create_app
from forms.database import Database
from forms.ledger import Ledger
from forms.relay import Relay
from serving import free_port
from test_delivery import CERTIFICATE


def local(port):
    return f"http://127.0.0.1:{port}"


@pytest.fixture
def relay_with():
    """Start an SMTP server with options and return its port."""
    started = []

    def start(**options):
        port = free_port()
        controller = Controller(KeepingRelay(), hostname="127.0.0.1", port=port, **options)
        controller.start()
        started.append(controller)
        return port

    yield start
    for controller in started:
        controller.stop()


def tls():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    return context


def login(right):
    return {"auth_require_tls": False, "authenticator": lambda *_: AuthResult(success=right, handled=False)}


@pytest.mark.both_databases
def test_the_database_is_written_to(ledger):
    finding = check.database(ledger)
    assert finding.right
    assert finding.words == f"{ledger.database.engine.dialect.name} takes a write, tables have version 0002"


def test_a_database_that_cannot_be_written_to(tmp_path):
    (tmp_path / "folder").mkdir()
    finding = check.database(Ledger(Database(f"sqlite:///{tmp_path}/folder")))
    assert not finding.right
    assert "look at FORMS_DATABASE_URL" in finding.words


def test_a_relay_that_lets_us_in(relay_with):
    port = relay_with(**login(True))
    assert check.relay(Relay(f"smtp://127.0.0.1:{port}", 80)).words == "answers, without TLS, no login"
    assert check.relay(Relay(f"smtp://u:p@127.0.0.1:{port}", 80)).words == "answers, without TLS, lets us in"


def test_a_relay_with_tls(relay_with, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    port = relay_with(tls_context=tls())
    assert "answers, TLSv1.3, no login" in check.relay(Relay(f"smtp+starttls://localhost:{port}", 80)).words


@pytest.mark.parametrize(
    ("url", "options", "cure"),
    [
        ("smtp://u:p@127.0.0.1:{}", login(False), "it refuses user and password"),
        ("smtp+starttls://127.0.0.1:{}", {}, "it does not offer what FORMS_SMTP_URL asks for"),
        ("smtp+starttls://localhost:{}", {"tls_context": tls()}, "its certificate is not trusted"),
        ("smtps://127.0.0.1:{}", {}, "it does not speak TLS there"),
    ],
)
def test_a_relay_that_does_not_let_us_in_has_its_cure(relay_with, url, options, cure):
    finding = check.relay(Relay(url.format(relay_with(**options)), 80))
    assert not finding.right
    assert finding.words.startswith(cure)


@pytest.mark.parametrize(
    ("url", "cure"),
    [
        ("smtp://127.0.0.1:1", "it cannot be reached"),
        ("smtp://no.such.host.invalid", "there is no such host"),
        (f"smtp://{'x' * 70}.example", "its name cannot be one"),
    ],
)
def test_a_relay_that_is_not_there_has_its_cure(url, cure):
    assert check.relay(Relay(url, 80)).words.startswith(cure)


@pytest.mark.parametrize(
    ("greeting", "cure"),
    [(b"421 closing\r\n", "it greets us with a refusal"), (b"", "it hangs up"), (b"hello\r\n", "it greets us")],
)
def test_a_relay_that_is_something_else_has_its_cure(greeting, cure):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet():
            connection, _ = listener.accept()
            connection.sendall(greeting)
            connection.close()

        thread = threading.Thread(target=greet)
        thread.start()
        finding = check.relay(Relay(f"smtp://127.0.0.1:{listener.getsockname()[1]}", 80))
        thread.join()
    assert not finding.right
    assert finding.words.startswith(cure)


def serving(server):
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def test_the_site_is_ours_even_when_it_cannot_take_a_submission(environ, tmp_path):
    (tmp_path / "folder").mkdir()
    for settings in ({}, {"FORMS_DATABASE_URL": f"sqlite:///{tmp_path}/folder"}):
        server = serving(make_server("127.0.0.1", 0, create_app({**environ, **settings})))
        assert check.site(local(server.port)).right
        server.shutdown()


def test_a_site_that_is_another_or_none_has_its_cure():
    class Another(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'["hello"]')

        def log_message(self, *_):
            pass

    server = serving(HTTPServer(("127.0.0.1", 0), Another))
    finding = check.site(local(server.server_port))
    server.shutdown()
    server.server_close()
    assert not finding.right
    assert "must pass /healthz on" in finding.words
    gone = check.site(local(server.server_port))
    assert not gone.right
    assert "look at FORMS_SITE_URL, DNS and the web server" in gone.words


def test_a_site_whose_certificate_nobody_believes_has_its_cure(environ):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    server = serving(make_server("127.0.0.1", 0, create_app(environ), ssl_context=context))
    finding = check.site(f"https://localhost:{server.port}")
    server.shutdown()
    assert (finding.right, "a certificate that browsers believe" in finding.words) == (False, True)


def test_a_site_that_speaks_no_http_has_its_cure():
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk():
            connection, _ = listener.accept()
            connection.recv(1000)
            connection.sendall(b"220 this is no web server\r\n")
            connection.close()

        thread = threading.Thread(target=talk)
        thread.start()
        finding = check.site(local(listener.getsockname()[1]))
        thread.join()
    assert not finding.right
    assert "does not answer (220 this is" in finding.words


@pytest.mark.parametrize("answer", [b"1", b"null", b'"database_writable"', b"{}", b"<html>"])
def test_a_site_that_is_not_ours_is_told_from_it(answer):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk():
            connection, _ = listener.accept()
            connection.recv(1000)
            connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + answer)
            connection.close()

        thread = threading.Thread(target=talk)
        thread.start()
        finding = check.site(local(listener.getsockname()[1]))
        thread.join()
    assert "something else answers there" in finding.words


def test_the_storage_of_the_limits():
    assert check.limits(storage_from_string("memory://")).right


def test_the_room_on_the_disk(tmp_path, monkeypatch):
    assert check.disk(f"{tmp_path}/outbox.sqlite3").right
    assert check.disk(f"{tmp_path}/not/there/yet/outbox.sqlite3").right
    assert "cannot be seen (File name too long)" in check.disk(f"{tmp_path}/{'x' * 300}/outbox.sqlite3").words
    monkeypatch.setattr(check, "LOW_SPACE", 1 << 60)
    finding = check.disk(f"{tmp_path}/outbox.sqlite3")
    assert not finding.right
    assert "make room" in finding.words


def test_a_worker_that_was_seen(ledger):
    assert check.worker(ledger, time.time()).words.startswith("none was seen")
    ledger.beat("host:1", time.time())
    assert check.worker(ledger, time.time()) == check.Finding("worker", True, "1 seen in the last two minutes")
