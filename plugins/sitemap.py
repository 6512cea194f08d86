"""Writes what machines ask for first: sitemap.xml with the pairs of languages, robots.txt, and the map of redirects."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from pelican import signals
from pelican.generators import Generator

from newsroom import redirects

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"


def moves(items: Iterable[Any]) -> list[tuple[str, str]]:
    """Return old path and address from every `Redirect_from`, decoded, because web servers compare decoded paths."""
    return [(unquote(old), item.address) for item in items for old in getattr(item, "redirect_from", "").split()]


class Sitemap(Generator):
    def generate_output(self, writer: Any) -> None:
        self.root = self.settings["ORIGIN"] + self.settings["SITEURL"]
        notes = [note for notes in self.context["NEWS"].values() for note in notes if note.public]
        pages = [page for page in self.context["PAGES"] if page.status == "published"]
        self.write("sitemap.xml", self.sitemap(pages, notes))
        self.write("robots.txt", f"User-agent: *\nAllow: /\nSitemap: {self.root}/sitemap.xml\n")
        redirects.write(Path(self.output_path), [*moves([*pages, *notes]), *self.context["MOVED"].items()])

    def write(self, name: str, text: str) -> None:
        Path(self.output_path, name).write_text(text, "utf-8")

    def sitemap(self, pages: list[Any], notes: list[Any]) -> str:
        urlset = Element("urlset", {"xmlns": SITEMAP, "xmlns:xhtml": XHTML})
        for address, alternates in self.context["WRITTEN"].items():
            self.add(urlset, address, alternates)
        for item in pages:
            self.add(urlset, item.address, item.alternates)
        for note in notes:
            self.add(urlset, note.address, note.alternates, note.date.date().isoformat())
        indent(urlset, " ")
        return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(urlset, "unicode") + "\n"

    def add(self, urlset: Element, address: str, alternates: dict[str, str], changed: str = "") -> None:
        url = SubElement(urlset, "url")
        SubElement(url, "loc").text = self.root + address
        if changed:
            SubElement(url, "lastmod").text = changed
        if len(alternates) > 1 and self.settings["DEFAULT_LANG"] in alternates:
            for lang, path in [*alternates.items(), ("x-default", alternates[self.settings["DEFAULT_LANG"]])]:
                SubElement(url, "xhtml:link", rel="alternate", hreflang=lang, href=self.root + path)


def sitemap(_: Any) -> type[Sitemap]:
    """Name the generator to Pelican."""
    return Sitemap


def register() -> None:
    """Add the generator, which runs after pages and notes are read."""
    signals.get_generators.connect(sitemap)
