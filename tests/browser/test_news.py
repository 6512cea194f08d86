"""The pages made of a history of releases, in a browser: for everyone at every width, filtered at once by script."""

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.test_pages import assert_is_for_everyone
from conftest import HISTORY
from history import version


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


PAGES = [
    "/aktuality/",
    "/en/news/",
    f"/aktuality/{version(HISTORY - 4)}/",
    f"/aktuality/od/{version(HISTORY - 50)}/",
    "/en/news/kind/fixed/",
    "/aktuality/modul/fakturace/",
    "/aktuality/2017-01-02-zkouska/",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_items_is_for_everyone(page: Page, history_address: str, path: str) -> None:
    page.goto(history_address + path)
    assert_is_for_everyone(page)


def test_filters_work_at_once_and_back_again(page: Page, history_address: str) -> None:
    page.goto(f"{history_address}/aktuality/")
    page.evaluate("window.kept = true")
    page.locator(".filters").get_by_text("Opravy").click()
    expect(page.locator("h1")).to_have_text("Opravy")
    expect(page).to_have_url(re.compile("/aktuality/druh/opravy/$"))
    expect(page).to_have_title(re.compile("^Opravy"))
    expect(page.locator(".filters [aria-current]")).to_be_focused()
    assert page.locator(".languages a").get_attribute("href") == "/en/news/kind/fixed/"
    page.locator(".filters").get_by_text("Fakturace").click()
    expect(page.locator("h1")).to_have_text("Fakturace")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Opravy")
    assert page.evaluate("window.kept")


def test_an_item_that_one_was_led_to_stands_out(page: Page, history_address: str) -> None:
    page.goto(f"{history_address}/aktuality/druh/opravy/")
    page.locator(".permalink").first.click()
    target = page.locator("li:target")
    expect(target).to_be_in_viewport()
    plain = page.locator(".changes li:not(:target)").first
    background = "element => getComputedStyle(element).backgroundColor"
    assert target.evaluate(background) != plain.evaluate(background)


@pytest.mark.parametrize("width", [390, 1280])
def test_whatever_a_note_contains_stands_one_below_the_other(page: Page, history_address: str, width: int) -> None:
    page.goto(f"{history_address}/aktuality/2017-01-02-zkouska/")
    page.set_viewport_size({"width": width, "height": 800})
    boxes = page.locator(".release .prose > *").evaluate_all(
        "parts => parts.map(part => part.getBoundingClientRect()).map(box => [box.left, box.top, box.bottom])"
    )
    assert len(boxes) == 9
    assert len({left for left, _, _ in boxes}) == 1
    assert all(above[2] <= below[1] for above, below in pairwise(boxes))
