"""What a built site promises to the outside: its addresses, the ids of changes and feed entries, its redirects."""

import hashlib
import re
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pelicanconf
from newsroom import redirects

ITEM = re.compile(r'<li\b[^>]*?\sid="([^"]+)"[^>]*>([^<]*(?:<(?!a class="permalink"|ul|/li)[^<]*)*)')
TAG = re.compile(r"<[^>]*>")
SAID = 60  # characters of a change by which its author knows it again
ATOM = {"atom": "http://www.w3.org/2005/Atom"}


@dataclass(frozen=True)
class Manifest:
    """Addresses begin at the root of the build."""

    pages: dict[str, str] = field(default_factory=dict)  # address -> digest of the page
    items: dict[str, dict[str, str]] = field(default_factory=dict)  # address of a note -> its changes: id -> words
    feeds: dict[str, dict[str, list[str]]] = field(default_factory=dict)  # feed -> entry's id -> address, published
    redirects: dict[str, str] = field(default_factory=dict)  # old address -> new


def read(folder: Path) -> Manifest:
    """Return what the built site in `folder` promises."""
    manifest = Manifest(redirects=dict(redirects.read(folder)))
    for path in sorted(folder.rglob("index.html")):
        address = "/" + path.relative_to(folder).as_posix().removesuffix("index.html")
        page = path.read_bytes()
        manifest.pages[address] = hashlib.sha256(page).hexdigest()[:16]
        if is_note(address) and (items := ITEM.findall(page.decode("utf-8"))):
            manifest.items[address] = {own: " ".join(unescape(TAG.sub("", html)).split())[:SAID] for own, html in items}
    for path in sorted(folder.glob("feeds/*.atom.xml")):
        manifest.feeds[f"/feeds/{path.name}"] = dict(map(entry, ET.parse(path).iterfind("atom:entry", ATOM)))  # noqa: S314 - ours
    return manifest


def entry(element: ET.Element) -> tuple[str, list[str]]:
    """Return the id of a feed's entry, with its address and the time when it was published."""
    link = element.find("atom:link", ATOM)
    address = urlsplit(link.get("href", "") if link is not None else "").path
    return element.findtext("atom:id", "", ATOM), [address, element.findtext("atom:published", "", ATOM)]


def is_note(address: str) -> bool:
    """Tell whether a release or notice stands there: right below the news."""
    return any(
        address.startswith(news) and address.count("/") == news.count("/") + 1
        for news in pelicanconf.ADDRESSES["news"].values()
    )


def is_list(address: str) -> bool:
    """Tell whether the address comes and goes with what the notes say: a filter, an overview of versions."""
    news = tuple(pelicanconf.ADDRESSES["news"].values())
    return address.startswith(news) and address not in news and not is_note(address)
