"""Writes an Atom feed (RFC 4287) and a JSON Feed (1.1) per language: full text, absolute links.

An entry's id comes from its key (the version) and language, so that neither a new address nor a corrected date
announces it again.
"""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from pelican import signals
from pelican.generators import Generator

ATOM = "http://www.w3.org/2005/Atom"
OUR_IDS = UUID("8d6c1d2e-1f0b-5f4e-9a55-3c1a6f0f4b28")  # never to be changed: readers know entries by what comes of it
LINK = re.compile(r'(\s(?:href|src)=")(#|/(?!/))')  # what means nothing outside its page or site
BEGINNING = datetime(2017, 1, 1, tzinfo=UTC)  # what a feed without entries was updated at
ROOM = 50  # the newest entries


def entry_id(key: str, lang: str) -> str:
    """Return what feed readers know an entry by, for ever."""
    return uuid5(OUR_IDS, f"{key}.{lang}").urn


class Feeds(Generator):
    def generate_output(self, writer: Any) -> None:
        self.root = self.settings["ORIGIN"] + self.settings["SITEURL"]
        for lang, paths in self.settings["FEEDS"].items():
            notes = [note for note in self.context["NEWS"][lang] if note.public][:ROOM]
            self.write(paths["atom"], self.atom(lang, notes))
            self.write(paths["json"], json.dumps(self.json_feed(lang, notes), ensure_ascii=False, indent=1))

    def write(self, address: str, text: str) -> None:
        path = Path(self.output_path, address.lstrip("/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", "utf-8")

    def title(self, lang: str) -> str:
        return f"{self.settings['SITENAME']}: {self.settings['TEXTS'][lang]['menu']['news']}"

    def body(self, note: Any) -> str:
        """The whole text, every link absolute."""
        before = {"#": self.root + note.address, "/": self.settings["ORIGIN"]}
        return LINK.sub(lambda link: link[1] + before[link[2]] + link[2], note.content)

    def atom(self, lang: str, notes: list[Any]) -> str:
        news, own = self.settings["ADDRESSES"]["news"][lang], self.settings["FEEDS"][lang]["atom"]
        feed = Element("feed", {"xmlns": ATOM, "xml:lang": lang})
        SubElement(feed, "id").text = entry_id("feed", lang)
        SubElement(feed, "title").text = self.title(lang)
        SubElement(feed, "updated").text = max((note.date for note in notes), default=BEGINNING).isoformat()
        SubElement(SubElement(feed, "author"), "name").text = self.settings["VENDOR"]
        SubElement(feed, "link", rel="self", type="application/atom+xml", href=self.root + own)
        SubElement(feed, "link", rel="alternate", type="text/html", hreflang=lang, href=self.root + news)
        for note in notes:
            entry = SubElement(feed, "entry")
            SubElement(entry, "id").text = entry_id(note.key, lang)
            SubElement(entry, "title").text = note.title
            SubElement(entry, "published").text = note.date.isoformat()
            SubElement(entry, "updated").text = note.date.isoformat()
            SubElement(entry, "link", rel="alternate", type="text/html", hreflang=lang, href=self.root + note.address)
            SubElement(entry, "summary").text = note.description
            SubElement(entry, "content", type="html").text = self.body(note)
        indent(feed, " ")
        return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(feed, "unicode")

    def json_feed(self, lang: str, notes: list[Any]) -> dict[str, Any]:
        return {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.title(lang),
            "home_page_url": self.root + self.settings["ADDRESSES"]["news"][lang],
            "feed_url": self.root + self.settings["FEEDS"][lang]["json"],
            "language": lang,
            "authors": [{"name": self.settings["VENDOR"]}],
            "items": [
                {
                    "id": entry_id(note.key, lang),
                    "url": self.root + note.address,
                    "title": note.title,
                    "summary": note.description,
                    "content_html": self.body(note),
                    "date_published": note.date.isoformat(),
                    "language": lang,
                }
                for note in notes
            ],
        }


def feeds(_: Any) -> type[Feeds]:
    """Name the generator to Pelican."""
    return Feeds


def register() -> None:
    """Add the generator, which runs after the notes are read."""
    signals.get_generators.connect(feeds)
