"""The search in a browser: sent as a form, answered as one types, read out, and for everyone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from browser.test_pages import assert_is_for_everyone
from pelicanconf import ADDRESSES, FORM_ADDRESSES

PAGES = ["/hledani/", "/hledani/?q=podpory", "/hledani/?q=lednice", "/en/search/?q=4.28", "/en/search/?q=tier+fridge"]


@pytest.mark.parametrize("path", PAGES)
def test_the_search_is_for_everyone(open_page: Callable[..., Page], path: str) -> None:
    assert_is_for_everyone(open_page(path))


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(("lang", "word"), [("cs", "skolenim"), ("en", "trainings")])
def test_a_visitor_finds_without_a_script(open_page: Callable[..., Page], lang: str, word: str, width: int) -> None:
    page = open_page(ADDRESSES["home"][lang], width=width, javascript=False)
    page.locator(".find").click()
    expect(page).to_have_url(re.compile(re.escape(FORM_ADDRESSES["search"][lang]) + "$"))
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type(word)
    page.keyboard.press("Enter")
    expect(page.locator("#q")).to_have_value(word)
    first = page.locator(".results li").first
    expect(first.locator("mark").first).to_be_visible()
    first.locator("a").click()
    expect(page).to_have_url(re.compile(re.escape(ADDRESSES["training"][lang])))


def test_results_come_as_one_types_and_leave_no_trail(open_page: Callable[..., Page]) -> None:
    page = open_page("/hledani/")
    trail = page.evaluate("history.length")
    page.evaluate("document.querySelector('.said').kept = true")
    page.locator("#q").press_sequentially("vip podp")
    expect(page.locator(".results h2").first).to_contain_text("Technická podpora")
    expect(page.locator("[role=status]")).to_contain_text("Našli jsme")
    expect(page).to_have_url(re.compile(r"/hledani/\?q=vip\+podp$"))
    expect(page).to_have_title(re.compile("^vip podp – hledání"))
    assert page.locator(".languages a").get_attribute("href") == "/en/search/?q=vip+podp"
    assert page.evaluate("document.querySelector('.said').kept")  # the same element, or it would not be read out
    assert page.evaluate("history.length") == trail
    expect(page.locator("#q")).to_be_focused()
    page.locator("#q").fill("")
    expect(page.locator(".results li")).to_have_count(0)
    expect(page).to_have_url(re.compile("/hledani/$"))


def test_the_newest_words_win(open_page: Callable[..., Page]) -> None:
    page = open_page("/hledani/")
    page.route(re.compile("q=cen"), lambda route: (page.wait_for_timeout(1500), route.continue_()))
    page.locator("#q").fill("cen")
    page.wait_for_timeout(300)
    page.locator("#q").fill("4.28")
    expect(page.locator(".results h2")).to_have_text(["ISPadmin 4.28"])
    page.wait_for_timeout(2000)
    expect(page.locator(".results h2")).to_have_text(["ISPadmin 4.28"])
