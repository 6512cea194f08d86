"""A visitor of the site as deployed whose post finds no app: what he typed outlives the way back, and then arrives."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from deployed import HOST, Deployed, build

TEXT = "Po aktualizaci nevidíme zákazníky.\nA ještě druhý řádek."


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder = tmp_path_factory.mktemp("web")
    deployed = Deployed(folder, build(folder / "site"))
    yield deployed
    deployed.stop()


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize(
    ("path", "title", "step"),
    [
        ("/kontakt/", "Formuláře a hledání teď neodpovídají", "Vraťte se v prohlížeči o krok zpět"),
        ("/en/contact/", "The forms and the search are not answering right now", "Go one step back in your browser"),
    ],
)
def test_what_was_typed_is_still_there_one_step_back_and_then_arrives(
    browser: Browser, web: Deployed, tmp_path: Path, path: str, title: str, step: str, javascript: bool
) -> None:
    context = browser.new_context(ignore_https_errors=True, java_script_enabled=javascript)
    page = context.new_page()
    page.goto(f"https://{HOST}:{web.port}{path}")
    page.locator("[name=name]").fill("Jiří Žluťoučký")
    page.locator("[name=email]").fill("jiri@example.cz")
    page.locator("[name=message]").fill(TEXT + path + str(javascript))
    page.locator("[name=department][value=technical]").check()
    web.app.terminate()
    web.app.wait(20)
    web.listener.close()  # nobody waits for it either, as when the queue before it is full
    page.locator("main form [type=submit]").click()
    expect(page.locator("h1")).to_have_text(title)
    assert step in page.locator("main").inner_text().replace("\N{NO-BREAK SPACE}", " ")
    assert page.evaluate("document.styleSheets.length") > 0  # it is a page of the site
    page.go_back()
    expect(page.locator("[name=message]")).to_have_value(TEXT + path + str(javascript))
    expect(page.locator("[name=name]")).to_have_value("Jiří Žluťoučký")
    expect(page.locator("[name=department][value=technical]")).to_be_checked()
    web.listen()
    web.start_app()
    page.locator("main form [type=submit]").click()
    expect(page.locator(".reference")).to_have_text(re.compile(r"\w{6}"))
    context.close()
