"""Every kind of page in a browser: for everyone (axe-core), at every width, in light and dark; and what scripts add."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from pelicanconf import ADDRESSES, FORM_ADDRESSES, TEXTS
from serving import Served

PAGES = [
    *(addresses["cs"] for addresses in ADDRESSES.values()),
    *(addresses["en"] for addresses in ADDRESSES.values()),
    *(FORM_ADDRESSES[kind]["cs"] for kind in ("contact", "price-list", "training", "extension")),
    "/aktuality/4.28/",
    "/en/news/4.26/",
    "/aktuality/od/4.24/",
    "/en/news/from/",
    "/neni/",
    "/en/nothing/",
    "/_mail/",
    "/en/forms/extension/?until=2014-06-30&ordered=2017-09-12&years=1",
    "/formulare/prodlouzeni/?until=31.3.&years=x",
]
# What axe-core looks for: in the light everything; the dark changes nothing but colours, so what reads them.
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"resultTypes": ["violations"]},
    "dark": {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]},
}
CASES = json.loads((Path(__file__).parent.parent / "extension_cases.json").read_text("utf-8"))


def assert_is_for_everyone(page: Page) -> None:
    """At a phone's, a tablet's and a desk's width, light and dark: no violation of axe-core, no scrolling sideways."""
    for width in (320, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"scrolls sideways at {width}"
        for scheme, options in LOOKS.items():
            page.emulate_media(color_scheme=scheme)
            violations = Axe().run(page, options=options).response["violations"]
            found = [(rule["id"], rule["help"], [node["html"] for node in rule["nodes"]]) for rule in violations]
            assert found == [], f"{scheme} at {width}"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_for_everyone(open_page: Callable[..., Page], path: str) -> None:
    assert_is_for_everyone(open_page(path))


@pytest.mark.parametrize("lang", ["cs", "en"])
def test_errors_and_the_receipt_are_for_everyone(open_page: Callable[..., Page], lang: str) -> None:
    page = open_page(ADDRESSES["contact"][lang])
    page.locator("form.form-contact button[type=submit]").click()
    expect(page.locator(".error-summary")).to_be_visible()
    assert_is_for_everyone(page)
    page.locator("[name=department][value=sales]").check()
    for name, value in (("name", "Jana Nováková"), ("email", "jana@example.com"), ("message", "Dobrý den")):
        page.locator(f"[name={name}]").fill(value)
    page.locator("form.form-contact button[type=submit]").click()
    expect(page.locator(".reference")).to_be_visible()
    assert_is_for_everyone(page)
    page.goto("/_mail/")
    page.locator("main li a").first.click()
    expect(page.locator("pre.text")).to_be_visible()
    assert_is_for_everyone(page)


@pytest.mark.parametrize("lang", ["cs", "en"])
def test_a_departments_address_can_be_read_without_javascript_and_clicked_with_it(
    open_page: Callable[..., Page], lang: str
) -> None:
    plain = open_page(ADDRESSES["contact"][lang], javascript=False)
    address = plain.locator("main [data-address]").first
    expect(address).to_contain_text("obchod")
    expect(address).to_contain_text("ispadmin.example")
    expect(address.locator("svg")).to_be_visible()
    expect(plain.locator("a[href^=mailto]")).to_have_count(0)

    alive = open_page(ADDRESSES["contact"][lang])
    for mailbox in ("obchod@ispadmin.example", "technik@ispadmin.example"):
        link = alive.locator(f"main a[href='mailto:{mailbox}']").first
        expect(link).to_be_visible()
        expect(link).to_have_text(mailbox)


def test_a_copied_address_says_where_its_sign_belongs(open_page: Callable[..., Page]) -> None:
    page = open_page(ADDRESSES["contact"]["cs"], javascript=False)
    page.keyboard.press("Control+a")
    copied = " ".join(page.evaluate("getSelection().toString()").split())
    assert "obchod (sem patří zavináč) ispadmin.example" in copied


@pytest.mark.parametrize("lang", ["cs", "en"])
def test_the_calculator_says_at_once_what_the_server_says(open_page: Callable[..., Page], lang: str) -> None:
    alive = open_page(ADDRESSES["support"][lang])
    form = alive.locator("form.form-extension")
    server = open_page(FORM_ADDRESSES["extension"][lang], javascript=False)
    for case in CASES:
        asked = {name: str(case[name]) for name in ("until", "ordered", "years")}
        for name, value in asked.items():
            form.locator(f"[name={name}]").fill(value)
            server.locator(f"[name={name}]").fill(value)
        server.locator("form.form-extension button[type=submit]").click()
        said = server.locator("output.result").inner_text()
        assert case["new_end"][:4] in said
        expect(form.locator("output.result")).to_have_text(re.compile(r"\s*".join(map(re.escape, said.split()))))


@pytest.mark.parametrize("away", ["Promise.reject(new TypeError())", "Promise.resolve(new Response('<h1>502</h1>'))"])
def test_the_calculator_leaves_no_answer_to_other_dates_when_the_server_is_away(
    open_page: Callable[..., Page], served: Served, away: str
) -> None:
    page = open_page(ADDRESSES["support"]["cs"])
    until, result = page.locator("form.form-extension [name=until]"), page.locator("form.form-extension output.result")
    until.fill("2017-03-31")
    expect(result).to_be_visible()
    until.fill("")
    expect(result).to_be_hidden()
    until.fill("2017-03-31")
    expect(result).to_be_visible()
    page.evaluate(f"void (window.fetch = () => {away})")
    until.fill("2018-05-31")
    expect(result).to_be_hidden()
    page.locator("form.form-extension button[type=submit]").click()  # asks for the whole page, with the reason
    expect(page).to_have_url(
        re.compile(re.escape(served.address + FORM_ADDRESSES["extension"]["cs"]) + r"\?until=2018")
    )


@pytest.mark.parametrize("lang", ["cs", "en"])
def test_the_language_switch_leads_to_the_same_page(open_page: Callable[..., Page], served: Served, lang: str) -> None:
    other = {"cs": "en", "en": "cs"}[lang]
    page = open_page(ADDRESSES["training"][lang], width=390)
    page.locator(f"header a[hreflang={other}]").first.click()
    expect(page).to_have_url(served.address + ADDRESSES["training"][other])


@pytest.mark.parametrize("lang", ["cs", "en"])
def test_the_keyboard_reaches_the_content_first(open_page: Callable[..., Page], lang: str) -> None:
    page = open_page(ADDRESSES["home"][lang])
    page.keyboard.press("Tab")
    expect(page.locator("a:focus")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#"))
    assert page.locator(page.url[page.url.index("#") :]).count() == 1


@pytest.mark.parametrize("width", [320, 390, 768, 900, 1280])
def test_the_header_takes_one_line_or_two_and_the_language_stands_on_the_first(
    open_page: Callable[..., Page], width: int
) -> None:
    for lang in ("cs", "en"):
        page = open_page(ADDRESSES["news"][lang], width=width)
        middles = page.locator(".brand, .find, .languages").evaluate_all(
            "parts => parts.map(part => part.getBoundingClientRect()).map(box => box.top + box.height / 2)"
        )
        assert max(middles) - min(middles) < 2


def test_an_open_page_comes_anew_when_something_changed(open_page: Callable[..., Page], served: Served) -> None:
    page = open_page(ADDRESSES["home"]["cs"])
    with page.expect_event("load"):
        (served.var / "changed").touch()


def test_both_languages_are_worded(open_page: Callable[..., Page]) -> None:
    for lang in ("cs", "en"):
        page = open_page(ADDRESSES["home"][lang], javascript=False)
        for key in ("support", "contact"):
            expect(page.locator("header nav")).to_contain_text(TEXTS[lang]["menu"][key])


def test_a_table_shown_as_cards_stays_a_table(open_page: Callable[..., Page]) -> None:
    page = open_page("/podpora/", width=390)
    cell = page.locator("main table tbody td").first
    assert cell.evaluate("cell => getComputedStyle(cell).display") != "table-cell"  # it is a card
    seen = page.locator("main table").first.aria_snapshot()
    assert all(f"- {role}" in seen for role in ("table", "row", "rowheader", "cell")), seen
