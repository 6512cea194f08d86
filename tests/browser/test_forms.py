"""Each form as a visitor meets it: in both languages, with JavaScript and without, on a phone and on a desk."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from pelicanconf import ADDRESSES, FORM_ADDRESSES, TEXTS
from serving import Served, eventually

Answers = dict[str, str]
PERSON = {"name": "Jiří Žluťoučký", "email": "jiri@example.com", "company": "Síť s.r.o."}
SOON = [(date.today() + timedelta(days=days)).isoformat() for days in (7, 8, 9)]  # noqa: DTZ011 - any day will do

# What is typed first (wrong), then what mends it, per form; and the fields that are wrong at first.
FORMS: dict[str, tuple[Answers, Answers, list[str]]] = {
    "contact": (
        {"name": "Jiří Žluťoučký", "email": "jiri(at)example.com"},
        {"department": "technical", "email": "jiri@example.com"},
        ["department", "email"],
    ),
    "price-list": (
        {"name": "Jiří Žluťoučký", "email": "jiri", "tier": "vip", "updates_until": "2017-03-31"},
        {"company": "Síť s.r.o.", "email": "jiri@example.com", "customer": "licence"},
        ["company", "email", "customer"],
    ),
    "training": (
        PERSON | {"variant": "operator", "date_1": "2017-03-31", "date_2": SOON[1], "participants": "99"},
        {"venue": "Dlouhá 1, Brno", "date_1": SOON[0], "participants": "5"},
        ["venue", "date_1", "participants"],
    ),
}


def fill(form: Locator, answers: Answers) -> None:
    for name, value in answers.items():
        field = form.locator(f"[name={name}]")
        if field.first.get_attribute("type") in ("radio", "checkbox"):
            form.locator(f"[name={name}][value={value}]").check()
        else:
            field.fill(value)


def send(form: Locator) -> None:
    form.locator("button[type=submit]").click()


def mail_of(served: Served, reference: str) -> Path:
    """Return the one mail of a submission, waiting for the worker to send it."""
    (mail,) = eventually(lambda: [path for path in served.mails() if path.stem.endswith(f"-{reference}")])
    return mail


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])
@pytest.mark.parametrize("lang", ["cs", "en"])
@pytest.mark.parametrize("kind", FORMS)
def test_a_visitor_errs_corrects_and_gets_a_receipt_and_the_helpdesk_a_mail(
    open_page: Callable[..., Page], served: Served, kind: str, lang: str, javascript: bool, width: int
) -> None:
    typed, mended, wrong = FORMS[kind]
    typed = typed | {"message": f"Nejde nám síť.\nTady: {lang}, {javascript}, {width}."}  # each visit is one of its own
    texts = TEXTS[lang]
    page = open_page(ADDRESSES[kind][lang], width=width, javascript=javascript)
    form = page.locator(f"form.form-{kind}")
    fill(form, typed)
    send(form)

    # The same form again, at its own address: what is wrong is said on top and at each field, nothing typed is lost.
    expect(page).to_have_url(served.address + FORM_ADDRESSES[kind][lang])
    expect(page).to_have_title(re.compile("^" + re.escape(texts["form"]["error_title"].partition("{")[0])))
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary.locator("a")).to_have_count(len(wrong))
    for name, link in zip(wrong, summary.locator("a").all(), strict=True):
        field = form.locator(f"[name={name}]").first
        assert link.get_attribute("href") == "#" + str(field.get_attribute("id"))
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(form.locator(f"#{name}-error")).to_contain_text(link.inner_text())
    for name, value in typed.items():
        assert form.locator(f"[name={name}]:checked").count() or form.locator(f"[name={name}]").input_value() == value
    summary.locator("a").first.click()
    expect(form.locator(f"[name={wrong[0]}]").first).to_be_focused()

    fill(form, mended)
    send(form)
    expect(page).to_have_url(re.compile(re.escape(served.address + FORM_ADDRESSES["received"][lang]) + "."))
    reference = page.locator(".reference").inner_text()
    answers = page.locator("dl.answers")
    expect(answers).to_contain_text("Jiří Žluťoučký")
    expect(answers).to_contain_text("jiri@example.com")

    mail = mail_of(served, reference)
    shown = page.context.new_page()
    shown.goto(f"/_mail/{mail.stem}/")
    expect(shown.locator("body")).to_contain_text(reference)
    expect(shown.locator("pre.text")).to_contain_text("Jiří Žluťoučký")
    expect(shown.locator("dl")).to_contain_text("jiri@example.com")


def test_the_form_is_filled_in_from_the_query(open_page: Callable[..., Page]) -> None:
    page = open_page(FORM_ADDRESSES["price-list"]["cs"] + "?tier=vip&name=Jana")
    expect(page.locator("[name=tier][value=vip]")).to_be_checked()
    expect(page.locator("[name=name]")).to_have_value("Jana")


@pytest.mark.parametrize("lang", ["cs", "en"])
@pytest.mark.parametrize("needed", [["vip", "individual"], ["updates"], []], ids=",".join)
def test_three_questions_lead_to_the_price_list_with_the_tiers_they_are_about(
    open_page: Callable[..., Page], lang: str, needed: list[str]
) -> None:
    page = open_page(ADDRESSES["support"][lang], javascript=False)
    for tier in needed:
        page.get_by_label(TEXTS[lang]["which"][tier]).check()
    page.get_by_role("button", name=TEXTS[lang]["which"]["submit"]).click()
    expect(page).to_have_url(re.compile(re.escape(FORM_ADDRESSES["price-list"][lang])))
    ticked = page.locator("form.form-price-list [name=tier]:checked")
    assert ticked.evaluate_all("boxes => boxes.map(box => box.value)") == sorted(
        needed, key=["updates", "vip", "individual"].index
    )
    expect(page.locator(".error")).to_have_count(0)


def test_the_booking_carries_its_dates_to_the_calendar(open_page: Callable[..., Page], served: Served) -> None:
    page = open_page(ADDRESSES["training"]["cs"])
    form = page.locator("form.form-training")
    fill(form, PERSON | {"variant": "vendor", "date_1": SOON[0], "date_3": SOON[2], "participants": "3"})
    send(form)
    mail = mail_of(served, page.locator(".reference").inner_text())
    page.goto(f"/_mail/{mail.stem}/")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile(r"\.ics$")).click()
    calendar = download.value.path().read_text("utf-8")
    assert calendar.count("BEGIN:VEVENT") == 2
    assert SOON[2].replace("-", "") in calendar
