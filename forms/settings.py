"""Every setting: its name, default and meaning. Read from FORMS_* variables and checked at the start, all at once."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from forms import parsers

DEVELOPMENT_SECRET = "development only, never in production"  # noqa: S105 - refused in production
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class SettingsError(SystemExit):
    """Settings are missing or wrong: the start stops with a line for each, its name and the cure, and no traceback."""


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
        "SECRET_KEY",
        None,
        "signs the form's token and the canary's mark, hashes client addresses",
        parsers.secret,
        DEVELOPMENT_SECRET,
        True,
    ),
    Setting("SITE_URL", None, "the public address of site and forms", parsers.origin, "http://127.0.0.1:8000"),
    Setting(
        "SALES_ADDRESS", None, "helpdesk address of the sales department", parsers.address, "obchod@ispadmin.example"
    ),
    Setting(
        "TECHNICAL_ADDRESS",
        None,
        "helpdesk address of the technical department",
        parsers.address,
        "technik@ispadmin.example",
    ),
    Setting("SITE_ADDRESS", None, "From of the mails", parsers.address, "web@ispadmin.example"),
    Setting(
        "BOUNCE_ADDRESS",
        "",
        "envelope sender, where bounces go; empty: SITE_ADDRESS",
        lambda t: t and parsers.address(t),
    ),
    Setting(
        "OPERATOR_ADDRESS",
        None,
        "who gets the digest, the alarms and the canary; never a helpdesk",
        parsers.address,
        "spravce@ispadmin.example",
    ),
    Setting("DATABASE_URL", "sqlite:///var/outbox.sqlite3", "where the outbox is", parsers.database_url, None, True),
    Setting("SMTP_URL", None, "the relay", parsers.smtp_url, "smtp://127.0.0.1:8025", True),
    Setting(
        "SMTP_CA_FILE",
        "",
        "PEM file of what vouches for the relay's certificate; empty: the system's authorities",
        lambda t: t and parsers.ca_file(t),
    ),
    Setting("POLL_SECONDS", "1", "how often the worker looks for new rows", parsers.number(1, 300)),
    Setting(
        "RETRY_SECONDS",
        "60",
        "the first pause after a failed attempt; each later one is twice as long",
        parsers.number(1, 14400),
    ),
    Setting(
        "LEASE_SECONDS",
        "1200",
        "how long one attempt owns its row; the time-outs of its SMTP session fit into it",
        parsers.number(2, 86400),
    ),
    # The digest tells of the day before, so a row is kept for longer than that.
    Setting("RETENTION_DAYS", "30", "how long a sent row, and so its receipt, is kept", parsers.number(2, 3650)),
    Setting("RATE_LIMIT", "60 per minute; 600 per hour", "posts from one network address", parsers.rate_limit),
    Setting(
        "RATELIMIT_STORAGE",
        "memory://",
        "where the limits are counted; shared by several machines",
        parsers.limit_storage,
        None,
        True,
    ),
    Setting(
        "SEARCH_INDEX",
        "output/search.sqlite3",
        "what the search reads: a file of the built site, which changes with it",
        parsers.search_index,
        "var/site/search.sqlite3",
    ),
    Setting("PROXY_HOPS", "0", "how many proxies in front are believed", parsers.number(0, 9)),
    Setting("METRICS_NETWORKS", "127.0.0.0/8, ::1", "who may read /metrics; others are told 404", parsers.networks),
    Setting(
        "IDENTITY",
        "site",
        "From of the mails: site (Reply-To the visitor), or visitor (Sender the site)",
        parsers.identity,
    ),
    Setting(
        "SALES_HEADERS", "", "fixed headers of mails to sales; {visitor} is the visitor's address", parsers.headers
    ),
    Setting("TECHNICAL_HEADERS", "", "fixed headers of mails to the technical department", parsers.headers),
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
    faults += [*_misspelt(environ), *_loops(values)]
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


def _misspelt(environ: Mapping[str, str]) -> Iterator[str]:
    """Names that are nearly those of settings: the default would hold, and nobody would notice."""
    known = ["FORMS_DEVELOPMENT", *(f"FORMS_{setting.name}" for setting in SETTINGS)]
    for name in sorted(environ):
        if name.startswith("FORMS_") and name not in known and (near := difflib.get_close_matches(name, known, 1, 0.8)):
            yield f"{name} is no setting: did you mean {near[0]}?"


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
