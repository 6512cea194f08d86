"""What is made of a setting's text: each takes it and returns the value, or raises ValueError with the cure."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

import limits
from email_validator import EmailNotValidError, validate_email
from limits.storage import storage_from_string

ROOT = Path(__file__).resolve().parent.parent
NEVER = ("x-loop", "x-auto-response-suppress", "x-webform")
HOST = re.compile(r"[a-z0-9.:-]+")
ENCODED = "user and password percent-encoded"
HEADER_LINE = re.compile(r"(X-[A-Za-z0-9-]+): ([\x20-\x7e]+)")


def address(text: str) -> str:
    """One e-mail address, in ASCII: an international domain in the form that every relay understands."""
    try:
        parsed = validate_email(text, check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValueError("give one e-mail address, such as obchod@firma.cz") from error
    return str(parsed.ascii_email)


def number(low: int, high: int) -> Callable[[str], int]:
    """What parses a whole number from `low` to `high`."""

    def parse(text: str) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            raise ValueError(f"give a whole number from {low} to {high}")
        return int(text)

    return parse


def origin(text: str) -> str:
    """Scheme and host as browsers write them in Origin: lower case, without the default port (RFC 6454 6.2)."""
    url = urlsplit(text)
    more = url.path.strip("/") or url.query or url.fragment or url.username
    if url.scheme not in ("http", "https") or not HOST.fullmatch(host := url.hostname or "") or more:
        raise ValueError("give scheme and host, such as https://podpora.firma.cz")
    default = {"http": 80, "https": 443}[url.scheme]
    host = f"[{host}]" if ":" in host else host
    return f"{url.scheme}://{host}" + (f":{url.port}" if url.port not in (None, default) else "")


def _is_server(text: str, *schemes: str) -> bool:
    """Tell whether it is scheme://user:password@host:port; a sign in the password that is not encoded parts it wrongly.

    Says no more than that: the words of urlsplit's errors, and later the driver's, would hold a part of the password.
    """
    try:
        url = urlsplit(text)
        _ = url.port
    except ValueError:
        return False
    misplaced = "@" in url.path + url.query + url.fragment or url.netloc.count("@") > 1 or url.netloc.endswith(":")
    return url.scheme in schemes and not misplaced


def smtp_url(text: str) -> str:
    """The relay's URL."""
    if not _is_server(text, "smtp", "smtps", "smtp+starttls") or not urlsplit(text).hostname:
        known = "smtp://host, smtps://user:password@host or smtp+starttls://user:password@host:587"
        raise ValueError(f"give {known}, {ENCODED}")
    return text


def ca_file(text: str) -> str:
    """The path of a PEM file of certificates that can be read."""
    path = str(ROOT / text)
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:  # no such file, not ours to read, or no certificate in it
        raise ValueError("give a readable PEM file of certificates") from error
    return path


def database_url(text: str) -> str:
    """SQLAlchemy's URL of a file or server; a file is the same whatever folder web and worker start in."""
    path = text.removeprefix("sqlite:///")
    if path != text and path and not path.startswith((":", "?")):
        return f"sqlite:///{ROOT / path}"
    if not _is_server(text, "postgresql+psycopg"):
        known = "sqlite:////folder/outbox.sqlite3 or postgresql+psycopg://user:password@host/name"
        raise ValueError(f"give {known}, {ENCODED}")
    return text


def search_index(text: str) -> str:
    """The path of the search's index, which comes and goes with the site."""
    if not text:
        raise ValueError("give the path of search.sqlite3 in the site that the web server sends")
    return str(ROOT / text)


def secret(text: str) -> str:
    """A key that nobody guesses."""
    if len(text) < 32:
        raise ValueError(
            "give at least 32 random characters: python3 -c 'import secrets; print(secrets.token_hex(32))'"
        )
    return text


def identity(text: str) -> str:
    """`site` or `visitor`."""
    if text not in ("site", "visitor"):
        raise ValueError("give site or visitor")
    return text


def rate_limit(text: str) -> str:
    """Limits in the notation of the limits library."""
    try:
        limits.parse_many(text)
    except ValueError as error:
        raise ValueError("give limits such as 30 per minute; 300 per hour") from error
    return text


def limit_storage(text: str) -> str:
    """The URL of a storage that the limits library can open."""
    try:
        storage_from_string(text)
    except Exception as error:
        raise ValueError("give memory://, or a storage of the limits library whose package is installed") from error
    return text


def networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Networks, parted by commas."""
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise ValueError("give networks such as 127.0.0.0/8, ::1, 10.20.0.0/16") from error


def headers(text: str) -> tuple[tuple[str, str], ...]:
    """Fixed headers, `Name: value` parted by `;`. Only X- names, so that none of the message's own is replaced."""
    lines = [line.strip() for line in re.split(r"[;\n]", text) if line.strip()]
    matches = [HEADER_LINE.fullmatch(line) for line in lines]
    if not all(matches):
        raise ValueError("give X-Name: value, several parted by ; and in plain ASCII")
    if any(match and match[1].lower().startswith(NEVER) for match in matches):
        raise ValueError("X-Loop and X-Auto-Response-Suppress keep the ticket's ID from the visitor; X-Webform is ours")
    return tuple((match[1], match[2]) for match in matches if match)
