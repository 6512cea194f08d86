"""Writes an Atom feed (RFC 4287) and a JSON Feed (1.1) per language: full text, absolute links; and an Atom feed of
security and what must be done only, which also has what is not translated.

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

from markupsafe import Markup
from pelican import signals
from pelican.generators import Generator

from newsroom.notes import HEADINGS, IMPORTANT
from plugins.changes import Section

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
            self.write(self.settings["IMPORTANT_FEEDS"][lang], self.important(lang))

    def write(self, address: str, text: str) -> None:
        path = Path(self.output_path, address.lstrip("/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", "utf-8")

    def title(self, lang: str) -> str:
        return f"{self.settings['SITENAME']}: {self.settings['TEXTS'][lang]['menu']['news']}"

    def body(self, note: Any, html: str) -> str:
        """The text with every link absolute."""
        before = {"#": self.root + note.address, "/": self.settings["ORIGIN"]}
        return LINK.sub(lambda link: link[1] + before[link[2]] + link[2], html)

    def atom(self, lang: str, notes: list[Any]) -> str:
        """All news."""
        entries = [(entry_id(note.key, lang), note, note.title, self.body(note, note.content)) for note in notes]
        return self.atom_feed(lang, self.settings["FEEDS"][lang]["atom"], "feed", self.title(lang), entries)

    def important(self, lang: str) -> str:
        """What is a risk to ignore: only these items of each note."""
        texts = self.settings["TEXTS"][lang]["news"]
        notes = [note for note in self.context["LISTED"][lang] if note.public and note.counts.keys() & {*IMPORTANT}]
        entries = []
        for note in notes[:ROOM]:
            sections = [section for section in note.sections if section.kind in IMPORTANT]
            kinds = ", ".join(HEADINGS[lang][section.kind].lower() for section in sections)
            html = "".join(important_html(section) for section in sections)
            entries.append(
                (entry_id(f"{note.key}/important", lang), note, f"{note.title}: {kinds}", self.body(note, html))
            )
        title = f"{self.settings['SITENAME']}: {texts['important']}"
        return self.atom_feed(lang, self.settings["IMPORTANT_FEEDS"][lang], "important", title, entries)

    def atom_feed(self, lang: str, own: str, key: str, title: str, entries: list[tuple[str, Any, str, str]]) -> str:
        """Return an Atom feed of (id, note, title, HTML)."""
        news, dates = self.settings["ADDRESSES"]["news"][lang], [note.date for _, note, _, _ in entries]
        feed = Element("feed", {"xmlns": ATOM, "xml:lang": lang})
        SubElement(feed, "id").text = entry_id(key, lang)
        SubElement(feed, "title").text = title
        SubElement(feed, "updated").text = max(dates, default=BEGINNING).isoformat()
        SubElement(SubElement(feed, "author"), "name").text = self.settings["VENDOR"]
        SubElement(feed, "link", rel="self", type="application/atom+xml", href=self.root + own)
        SubElement(feed, "link", rel="alternate", type="text/html", hreflang=lang, href=self.root + news)
        for id_, note, name, html in entries:
            entry = SubElement(feed, "entry", {} if note.lang == lang else {"xml:lang": note.lang})
            to = self.root + note.address
            SubElement(entry, "id").text = id_
            SubElement(entry, "title").text = name
            SubElement(entry, "published").text = note.date.isoformat()
            SubElement(entry, "updated").text = note.date.isoformat()
            SubElement(entry, "link", rel="alternate", type="text/html", hreflang=note.lang, href=to)
            SubElement(entry, "summary").text = note.description
            SubElement(entry, "content", type="html").text = html
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
                    "content_html": self.body(note, note.content),
                    "date_published": note.date.isoformat(),
                    "language": lang,
                }
                for note in notes
            ],
        }


def important_html(section: Section) -> str:
    """Return one section as plain HTML, each item with its module."""
    module = Markup("<strong>{}:</strong> ")
    items = [
        Markup("<li>{}</li>").format((module.format(name) if name else "") + change.html)
        for name, changes in section.modules.items()
        for change in changes
    ]
    return Markup("<h2>{}</h2><ul>{}</ul>").format(section.heading, Markup("").join(items))


def feeds(_: Any) -> type[Feeds]:
    """Name the generator to Pelican."""
    return Feeds


def register() -> None:
    """Add the generator, which runs after the notes are read."""
    signals.get_generators.connect(feeds)
