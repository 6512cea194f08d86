"""Where a post comes from, and how spam-like a submission is. Gives verdicts with reasons; refuses nothing itself."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address

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


def client_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return a client's network address; None where it has none, as over a Unix socket.

    A socket that takes both kinds gives an IPv4 one as ::ffff:192.0.2.1.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def client_id(text: str, key: str) -> str:
    """Return a keyed hash of a client's network address, to count posts by without keeping the address.

    An IPv6 customer has a whole /64 of them (RFC 6177) and is counted as one.
    """
    address = client_address(text)
    counted = address.packed[:8] if address else text.encode()  # an IPv4 one has four bytes
    return hmac.new(key.encode(), counted, hashlib.sha256).hexdigest()[:32]
