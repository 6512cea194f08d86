"""Whether the style sheet has rules for nobody: Chromium's own count of those it uses, over every kind of page."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, CDPSession, Page, Route

from conftest import HISTORY
from history import version
from pelicanconf import ASSETS
from test_budgets import by_kind, read

UNUSED = 0.1  # of the bytes of all rules, at most
DEAD = ".nobody { color: red; }"  # to see that the count finds what it is for
HISTORIC = [
    "/aktuality/",
    f"/aktuality/{version(HISTORY - 20)}/",
    f"/aktuality/od/{version(HISTORY - 32)}/",  # over a version that cannot be skipped
    "/aktuality/druh/opravy/",
    "/aktuality/2017-01-02-zkouska/",
]
MEDIA = [{"color_scheme": "dark"}, {"forced_colors": "active"}, {"media": "print"}, {"media": "screen"}]
TOUCHED = ["hover", "focus", "focus-visible"]


@pytest.fixture(scope="module")
def css(site: Path) -> str:
    """The style sheet without its comments, and with a dead rule at its end."""
    whole = (site / ASSETS["css/site.css"].lstrip("/")).read_text("utf-8")
    return re.sub(r"/\*.*?\*/", "", whole, flags=re.DOTALL) + DEAD


@pytest.fixture(scope="module")
def pages(site: Path, history: Path, form_pages: dict[str, str]) -> dict[str, str]:
    """Every kind of page and every state of the contact form, the calculator and the search, in Czech, by path."""
    kinds = [page for pages in by_kind(site, form_pages).values() for page in pages]
    same = ("/en/", "en-", "cs-price-list-", "cs-training-")  # as the others look
    own = {f"/{name.lstrip('/')}": html for name, html in kinds if not name.startswith(same)}
    return own | {f"/history{path}": read(history, path) for path in HISTORIC}


@pytest.fixture
def page(browser: Browser, site: Path, css: str, pages: dict[str, str]) -> Iterator[Page]:
    """A page that gets all it asks for from here."""

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path in pages:
            route.fulfill(body=pages[path], content_type="text/html")
        elif path.endswith(".css"):
            route.fulfill(body=css, content_type="text/css")
        else:
            route.fulfill(path=site / path.lstrip("/"))

    context = browser.new_context(base_url="http://site.test")
    context.route("**/*", answer)
    yield context.new_page()
    context.close()


def show_in_every_way(page: Page, session: CDPSession) -> None:
    """Let Chromium style a page at every width and in every medium, led to, and with everything touched."""

    def style() -> None:
        page.evaluate("document.body.offsetHeight")

    page.evaluate("location.hash = document.querySelector('.changes li[id]')?.id ?? ''")
    for width in (320, 390, 768, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        style()
    for medium in MEDIA:
        page.emulate_media(**{"color_scheme": "light", "forced_colors": "none"} | medium)
        style()
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    controls = {"nodeId": root, "selector": "a, button, input, select, textarea"}
    for node in session.send("DOM.querySelectorAll", controls)["nodeIds"][:80]:
        session.send("CSS.forcePseudoState", {"nodeId": node, "forcedPseudoClasses": TOUCHED})
    style()


def used(page: Page, paths: Iterable[str]) -> set[int]:
    """Return where in the style sheet each rule begins that any of the pages uses in any way."""
    session = page.context.new_cdp_session(page)
    sheets: dict[str, Any] = {}
    session.on("CSS.styleSheetAdded", lambda said: sheets.update({said["header"]["styleSheetId"]: said["header"]}))
    for command in ("DOM.enable", "CSS.enable", "CSS.startRuleUsageTracking"):
        session.send(command)
    found: set[int] = set()
    for path in paths:
        page.goto(path)
        show_in_every_way(page, session)
        for rule in session.send("CSS.takeCoverageDelta")["coverage"]:
            if sheets[rule["styleSheetId"]]["sourceURL"].endswith(".css"):
                found.add(int(rule["startOffset"]))
    return found


def test_hardly_a_rule_is_there_for_nobody(page: Page, css: str, pages: dict[str, str]) -> None:
    begun = used(page, pages)
    rules = [rule for rule in re.finditer(r"[^\s{};][^{};]*\{[^{}]*\}", css) if not rule[0].startswith("@")]
    idle = [rule[0] for rule in rules if rule.start() not in begun]
    assert idle.pop() == DEAD
    share = len("".join(idle)) / len("".join(rule[0] for rule in rules))
    assert share <= UNUSED, "\n".join([f"{share:.0%} of the style sheet is used by no page:", *idle])
