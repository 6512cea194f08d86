"""What axe-core cannot see of WCAG 2.2: the keyboard's way, enlarged text, text spacing, forced colours, targets."""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from conftest import HISTORY
from history import version
from pelicanconf import ADDRESSES, FORM_ADDRESSES
from serving import Served

MEASURES = (Path(__file__).parent / "measures.js").read_text("utf-8")
DESK, PHONE, ZOOMED = {"width": 1280, "height": 800}, {"width": 390, "height": 800}, {"width": 320, "height": 256}

ERRORS, RECEIPT = "errors", "receipt"  # states that only a post leads to
PAGES = [
    *(addresses["cs"] for addresses in ADDRESSES.values()),
    ADDRESSES["support"]["en"],
    ADDRESSES["training"]["en"],
    FORM_ADDRESSES["price-list"]["en"],
    "/formulare/prodlouzeni/?until=2014-06-30&ordered=2017-09-12&years=1",
    "/aktuality/4.28/",
    "/neni/",
    "/hledani/?q=podpory",
    "/en/search/?q=4.28",
    "/hledani/?q=lednice",
    ERRORS,
    RECEIPT,
]
HISTORIC = [
    "/aktuality/",
    f"/en/news/{version(HISTORY - 4)}/",
    "/aktuality/druh/nutna-akce/",
    "/en/news/from/",
    f"/aktuality/od/{version(HISTORY - 7)}/",
]


