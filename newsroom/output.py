"""Reads the finished pages as browsers, search engines and spam robots do, and says what would go wrong with them.

`python -m newsroom.output FOLDER`
"""

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pelicanconf
from newsroom.problem import Problem, report, summary

LINKS = {"href", "src", "action", "formaction", "poster", "data"}
LOADING = {"stylesheet", "icon", "apple-touch-icon", "preload", "modulepreload", "manifest"}
REDIRECT = re.compile(r'"([^"]+)" "([^"]+)";')
CSS_URL = re.compile(r"url\(\s*[\"']?([^\"')]+)|@import\s+[\"']([^\"']+)")
# What a harvester's regular expression finds, also when it knows the usual disguises.
AT = r"\s*(?:@|[\[({]\s*(?:at|zavináč|zavinac)\s*[\])}])\s*"
DOT = r"\s*(?:\.|[\[({]\s*(?:dot|tečka|tecka)\s*[\])}])\s*"
HARVEST = re.compile(rf"[\w.+-]+{AT}[\w-]+(?:{DOT}[\w-]+)+", re.IGNORECASE)
REQUIRED_DATA = {
    "Organization": ("name", "url"),
    "SoftwareApplication": ("name", "applicationCategory"),
    "BreadcrumbList": ("itemListElement",),
    "NewsArticle": ("headline", "datePublished", "inLanguage", "author", "mainEntityOfPage"),
}


@dataclass
class Page(HTMLParser):
    """One finished page: all that the checks ask about, each with its line."""

    path: str  # of the file, inside the folder
    address: str
    lang: str = ""
    title: str = ""
    titles: int = 0
    metas: dict[str, str] = field(default_factory=dict)
    canonical: str = ""
    alternates: dict[str, str] = field(default_factory=dict)
    ids: Counter[str] = field(default_factory=Counter)
    links: list[tuple[int, str]] = field(default_factory=list)
    loads: list[tuple[int, str]] = field(default_factory=list)
    data: list[tuple[int, str]] = field(default_factory=list)
    found: list[Problem] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    inside: str = ""  # title, or the kind of script whose text comes next

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def note(self, what: str, cure: str = "") -> None:
        """Keep a problem of the tag that is being read."""
        self.found.append(Problem(self.path, self.getpos()[0], what, cure, self.get_starttag_text() or ""))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        line = self.getpos()[0]
        if "id" in values:
            self.ids[values["id"]] += 1
            if self.ids[values["id"]] == 2:
                self.note(f"id „{values['id']}“ je na stránce dvakrát")
        for name in LINKS & values.keys():
            self.links.append((line, values[name]))
        self.links += [(line, part.split()[0]) for part in values.get("srcset", "").split(",") if part.strip()]
        for name in values:
            if name == "style" or name.startswith("on"):
                self.note(f"atribut {name}= zakazuje CSP", "patří do souboru CSS nebo JS")
        handler = getattr(self, f"see_{tag}", None)
        if handler:
            handler(values, line)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)

    def see_html(self, values: dict[str, str], line: int) -> None:
        self.lang = values.get("lang", "")

    def see_title(self, values: dict[str, str], line: int) -> None:
        self.titles += 1
        if self.titles == 1:  # the others belong to pictures
            self.inside = "title"

    def see_meta(self, values: dict[str, str], line: int) -> None:
        self.metas[values.get("name") or values.get("property", "")] = values.get("content", "")

    def see_link(self, values: dict[str, str], line: int) -> None:
        kinds = set(values.get("rel", "").split())
        if "canonical" in kinds:
            self.canonical = values.get("href", "")
        if "alternate" in kinds and "hreflang" in values:
            self.alternates[values["hreflang"]] = values.get("href", "")
        if kinds & LOADING:
            self.loads.append((line, values.get("href", "")))

    def see_img(self, values: dict[str, str], line: int) -> None:
        if "alt" not in values:
            self.note("obrázek nemá alt", "doplňte popis; ozdobný obrázek má alt prázdný")
        self.loads.append((line, values.get("src", "")))

    def see_script(self, values: dict[str, str], line: int) -> None:
        self.inside = values.get("type", "text/javascript")
        if "src" in values:
            self.loads.append((line, values["src"]))
        elif self.inside != "application/ld+json":
            self.note("skript v HTML zakazuje CSP", "patří do theme/static/js/")

    def see_style(self, values: dict[str, str], line: int) -> None:
        self.inside = "style"
        self.note("styl v HTML zakazuje CSP", "patří do theme/static/css/")

    def see_iframe(self, values: dict[str, str], line: int) -> None:
        self.loads.append((line, values.get("src", "")))

    see_form = see_source = see_video = see_audio = see_iframe

    def handle_endtag(self, tag: str) -> None:
        if tag in ("title", "script", "style"):
            self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "title":
            self.title += data
        elif self.inside == "application/ld+json":
            self.data.append((self.getpos()[0], data))
        elif not self.inside:
            self.text.append(data)


