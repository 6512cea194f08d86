"""Reads the finished pages as browsers, search engines and spam robots do, and says what would go wrong with them.

`python -m newsroom.output FOLDER`
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pelicanconf
from newsroom import jsonld, redirects
from newsroom.harvest import harvest
from newsroom.page import Page, read_pages
from newsroom.problem import Problem, report, summary

SCHEMES = ("http", "https", "tel", "data")
TEXTS = (".html", ".xml", ".json", ".txt", ".svg")
CSS_URL = re.compile(r"url\(\s*[\"']?([^\"')]+)|@import\s+[\"']([^\"']+)")
FORM_PATHS = {path for paths in pelicanconf.FORM_ADDRESSES.values() for path in paths.values()}


@dataclass
class Site:
    """The built site as a whole; `prefix` is what its addresses begin with when it stands in a folder."""

    folder: Path
    origin: str
    prefix: str
    pages: list[Page]
    moved: list[tuple[str, str]]

    @cached_property
    def by_file(self) -> dict[Path, Page]:
        return {self.folder / page.path: page for page in self.pages}

    @cached_property
    def redirects(self) -> dict[str, str]:
        return dict(self.moved)

    @cached_property
    def titles(self) -> dict[tuple[str, str], str]:
        """The file that has each language's title, the first if there are several."""
        return {(page.lang, page.title): page.path for page in reversed(self.pages)}

    def address(self, page: Page) -> str:
        """Return the whole address of a page."""
        return self.origin + self.prefix + page.address

    def is_own(self, url: str) -> bool:
        """Tell whether a whole address is one of ours."""
        return url.startswith(self.origin) and url[len(self.origin) :][:1] in ("", "/", "?", "#")

    def file(self, path: str) -> Path | None:
        """Return the file that the web server sends for a path, None if there is none."""
        name = unquote(path)
        if not name.startswith(f"{self.prefix}/") or ".." in name.split("/"):
            return None
        name = name.removeprefix(f"{self.prefix}/")
        found = self.folder / (f"{name}index.html" if not name or name.endswith("/") else name)
        return found if found.is_file() else None

    def page(self, path: str) -> Page | None:
        """Return the page that a visitor of a path gets, redirects followed."""
        moved = self.redirects.get(unquote(path))
        file = self.file(self.prefix + moved if moved else path)
        return self.by_file.get(file) if file else None

    def has(self, url: str) -> bool:
        """Tell whether a whole address of ours answers: by a file, a redirect, or the forms app."""
        path = urlsplit(url).path or "/"
        return self.is_own(url) and (bool(self.file(path)) or unquote(path) in self.redirects or path in FORM_PATHS)


def problems(folder: Path, origin: str = pelicanconf.ORIGIN, prefix: str = "") -> list[Problem]:
    """Return what is wrong with a built site; `prefix` is what its addresses begin with when it stands in a folder."""
    site = Site(folder, origin, prefix, read_pages(folder), redirects.read(folder))
    found = [problem for page in site.pages for check in PAGE_CHECKS for problem in check(page, site)]
    found += [problem for page in site.pages for problem in page.found]
    found += [problem for check in SITE_CHECKS for problem in check(site)]
    return sorted(found)


# -- Pages -------------------------------------------------------------------------------------------------------------
def link_problems(page: Page, site: Site) -> Iterator[Problem]:
    """Links and fragments that lead nowhere, or somewhere they must not."""
    for line, link in page.links:
        if what := link_fault(site.address(page), link, site):
            yield Problem(page.path, line, f"odkaz „{link}“ {what}")
    for line, link in page.loads:
        if not whole(site.address(page), link).startswith("data:") and not site.is_own(whole(site.address(page), link)):
            yield Problem(page.path, line, f"stránka načítá „{link}“ odjinud", "uložte soubor do theme/static/")
    for line, name, other in page.references:
        if other not in page.ids:
            yield Problem(page.path, line, f"{name}= ukazuje na id „{other}“, které na stránce není")


def whole(base: str, link: str) -> str:
    """Return the whole address of a link, or an empty text if it makes no sense."""
    try:
        url = urljoin(base, link)
        return url if urlsplit(url) else ""
    except ValueError:  # such as http://[x
        return ""


def link_fault(base: str, link: str, site: Site) -> str:
    """Say what is wrong with a link, or nothing."""
    url, fragment = urldefrag(whole(base, link))
    parts = urlsplit(url)
    if parts.scheme == "mailto":
        return "prozrazuje adresu robotům; použijte _address.html"
    if parts.scheme not in SCHEMES:
        return "nezačíná ničím, co se otevře; začněte ho https://"
    if not site.is_own(url):
        return ""
    if not site.has(url):
        return "nikam nevede"
    target = site.page(parts.path or "/")
    missing = fragment and target and unquote(fragment) not in target.ids
    return f"míří na id „{fragment}“, které na stránce {parts.path} není" if missing else ""


def head_problems(page: Page, site: Site) -> Iterator[Problem]:
    """Language, title, description, canonical address."""
    image = page.metas.get("og:image", "")
    wanted = {"jazyk v <html lang>": page.lang, "titulek": page.title, "popis": page.metas.get("description", "")}
    if not page.hidden:
        wanted |= {"kanonická adresa": page.canonical, "obrázek pro sdílení": image}
    for name, value in wanted.items():
        if not value.strip():
            yield Problem(page.path, 1, f"stránce chybí {name}")
    if page.canonical and page.canonical != site.address(page):
        yield Problem(page.path, 1, f"kanonická adresa {page.canonical} není adresou stránky")
    if image and not site.has(image):
        yield Problem(page.path, 1, f"obrázek pro sdílení {image} neexistuje")
    twin = site.titles[page.lang, page.title]
    if twin != page.path and not page.hidden:
        yield Problem(page.path, 1, f"titulek „{page.title}“ má i {twin}", "každá stránka má mít svůj")


