"""Every setting: its name, default and meaning. Read from FORMS_* variables and checked at the start, all at once."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import limits
from email_validator import EmailNotValidError, validate_email
from limits.storage import storage_from_string

DEVELOPMENT_SECRET = "development only, never in production"  # noqa: S105 - refused in production
ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = ("127.0.0.1", "::1", "localhost")
NEVER = ("x-loop", "x-auto-response-suppress", "x-webform")
HOST = re.compile(r"[a-z0-9.:-]+")
ENCODED = "user and password percent-encoded"
HEADER_LINE = re.compile(r"(X-[A-Za-z0-9-]+): ([\x20-\x7e]+)")


class SettingsError(SystemExit):
    """Settings are missing or wrong: the start stops with a line for each, its name and the cure, and no traceback."""


def _address(text: str) -> str:
    try:
        address = validate_email(text, check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValueError("give one e-mail address, such as obchod@firma.cz") from error
    return str(address.ascii_email)  # an international domain in the form that every relay understands


def _number(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            raise ValueError(f"give a whole number from {low} to {high}")
        return int(text)

    return parse


def _origin(text: str) -> str:
    url = urlsplit(text)
    more = url.path.strip("/") or url.query or url.fragment or url.username
    if url.scheme not in ("http", "https") or not HOST.fullmatch(host := url.hostname or "") or more:
        raise ValueError("give scheme and host, such as https://podpora.firma.cz")
    default = {"http": 80, "https": 443}[url.scheme]
    host = f"[{host}]" if ":" in host else host
    # As browsers write it in Origin: lower case, without the port that goes without saying (RFC 6454 6.2).
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


def _smtp_url(text: str) -> str:
    if not _is_server(text, "smtp", "smtps", "smtp+starttls") or not urlsplit(text).hostname:
        known = "smtp://host, smtps://user:password@host or smtp+starttls://user:password@host:587"
        raise ValueError(f"give {known}, {ENCODED}")
    return text


def _ca_file(text: str) -> str:
    path = str(ROOT / text)
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:  # no such file, not ours to read, or no certificate in it
        raise ValueError("give a readable PEM file of certificates") from error
    return path


def _database_url(text: str) -> str:
    path = text.removeprefix("sqlite:///")
    if path != text and path and not path.startswith((":", "?")):
        return f"sqlite:///{ROOT / path}"  # the same file for web and worker, whatever folder they start in
    if not _is_server(text, "postgresql+psycopg"):
        known = "sqlite:////folder/outbox.sqlite3 or postgresql+psycopg://user:password@host/name"
        raise ValueError(f"give {known}, {ENCODED}")
    return text


def _file(text: str) -> str:
    if not text:
        raise ValueError("give the path of search.sqlite3 in the site that the web server sends")
    return str(ROOT / text)


def _secret(text: str) -> str:
    if len(text) < 32:
        raise ValueError(
            "give at least 32 random characters: python3 -c 'import secrets; print(secrets.token_hex(32))'"
        )
    return text


def _identity(text: str) -> str:
    if text not in ("site", "visitor"):
        raise ValueError("give site or visitor")
    return text


def _rate_limit(text: str) -> str:
    try:
        limits.parse_many(text)
    except ValueError as error:
        raise ValueError("give limits such as 30 per minute; 300 per hour") from error
    return text


def _limit_storage(text: str) -> str:
    try:
        storage_from_string(text)
    except Exception as error:
        raise ValueError("give memory://, or a storage of the limits library whose package is installed") from error
    return text


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise ValueError("give networks such as 127.0.0.0/8, ::1, 10.20.0.0/16") from error


def _headers(text: str) -> tuple[tuple[str, str], ...]:
    """Fixed headers, `Name: value` parted by `;`. Only X- names, so that none of the message's own is replaced."""
    lines = [line.strip() for line in re.split(r"[;\n]", text) if line.strip()]
    matches = [HEADER_LINE.fullmatch(line) for line in lines]
    if not all(matches):
        raise ValueError("give X-Name: value, several parted by ; and in plain ASCII")
    if any(match and match[1].lower().startswith(NEVER) for match in matches):
        raise ValueError("X-Loop and X-Auto-Response-Suppress keep the ticket's ID from the visitor; X-Webform is ours")
    return tuple((match[1], match[2]) for match in matches if match)


@dataclass(frozen=True)
class Setting:
    """One setting. `default` None: production must give it. `development`: the default that `make serve` needs."""

    name: str
    default: str | None
    meaning: str
    parse: Callable[[str], Any]
    development: str | None = None
    secret: bool = False