def read_pages(folder: Path) -> list[Page]:
    """Return every HTML file of a built site, parsed."""
    pages = []
    for path in sorted(folder.rglob("*.html")):
        name = path.relative_to(folder).as_posix()
        page = Page(name, "/" + name.removesuffix("index.html"))
        source = path.read_text("utf-8")
        page.feed(source)
        page.close()
        page.found += harvested(page, source)
        pages.append(page)
    return pages


def harvested(page: Page, source: str) -> Iterator[Problem]:
    """Give the e-mail addresses that a robot would find, with entities decoded and with tags taken away."""
    views = (unescape(source), "".join(page.text))
    for address in dict.fromkeys(match[0] for view in views for match in HARVEST.finditer(view)):
        line = next((n for n, text in enumerate(unescape(source).split("\n"), 1) if address in text), 1)
        yield Problem(page.path, line, f"e-mailovou adresu {address} najdou roboti", "použijte _address.html")


def problems(folder: Path, origin: str = pelicanconf.ORIGIN) -> list[Problem]:
    """Return what is wrong with a built site."""
    pages = read_pages(folder)
    redirects = dict(REDIRECT.findall((folder / "redirects.map").read_text("utf-8")))
    site = Site(folder, origin, {page.address: page for page in pages}, redirects)
    found = [problem for page in pages for check in CHECKS for problem in check(page, site)]
    found += [problem for page in pages for problem in page.found]
    for old, new in redirects.items():
        if not site.has(new):
            found.append(Problem("redirects.map", 1, f"{old} vede na {new}, kde nic není"))
    found += css_problems(folder, site)
    return sorted(found)


@dataclass
class Site:
    """The built site as a whole."""

    folder: Path
    origin: str
    pages: dict[str, Page]
    redirects: dict[str, str]

    @cached_property
    def titles(self) -> dict[tuple[str, str], str]:
        """The file that has each language's title, the first if there are several."""
        return {(page.lang, page.title): page.path for page in reversed(self.pages.values())}

    def has(self, path: str) -> bool:
        """Tell whether an address answers: by a file, a redirect, or the forms app."""
        return self.file_of(path).is_file() or path in self.redirects or path in FORM_PATHS

    def file_of(self, path: str) -> Path:
        """Return the file that the web server sends for a path."""
        name = unquote(path).removeprefix(pelicanconf.SITEURL).lstrip("/")
        return self.folder / (f"{name}index.html" if not name or name.endswith("/") else name)


FORM_PATHS = {path for paths in pelicanconf.FORM_ADDRESSES.values() for path in paths.values()}


def link_problems(page: Page, site: Site) -> Iterator[Problem]:
    """Links and fragments that lead nowhere."""
    base = site.origin + page.address
    for line, link in page.links:
        url, fragment = urldefrag(urljoin(base, link))
        if urlsplit(url).scheme == "mailto":
            yield Problem(page.path, line, f"odkaz {link} prozrazuje adresu robotům", "použijte _address.html")
        if not (url == site.origin or url.startswith(site.origin + "/")):
            continue
        path = urlsplit(url).path or "/"
        target = site.pages.get(path)
        if not site.has(path):
            yield Problem(page.path, line, f"odkaz „{link}“ nikam nevede")
        elif fragment and target and unquote(fragment) not in target.ids:
            yield Problem(page.path, line, f"odkaz „{link}“: na stránce {path} není id „{fragment}“")


def foreign_problems(page: Page, site: Site) -> Iterator[Problem]:
    """What the browser would ask of someone else's server."""
    for line, link in page.loads:
        url = urljoin(site.origin + page.address, link)
        if not url.startswith((site.origin + "/", "data:")):
            yield Problem(page.path, line, f"stránka načítá „{link}“ odjinud", "uložte soubor do theme/static/")