def language_problems(page: Page, site: Site) -> Iterator[Problem]:
    """hreflang: the page itself, each partner pointing back, x-default; and what the visible links say."""
    if page.hidden:
        return
    partners = {lang: address for lang, address in page.alternates.items() if lang != "x-default"}
    shown = {lang: whole(site.address(page), link) for lang, link in page.translations.items()}
    for lang in sorted((shown | partners).keys() - {page.lang}):
        if shown.get(lang) != partners.get(lang):
            yield Problem(page.path, 1, f"hreflang {lang} neodpovídá odkazu na překlad, který je na stránce")
    if not partners:
        return
    if partners.get(page.lang) != site.address(page):
        yield Problem(page.path, 1, "hreflang neuvádí stránku samu")
    if page.alternates.get("x-default") != partners.get("cs"):
        yield Problem(page.path, 1, "hreflang x-default nevede na českou stránku")
    for lang, address in partners.items():
        partner = site.page(urlsplit(address).path) if site.has(address) else None
        if partner is None:
            yield Problem(page.path, 1, f"hreflang {lang} vede na {address}, kde nic není")
        elif partner.lang != lang or partner.alternates != page.alternates:
            yield Problem(page.path, 1, f"hreflang {lang}: stránka {address} neukazuje zpět")


def data_problems(page: Page, site: Site) -> Iterator[Problem]:
    """Structured data: there, readable, complete, about addresses that exist."""
    items, unreadable = jsonld.read(page.data)
    for line, what in unreadable:
        yield Problem(page.path, line, what)
    for missing in sorted(wanted_data(page) - {jsonld.kind(item) for _, item in items}):
        yield Problem(page.path, 1, f"stránce chybí JSON-LD {missing}")
    parts = [part for _, item in items for part in jsonld.objects(item)]
    known = {part["@id"] for part in parts if isinstance(part.get("@id"), str) and len(part) > 1}
    for line, item in items:
        faults = list(jsonld.faults(item, known, site.address(page)))
        for text in jsonld.texts(item):
            if text.startswith(("http://", "https://")) and not site.has(text):
                faults.append(f"adresa {text} na webu není")
        for what in faults:
            yield Problem(page.path, line, f"JSON-LD {jsonld.kind(item)}: {what}")


def wanted_data(page: Page) -> set[str]:
    """Return the types of structured data that a page must have."""
    wanted = {"Organization"}
    if page.address.endswith("/") and page.address not in pelicanconf.ADDRESSES["home"].values():
        wanted.add("BreadcrumbList")
        news = tuple(pelicanconf.ADDRESSES["news"].values())
        lists = tuple(at for by_language in pelicanconf.NEWS_ADDRESSES.values() for at in by_language.values())
        if page.address.startswith(news) and page.address not in news and not page.address.startswith(lists):
            wanted.add("NewsArticle")
    return wanted


# -- The site as a whole -----------------------------------------------------------------------------------------------
def redirect_problems(site: Site) -> Iterator[Problem]:
    """Old paths that are taken, and new ones where nothing is; a redirect to a redirect would be a loop or a detour."""
    times = Counter(old for old, _ in site.moved)
    for old, new in site.moved:
        bare = site.prefix + old.rstrip("/")
        if site.file(bare) or site.file(f"{bare}/") or old.startswith(tuple(FORM_PATHS)):
            yield Problem(redirects.NAME, 1, f"stará cesta {old} patří stránce, která na webu je")
        if times[old] > 1:
            yield Problem(redirects.NAME, 1, f"{old} vede na víc stránek", "nechte Redirect_from jen v jednom souboru")
        if not site.file(site.prefix + urlsplit(new).path):
            yield Problem(redirects.NAME, 1, f"{old} vede na {new}, kde nic není")


def text_problems(site: Site) -> Iterator[Problem]:
    """What robots would find in any file, and addresses of ours that feeds, sitemap and robots.txt name wrongly."""
    ours = re.compile(re.escape(site.origin) + r"(?=[/?#])[^\s\"'<>\\]*")
    for path in sorted(path for path in site.folder.rglob("*") if path.suffix in TEXTS):
        name, source = path.relative_to(site.folder).as_posix(), path.read_text("utf-8")
        lines = unescape(source).split("\n")
        for address in harvest(source):
            line = next((number for number, text in enumerate(lines, 1) if address in text), 1)
            yield Problem(name, line, f"e-mailovou adresu {address} najdou roboti", "použijte _address.html")
        if path.suffix == ".html":
            continue  # its links are checked one by one
        for number, text in enumerate(lines, 1):
            for url in dict.fromkeys(ours.findall(unescape(text))):
                if not site.has(url) and not site.has(url.rstrip(".,;:!?)")):
                    yield Problem(name, number, f"adresa {url} na webu není")


def css_problems(site: Site) -> Iterator[Problem]:
    """Files that the style sheets ask for: ours, and there."""
    for path in sorted(site.folder.rglob("*.css")):
        name = path.relative_to(site.folder).as_posix()
        for number, line in enumerate(path.read_text("utf-8").split("\n"), 1):
            for match in CSS_URL.finditer(line):
                link = match[1] or match[2]
                url = whole(f"{site.origin}{site.prefix}/{name}", link)
                if not link.startswith(("data:", "#")) and not site.has(url):
                    yield Problem(name, number, f"soubor „{link}“ na webu není", shown=line)


PAGE_CHECKS = (link_problems, head_problems, language_problems, data_problems)
SITE_CHECKS = (redirect_problems, text_problems, css_problems)


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