@pytest.fixture(scope="module")
def show(browser: Browser, served: Served, history_address: str) -> Iterator[Callable[[str], Page]]:
    """Give a function that shows a page on a desk, ready to be measured; those of HISTORIC of the made-up history."""
    context = browser.new_context(base_url=served.address, viewport=DESK, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    context.add_init_script(MEASURES)
    page = context.new_page()

    def show(path: str) -> Page:
        page.set_viewport_size(DESK)
        page.emulate_media(color_scheme="light", forced_colors="none")
        state, path = path, ADDRESSES["contact"]["en"] if path in (ERRORS, RECEIPT) else path
        page.goto(f"{history_address}{path}" if path in HISTORIC else path)
        if state == RECEIPT:
            page.locator("[name=department][value=sales]").check()
            for name, value in (("name", "Jana Nováková"), ("email", "jana@example.com"), ("message", "Dobrý den")):
                page.locator(f"[name={name}]").fill(value)
        if state in (ERRORS, RECEIPT):
            page.locator("form.form-contact button[type=submit]").click()
            expect(page.locator(".error-summary" if state == ERRORS else ".reference")).to_be_visible()
            page.wait_for_load_state()  # what is visible may yet wait for its style
        return page

    yield show
    context.close()


@pytest.fixture(params=[*PAGES, *HISTORIC])
def page(request: pytest.FixtureRequest, show: Callable[[str], Page]) -> Page:
    return show(request.param)


def assert_none(page: Page, measure: str, when: str) -> None:
    """See that a measure finds nothing, and say what it found if it does."""
    found = page.evaluate(f"measures.{measure}")
    assert not found, "\n".join([when, *found])


def dim(page: Page) -> list[str]:
    """Return the controls, of each kind four, whose focus changes too few pixels; of two neighbours one at a time."""
    session = page.context.new_cdp_session(page)
    for domain in ("DOM", "CSS"):
        session.send(f"{domain}.enable")
    page.evaluate("measures.mark()")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    nodes = session.send("DOM.querySelectorAll", {"nodeId": root, "selector": "[data-marked]"})["nodeIds"]
    found, before = [], picture(page)
    for turn in range(2):
        for place, node in enumerate(nodes):
            states = ["focus", "focus-visible"] if place % 2 == turn else []
            session.send("CSS.forcePseudoState", {"nodeId": node, "forcedPseudoClasses": states})
        places = page.evaluate("measures.places()")[turn::2]
        found += page.evaluate("given => measures.unchanged(...given)", [places, before, picture(page)])
    session.detach()
    return found


def picture(page: Page) -> str:
    """Return the whole page as PNG, in base64."""
    return base64.b64encode(page.screenshot(full_page=True)).decode()


def set_text(page: Page, size: float) -> None:
    """Set the size of text that a visitor chose in the browser's settings; 1 is the usual one."""
    session = page.context.new_cdp_session(page)
    session.send("Page.setFontSizes", {"fontSizes": {"standard": int(16 * size), "fixed": int(13 * size)}})
    session.detach()


def test_the_keyboard_walks_to_every_control_in_order_and_is_seen_there(page: Page) -> None:
    count = page.evaluate("measures.controls().length")
    page.evaluate("measures.begin()")
    walk: list[int] = []
    for _ in range(6 * count):  # a date has four stops of its own
        page.keyboard.press("Tab")
        place = page.evaluate("measures.focused()")
        if place == -1 or place in walk[:-1]:  # past the last one, out of the page or at its beginning: no trap
            break
        if walk[-1:] != [place]:
            walk.append(place)
    else:
        pytest.fail(f"the page is not left again: {walk}")
    assert walk == list(range(count))
    assert_none(page, "unseens()", "focused")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_focus_changes_enough_pixels_by_enough(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.evaluate("measures.style()")
    assert dim(page) == []


def test_nothing_is_lost_when_text_grows_or_is_spaced(page: Page) -> None:
    page.evaluate("measures.style()")
    assert_none(page, "lost()", "as it is")
    set_text(page, 2)
    assert_none(page, "lost()", "text of 200 %")
    set_text(page, 1)
    page.evaluate("measures.space(true)")
    assert_none(page, "lost()", "text spacing")
    page.set_viewport_size(ZOOMED)
    assert_none(page, "lost()", "text spacing at 320 pixels")
    page.evaluate("measures.space(false)")
    assert_none(page, "lost()", "zoom of 400 %")


def test_forced_colours_hide_nothing(page: Page) -> None:
    page.emulate_media(forced_colors="active")
    assert_none(page, "faint()", "forced colours")
    page.keyboard.press("Tab")
    assert_none(page, "unseens()", "forced colours")


def test_targets_are_large_enough(page: Page) -> None:
    page.evaluate("measures.style()")
    assert_none(page, "small(24)", "on a desk")
    page.set_viewport_size(PHONE)
    assert_none(page, "small(44)", "on a phone")


@pytest.mark.parametrize(
    ("css", "measure", "expected"),
    [
        (":focus-visible { outline: none !important }", "unseens()", "has no outline"),
        (
            ":focus-visible { outline-color: color-mix(in srgb, var(--accent) 40%, white) !important }",
            "unseens()",
            ":1",
        ),
        (
            ".menu { position: relative } .menu::after { content: ''; position: absolute; inset: 0 }",
            "unseens()",
            "cover",
        ),
        (".menu a { position: absolute; inset-inline-start: -9999px }", "unseens()", "is out of sight"),
        ("h1 { white-space: nowrap; font-size: 20rem }", "lost()", "leaves the page"),
        ("h1 { block-size: 1rem; overflow: hidden }", "lost()", "is cut: h1"),
        (".lead, h1 + .prose { margin-block-start: -2rem !important }", "lost()", "overlap"),
        (".menu a { padding: 0 !important; line-height: 1 !important }", "small(24)", "a “Podpora”"),
        ("input, textarea { border: 0 !important }", "faint()", "input#name"),
    ],
)
def test_the_measures_find_what_is_wrong(show: Callable[[str], Page], css: str, measure: str, expected: str) -> None:
    page = show(FORM_ADDRESSES["contact"]["cs"])
    page.keyboard.press("Tab")
    page.evaluate("css => measures.style(css)", css)
    assert expected in "\n".join(page.evaluate(f"measures.{measure}"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "css",
    [
        "outline: none !important; border-color: var(--accent) !important",
        "outline-width: 1px !important",
        "outline-color: color-mix(in srgb, var(--accent) 40%, var(--paper)) !important",
    ],
)
def test_a_focus_that_is_hardly_seen_is_found(show: Callable[[str], Page], scheme: str, css: str) -> None:
    page = show(FORM_ADDRESSES["contact"]["cs"])
    page.emulate_media(color_scheme=scheme)
    page.evaluate("css => measures.style(css)", f"input:focus-visible {{ {css} }}")
    found = {line.partition(" ")[0] for line in dim(page)}
    assert found == {f"input#{name}" for name in ("department-0", "name", "company", "email", "phone")}
