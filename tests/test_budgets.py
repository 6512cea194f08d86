"""What pages weigh as sent (brotli): a budget for every kind of page, and one for each file that pages load."""

import random
import re
from functools import cache
from pathlib import Path

import brotli
import pytest

import pelicanconf
from conftest import HISTORY
from history import version

FIRST_VIEW, WHOLE, REQUESTS, SCRIPTS = 14_000, 30_000, 6, 5_000  # of any page; bytes
# Of the HTML alone, by kind of page: a little more than it has now, so that what grows must be meant.
PAGES = {
    "home": 2_200,
    "support": 4_400,
    "training": 3_100,
    "price-list": 3_000,
    "contact": 3_000,
    "news": 2_400,
    "privacy": 2_700,
    "accessibility": 2_800,
    "release": 1_800,
    "from": 2_000,
    "404": 1_700,
    "form": 2_400,
    "form-errors": 2_900,
    "receipt": 2_100,
    "calculator": 2_600,
    "search": 1_800,
    "search-results": 2_400,
    "problem": 1_600,
}
# Which kind the states are of that only the forms app has: its pages by their names without the language.
STATES = {
    "form": "contact|price-list|training",
    "form-errors": ".+-(empty|wrong|token|busy|unsaved)",
    "receipt": ".+-receipt",
    "calculator": "extension-.*",
    "search": "search-(none|away)?",
    "search-results": "search-(found|some|odd)",
    "problem": r"\d+|away",
}
FILES = {
    "css/site.css": 6_500,
    "js/addresses.js": 300,
    "js/extension.js": 600,
    "js/news.js": 600,
    "js/search.js": 600,
    "img/favicon.svg": 300,
}
LOADS = re.compile(r'<link rel="(?:stylesheet|icon)"[^>]* href="([^"]+)"|<(?:script|img)[^>]* src="([^"]+)"')


@cache
def packed(data: bytes, quality: int = 11) -> int:
    return len(brotli.compress(data, quality=quality))


def loaded(html: str, site: Path) -> dict[str, int]:
    """Return the files that a page makes a browser load, with the bytes of each."""
    addresses = [one or other for one, other in LOADS.findall(html)]
    return {address: packed((site / address.lstrip("/")).read_bytes()) for address in dict.fromkeys(addresses)}


def over(name: str, html: str, site: Path, page_budget: int = FIRST_VIEW, quality: int = 11) -> list[str]:
    """Return what of a page is over its budget, in sentences that say what weighs how much."""
    own, files = packed(html.encode(), quality), loaded(html, site)
    scripts = {address: weight for address, weight in files.items() if address.endswith(".js")}
    blocking = {address: weight for address, weight in files.items() if address.endswith(".css")}
    totals = {
        "the HTML": (own, page_budget, {}),
        "the first view": (own + sum(blocking.values()), FIRST_VIEW, blocking),
        "the whole page": (own + sum(files.values()), WHOLE, files),
        "JavaScript": (sum(scripts.values()), SCRIPTS, scripts),
        "the number of requests": (1 + len(files), REQUESTS, files),
    }
    return [
        f"{name}: {what} is {now}, over its budget of {budget} (HTML {own}, {parts})"
        for what, (now, budget, parts) in totals.items()
        if now > budget
    ]


def read(site: Path, address: str) -> str:
    return (site / (address.lstrip("/") + ("index.html" if address.endswith("/") else ""))).read_text("utf-8")


def by_kind(site: Path, form_pages: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """Return the pages of every kind in both languages, each as (name, HTML)."""
    addresses = {kind: list(paths.values()) for kind, paths in pelicanconf.ADDRESSES.items() if kind != "search"}
    addresses["release"] = ["/aktuality/4.28/", "/en/news/4.28/"]
    addresses["from"] = [f"{path}4.24/" for path in pelicanconf.NEWS_ADDRESSES["from"].values()]
    addresses["404"] = ["/404.html", "/en/404.html"]
    found = {kind: [(path, read(site, path)) for path in paths] for kind, paths in addresses.items()}
    for name, html in form_pages.items():
        (kind,) = [kind for kind, names in STATES.items() if re.fullmatch(names, name[len("cs-") :])]
        found.setdefault(kind, []).append((name, html))
    return found


def test_every_kind_of_page_keeps_its_budget(site: Path, form_pages: dict[str, str]) -> None:
    kinds = by_kind(site, form_pages)
    assert set(kinds) == set(PAGES)
    found = [text for kind, pages in kinds.items() for page in pages for text in over(*page, site, PAGES[kind])]
    assert not found, "\n".join(found)


def test_every_file_that_pages_load_keeps_its_budget(site: Path, form_pages: dict[str, str]) -> None:
    names = {address: asset for asset, address in pelicanconf.ASSETS.items()}
    pages = [html for pages in by_kind(site, form_pages).values() for _, html in pages]
    weights = {names[address]: weight for html in pages for address, weight in loaded(html, site).items()}
    assert set(weights) == set(FILES)
    assert {asset: weight for asset, weight in weights.items() if weight > FILES[asset]} == {}


def test_no_page_of_the_site_or_of_a_long_history_is_over_what_any_may_weigh(site: Path, history: Path) -> None:
    """Only the way over fifty releases has more HTML than one round trip: 600 changes are what was asked for."""
    ways = tuple(pelicanconf.NEWS_ADDRESSES["from"].values())
    found, longest = [], ""
    for folder in (site, history):
        for path in folder.rglob("*.html"):
            name, html = "/" + path.relative_to(folder).as_posix(), path.read_text("utf-8")
            faults = over(name, html, folder, quality=5)  # in a hurry, so that it weighs more, not less
            if name.startswith(ways):
                longest = max(longest, html, key=len)
                faults = [fault for fault in faults if ": the first view" not in fault and ": the HTML" not in fault]
            found += faults
    assert not found, "\n".join(found)
    assert packed(longest.encode()) < 12_000


@pytest.mark.parametrize("lang", pelicanconf.LANGUAGES)
def test_of_a_long_way_what_must_be_done_comes_with_the_first_round_trip(history: Path, lang: str) -> None:
    path = pelicanconf.NEWS_ADDRESSES["from"][lang].lstrip("/")
    html = (history / path / version(HISTORY - 50) / "index.html").read_text("utf-8")
    style = packed((history / pelicanconf.ASSETS["css/site.css"].lstrip("/")).read_bytes())
    first = (
        brotli.Decompressor().process(brotli.compress(html.encode())[: FIRST_VIEW - style]).decode("utf-8", "ignore")
    )
    for part in ('id="first"', 'id="stops"', 'class="stops"', "</section>"):
        assert part in first
    assert len(first) > len(html) / 5


def test_what_grew_is_named_with_its_bytes_and_its_budget(site: Path) -> None:
    html = read(site, "/podpora/").replace("</main>", f"{random.Random(1).randbytes(9_000).hex()}</main>")  # noqa: S311
    html = html.replace("</head>", '<img src="/404.html"><img src="/robots.txt"><img src="/502.html"></head>')
    found = "\n".join(over("/podpora/", html, site, PAGES["support"]))
    for part in ("/podpora/: the HTML is 1", "the first view is", "over its budget of 14000", "/assets/css/site."):
        assert part in found
    assert "the number of requests is 7" in found
