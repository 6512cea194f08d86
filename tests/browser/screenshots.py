"""Not a test: `make screenshots` takes the README's pictures from the real pages by way of the tests' fixtures."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

PICTURES = Path(__file__).parent.parent.parent / "docs" / "img"


def test_pictures(open_page: Callable[..., Page]) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    desk = open_page("/")
    desk.screenshot(path=PICTURES / "home-desktop.png")
    desk.goto("/podpora/")
    desk.screenshot(path=PICTURES / "support-desktop.png")

    phone = open_page("/", width=390)
    phone.screenshot(path=PICTURES / "home-phone.png")
    phone.goto("/en/forms/contact/")
    phone.locator("[name=department][value=technical]").check()
    for name, value in (("name", "Jiří Žluťoučký"), ("email", "jiri"), ("message", "Our network is down.")):
        phone.locator(f"[name={name}]").fill(value)
    phone.locator("main button[type=submit]").click()
    phone.screenshot(path=PICTURES / "form-phone.png")
    phone.locator("[name=email]").fill("jiri@example.com")
    phone.locator("main button[type=submit]").click()
    phone.screenshot(path=PICTURES / "receipt-phone.png")

    desk.goto("/_mail/")
    desk.get_by_text(phone.locator(".reference").inner_text()).first.click()  # the list shows it as soon as it comes
    desk.locator("article.mail").wait_for()
    desk.screenshot(path=PICTURES / "mail-desktop.png")