SETTINGS = (
    Setting(
        "SECRET_KEY", None, "signs the form's token and hashes client addresses", _secret, DEVELOPMENT_SECRET, True
    ),
    Setting("SITE_URL", None, "the public address of site and forms", _origin, "http://127.0.0.1:8000"),
    Setting("SALES_ADDRESS", None, "helpdesk address of the sales department", _address, "obchod@ispadmin.example"),
    Setting(
        "TECHNICAL_ADDRESS", None, "helpdesk address of the technical department", _address, "technik@ispadmin.example"
    ),
    Setting("SITE_ADDRESS", None, "From of the mails", _address, "web@ispadmin.example"),
    Setting(
        "BOUNCE_ADDRESS", "", "envelope sender, where bounces go; empty: SITE_ADDRESS", lambda t: t and _address(t)
    ),
    Setting(
        "OPERATOR_ADDRESS",
        None,
        "who gets the digest, the alarms and the canary; never a helpdesk",
        _address,
        "spravce@ispadmin.example",
    ),
    Setting("DATABASE_URL", "sqlite:///var/outbox.sqlite3", "where the outbox is", _database_url, None, True),
    Setting("SMTP_URL", None, "the relay", _smtp_url, "smtp://127.0.0.1:8025", True),
    Setting(
        "SMTP_CA_FILE",
        "",
        "PEM file of what vouches for the relay's certificate; empty: the system's authorities",
        lambda t: t and _ca_file(t),
    ),
    # A worker that is not seen for ten minutes counts as gone.
    Setting("POLL_SECONDS", "1", "how often the worker looks for new rows", _number(1, 300)),
    Setting(
        "RETRY_SECONDS",
        "60",
        "the first pause after a failed attempt; each later one is twice as long",
        _number(1, 14400),
    ),
    Setting(
        "LEASE_SECONDS",
        "1200",
        "how long one attempt owns its row; the time-outs of its SMTP session fit into it",
        _number(2, 86400),
    ),
    # The digest tells of the day before, so a row is kept for longer than that.
    Setting("RETENTION_DAYS", "30", "how long a sent row, and so its receipt, is kept", _number(2, 3650)),
    Setting("RATE_LIMIT", "60 per minute; 600 per hour", "posts from one network address", _rate_limit),
    Setting(
        "RATELIMIT_STORAGE",
        "memory://",
        "where the limits are counted; shared by several machines",
        _limit_storage,
        None,
        True,
    ),
    Setting(
        "SEARCH_INDEX",
        "output/search.sqlite3",
        "what the search reads: a file of the built site, which changes with it",
        _file,
        "var/site/search.sqlite3",
    ),
    Setting("PROXY_HOPS", "0", "how many proxies in front are believed", _number(0, 9)),
    Setting("METRICS_NETWORKS", "127.0.0.0/8, ::1", "who may read /metrics; others are told 404", _networks),
    Setting(
        "IDENTITY", "site", "From of the mails: site (Reply-To the visitor), or visitor (Sender the site)", _identity
    ),
    Setting("SALES_HEADERS", "", "fixed headers of mails to sales; {visitor} is the visitor's address", _headers),
    Setting("TECHNICAL_HEADERS", "", "fixed headers of mails to the technical department", _headers),
)


def load(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the checked settings by name, without FORMS_; raise SettingsError that lists every fault with its cure."""
    development = environ.get("FORMS_DEVELOPMENT") == "1"
    values: dict[str, Any] = {"DEVELOPMENT": development}
    faults = []
    for setting in SETTINGS:
        default = setting.development if development and setting.development is not None else setting.default
        text = environ.get(f"FORMS_{setting.name}", default)
        if text is None:
            faults.append(f"FORMS_{setting.name} is missing ({setting.meaning}): {_cure(setting)}.")
            continue
        try:
            values[setting.name] = setting.parse(text)
        except ValueError as error:
            shown = "its value (not shown)" if setting.secret else repr(text)
            faults.append(f"FORMS_{setting.name}: {shown} is wrong: {error}.")
    faults += _loops(values)
    if not development:
        faults += _unsafe(values, environ)
    if faults:
        raise SettingsError("\n".join(faults))
    values["BOUNCE_ADDRESS"] = values["BOUNCE_ADDRESS"] or values["SITE_ADDRESS"]
    return values


def _cure(setting: Setting) -> str:
    try:
        setting.parse("")
    except ValueError as error:
        return str(error)
    return "set it"


def _loops(values: Mapping[str, Any]) -> Iterator[str]:
    """Mails from, or back to, a helpdesk's own address go round in circles or are dropped by it."""
    departments = {str(values.get(f"{name}_ADDRESS", "")).lower() for name in ("SALES", "TECHNICAL")} - {""}
    for name in ("SITE_ADDRESS", "BOUNCE_ADDRESS", "OPERATOR_ADDRESS"):
        address = str(values.get(name, ""))
        if address.lower() in departments:
            yield f"FORMS_{name}: {address!r} is wrong: it is a helpdesk's, mails would go round; give another mailbox."


def _unsafe(values: Mapping[str, Any], environ: Mapping[str, str]) -> Iterator[str]:
    """What is right on a developer's machine only."""
    for setting in SETTINGS:
        if setting.development is not None and environ.get(f"FORMS_{setting.name}") == setting.development:
            yield f"FORMS_{setting.name} is the development default: set your own."
    url = urlsplit(values.get("SITE_URL", ""))
    if url.scheme == "http" and url.hostname not in LOOPBACK:
        yield f"FORMS_SITE_URL: {url.geturl()!r} is wrong: people send personal data there, give https://."
    relay = urlsplit(values.get("SMTP_URL", ""))
    if relay.scheme == "smtp" and relay.username and relay.hostname not in LOOPBACK:
        cure = "the password would go unencrypted, give smtps:// or smtp+starttls://"
        yield f"FORMS_SMTP_URL: its value (not shown) is wrong: {cure}."