def head_problems(page: Page, site: Site) -> Iterator[Problem]:
    """Language, title, description, canonical address."""
    hidden, image = "noindex" in page.metas.get("robots", ""), page.metas.get("og:image", "")
    wanted = {"jazyk v <html lang>": page.lang, "titulek": page.title.strip(), "popis": page.metas.get("description")}
    if not hidden:
        wanted |= {"kanonická adresa": page.canonical, "obrázek pro sdílení": image}
    for name, value in wanted.items():
        if not value:
            yield Problem(page.path, 1, f"stránce chybí {name}")
    if page.canonical and page.canonical != site.origin + pelicanconf.SITEURL + page.address:
        yield Problem(page.path, 1, f"kanonická adresa {page.canonical} není adresou stránky")
    if image and not (image.startswith(site.origin + "/") and site.has(urlsplit(image).path)):
        yield Problem(page.path, 1, f"obrázek pro sdílení {image} neexistuje")
    twin = site.titles[page.lang, page.title]
    if twin != page.path and not hidden:
        yield Problem(page.path, 1, f"titulek „{page.title}“ má i {twin}", "každá stránka má mít svůj")


def language_problems(page: Page, site: Site) -> Iterator[Problem]:
    """hreflang: the page itself, each partner pointing back, and x-default."""
    partners = {lang: address for lang, address in page.alternates.items() if lang != "x-default"}
    if not partners:
        return
    if partners.get(page.lang) != site.origin + pelicanconf.SITEURL + page.address:
        yield Problem(page.path, 1, "hreflang neuvádí stránku samu")
    if page.alternates.get("x-default") != partners.get("cs"):
        yield Problem(page.path, 1, "hreflang x-default nevede na českou stránku")
    for lang, address in partners.items():
        partner = site.pages.get(urlsplit(address).path)
        if partner is None:
            yield Problem(page.path, 1, f"hreflang {lang} vede na {address}, kde nic není")
        elif partner.lang != lang or partner.alternates != page.alternates:
            yield Problem(page.path, 1, f"hreflang {lang}: stránka {address} neukazuje zpět")


def data_problems(page: Page, site: Site) -> Iterator[Problem]:
    """Structured data: readable, complete, about addresses that exist."""
    for line, text in page.data:
        try:
            data = json.loads(text)
        except ValueError as error:
            yield Problem(page.path, line, f"JSON-LD nejde přečíst: {error}")
            continue
        for item in data if isinstance(data, list) else [data]:
            for what in item_faults(item, site):
                yield Problem(page.path, line, f"JSON-LD {item.get('@type')}: {what}")


def item_faults(item: dict[str, Any], site: Site) -> Iterator[str]:
    """Say what is wrong with one item of structured data."""
    if item.get("@context") != "https://schema.org":
        yield "chybí @context https://schema.org"
    if item.get("@type") not in REQUIRED_DATA:
        yield "neznámý typ"
    for name in REQUIRED_DATA.get(item.get("@type", ""), ()):
        if not item.get(name):
            yield f"chybí {name}"
    steps = item.get("itemListElement", [])
    if [step.get("position") for step in steps] != list(range(1, len(steps) + 1)):
        yield "pozice nejdou po jedné"
    for address in addresses(item):
        if not address.startswith(site.origin + "/") or not site.has(urlsplit(address).path):
            yield f"adresa {address} na webu není"


def addresses(value: Any) -> Iterator[str]:
    """Give every web address inside structured data, but its context's."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name != "@context":
                yield from addresses(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from addresses(inner)
    elif isinstance(value, str) and value.startswith(("http://", "https://")):
        yield value


def css_problems(folder: Path, site: Site) -> Iterator[Problem]:
    """Files that the style sheets ask for: ours, and there."""
    for path in sorted(folder.rglob("*.css")):
        name = path.relative_to(folder).as_posix()
        for number, line in enumerate(path.read_text("utf-8").split("\n"), 1):
            for match in CSS_URL.finditer(line):
                link = match[1] or match[2]
                url = urljoin(f"{site.origin}/{name}", link)
                if not url.startswith(("data:", "#")) and not (
                    url.startswith(site.origin + "/") and site.has(urlsplit(url).path)
                ):
                    yield Problem(name, number, f"soubor „{link}“ na webu není", shown=line)


CHECKS = (link_problems, foreign_problems, head_problems, language_problems, data_problems)


def main() -> int:
    """Check a built site from the command line."""
    parser = argparse.ArgumentParser(description="Zkontroluje hotové stránky.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--origin", default=pelicanconf.ORIGIN)
    arguments = parser.parse_args()
    found = problems(arguments.folder, arguments.origin)
    if found:
        print(report(found), end="\n\n")
    print(f"Hotové stránky: {summary(found)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
