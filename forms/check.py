"""Tries every part for real: what is right, what is not, and the cure."""

from __future__ import annotations

import json
import shutil
import smtplib
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from limits.storage import Storage

from forms.database import OutboxError
from forms.ledger import Ledger
from forms.relay import Relay
from forms.search import Index, SearchAwayError

LOW_SPACE = 500 * 1024 * 1024  # bytes: some 100,000 submissions, and the write-ahead log
SITE_SECONDS = 10
DATABASE_CURE = "look at FORMS_DATABASE_URL, at the rights to its file or server, and at the room on its disk"
RELAY_TROUBLE: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPAuthenticationError, "it refuses user and password: look at them in FORMS_SMTP_URL"),
    (smtplib.SMTPNotSupportedError, "it does not offer what FORMS_SMTP_URL asks for: look at its scheme and port"),
    (
        ssl.SSLCertVerificationError,
        "its certificate is not trusted, or for another name: look at FORMS_SMTP_CA_FILE, and at the host's name",
    ),
    (ssl.SSLError, "it does not speak TLS there: look at scheme and port in FORMS_SMTP_URL"),
    (socket.gaierror, "there is no such host: look at FORMS_SMTP_URL"),
    (TimeoutError, "it does not answer in time: look at the firewall, and at host and port in FORMS_SMTP_URL"),
    (smtplib.SMTPConnectError, "it greets us with a refusal: look into its log"),
    (smtplib.SMTPServerDisconnected, "it hangs up: look at scheme and port in FORMS_SMTP_URL, and into its log"),
    (smtplib.SMTPException, "it does not let us begin: look into its log"),
    (OSError, "it cannot be reached: look at whether it runs, and at host and port in FORMS_SMTP_URL"),
    (ValueError, "its name cannot be one: look at FORMS_SMTP_URL"),
)


@dataclass(frozen=True)
class Finding:
    """What was seen of a part."""

    part: str
    right: bool
    words: str


def database(ledger: Ledger) -> Finding:
    """Write a row, and ask for the version of the tables."""
    try:
        ledger.database.ping()
        version = ledger.status(0).version
    except OutboxError as error:
        return Finding("database", False, f"{error}: {DATABASE_CURE}")
    name = ledger.database.engine.dialect.name
    return Finding("database", True, f"{name} takes a write, tables have version {version}")


def relay(relay: Relay) -> Finding:
    """Connect, shake hands and log in, as for a delivery."""
    try:
        session = relay.open()
        tls = session.sock.version() if isinstance(session.sock, ssl.SSLSocket) else "without TLS"
    except (smtplib.SMTPException, OSError, ValueError) as error:
        cure = next(words for kind, words in RELAY_TROUBLE if isinstance(error, kind))
        return Finding("relay", False, f"{cure} ({type(error).__name__})")
    finally:
        relay.quit()
    return Finding("relay", True, f"answers, {tls}" + (", lets us in" if relay.url.username else ", no login"))


def site(url: str) -> Finding:
    """Ask the public address for /healthz, through whatever stands in front."""
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=SITE_SECONDS) as response:  # noqa: S310 - http or https
            answer = response.read(10_000)
    except urllib.error.HTTPError as error:
        answer = error.read(10_000)
    except (OSError, HTTPException) as error:
        why, cure = getattr(error, "reason", error), "look at FORMS_SITE_URL, DNS and the web server"
        if isinstance(why, ssl.SSLCertVerificationError):
            why, cure = why.verify_message, "give the web server a certificate that browsers believe, for this name"
        return Finding("site", False, f"{url} does not answer ({why}): {cure}")
    try:
        ours = json.loads(answer).keys() >= {"database_writable"}
    except (ValueError, AttributeError):  # no JSON, or no object
        ours = False
    cure = "something else answers there: the web server must pass /healthz on to the forms app"
    return Finding("site", ours, f"{url} is ours" if ours else f"{url}: {cure}")


def limits(storage: Storage) -> Finding:
    """Ask where the limits are counted."""
    name = type(storage).__name__
    try:
        right = storage.check()
    except Exception as error:  # noqa: BLE001 - each storage's client raises its own
        right, name = False, f"{name}: {type(error).__name__}"
    cure = f"{name} does not answer, each process counts alone meanwhile: look at FORMS_RATELIMIT_STORAGE"
    return Finding("limits", right, f"counted in {name}" if right else cure)


def search(index: Index, languages: Iterable[str]) -> Finding:
    """Count what can be found."""
    try:
        sizes = index.sizes(languages)
    except SearchAwayError as error:
        return Finding("search", False, f"{error}: publish the site, or look at FORMS_SEARCH_INDEX")
    return Finding("search", True, "finds pages: " + ", ".join(f"{size} {name}" for name, size in sizes.items()))


def disk(file: str) -> Finding:
    """Measure the room where SQLite's file is."""
    try:
        folder = next(folder for folder in Path(file).parents if folder.is_dir())
        free = shutil.disk_usage(folder).free
    except OSError as error:
        cure = "look at the rights to its folder, and whether you are the user of the forms"
        return Finding("disk", False, f"{file} cannot be seen ({error.strerror}): {cure}")
    words = f"{free // 1024**2} MiB free for {file}"
    cure = ": make room, or submissions will be refused"
    return Finding("disk", free > LOW_SPACE, words if free > LOW_SPACE else words + cure)


def worker(ledger: Ledger, now: float) -> Finding:
    """Look whether a worker was seen."""
    try:
        count = ledger.status(now).workers
    except OutboxError:
        return Finding("worker", False, "cannot be seen without the database")
    cure = "none was seen in the last two minutes: start `flask --app forms deliver`"
    return Finding("worker", count > 0, f"{count} seen in the last two minutes" if count else cure)
