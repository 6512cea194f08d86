"""Where a post comes from, and how spam-like a submission is. Gives verdicts with reasons; refuses nothing itself."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import re
from collections.abc import Mapping
from enum import Enum
from ipaddress import ip_network

from werkzeug.datastructures import Headers

from forms.submission import Answer

SUSPICIOUS = 3  # the score from which a mail is marked; every signal's weight is beside it below
LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
MARKUP = re.compile(r"<a\s|</a>|\[url|\[/url|\[link", re.IGNORECASE)


class Source(Enum):
    """Where a post comes from."""

    OWN = "own"
    FOREIGN = "foreign"
    UNKNOWN = "unknown"


def source(headers: Headers, own_origin: str) -> Source:
    """Tell where a post comes from: by Sec-Fetch-Site (W3C Fetch Metadata), else by Origin (RFC 6454 7).

    A page can set neither. `none` is the user's own doing (a restored tab); Origin `null` proves nothing.
    """
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return Source.OWN if site in ("same-origin", "none") else Source.FOREIGN
    origin = headers.get("Origin", "null")
    if origin == "null":
        return Source.UNKNOWN
    return Source.OWN if origin.lower() == own_origin.lower() else Source.FOREIGN


def suspicions(answers: Mapping[str, Answer], honeypot: str) -> tuple[str, ...]:
    """Return the names of the signals that make a submission suspicious, or nothing where they weigh too little."""
    texts = [value for value in answers.values() if isinstance(value, str)]
    lines = f"{answers.get('name', '')} {answers.get('company', '')}"
    message = str(answers.get("message", ""))
    long_texts = [text for text in texts if len(text) > 12]
    signals = {
        "honeypot": 3 * bool(honeypot),
        "link_in_name": 3 * bool(LINK.search(lines)),
        "markup": 2 * bool(MARKUP.search(message)),
        "links": min(3, len(LINK.findall(message)) // 2),
        "repeated": 2 * (len(set(long_texts)) < len(long_texts)),
    }
    found = tuple(name for name, weight in signals.items() if weight)
    return found if sum(signals.values()) >= SUSPICIOUS else ()


def client_id(address: str, key: str) -> str:
    """Return a keyed hash of a client's network address, to count posts by without keeping the address.

    An IPv6 customer has a whole /64 of them (RFC 6177) and is counted as one.
    """
    if ":" in address:
        address = address.partition("%")[0]
        with contextlib.suppress(ValueError):
            address = str(ip_network(f"{address}/64", strict=False))
    return hmac.new(key.encode(), address.encode(), hashlib.sha256).hexdigest()[:32]
