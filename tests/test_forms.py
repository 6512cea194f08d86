"""What each field takes, refuses and says; by posts to the app, since that is how the forms are met."""

import unicodedata
from datetime import timedelta
from html import unescape

import pytest

from conftest import ADDRESSES, OWN, PRICE_LIST, TOMORROW, TRAINING, VALID


def send(client, kind, **answers):
    return client.post(ADDRESSES[kind], data={**VALID[kind], **answers}, headers=OWN)


def answers_of(client, response):
    return unescape(client.get(response.location).text)


@pytest.mark.parametrize("kind", VALID)
def test_the_least_that_is_asked_for_is_enough(client, kind):
    assert send(client, kind).status_code == 303


@pytest.mark.parametrize(("kind", "field"), [(kind, field) for kind in VALID for field in VALID[kind]])
def test_what_is_required_is_asked_for_at_its_field(client, kind, field):
    response = send(client, kind, **{field: ""})
    assert response.status_code == 422
    target = f"{field}-0" if field in ("department", "customer", "variant") else field
    assert f'<a href="#{target}">' in response.text
    assert f'id="{field}-error"' in response.text
    assert response.text.count('class="error"') == 1


@pytest.mark.parametrize("name", ["Žluťoučký", "O'Brien", "李", "Jean-Luc Ó Súilleabháin", "d’Artagnan ml.", "Nguyễn"])
def test_every_name_is_taken_as_it_is(client, name):
    assert f"<dd>{name}</dd>" in answers_of(client, send(client, "contact", name=name))


@pytest.mark.parametrize(
    "email",
    ["a@b.cz", "first.last+tag@sub.example.co.uk", "o'brien@example.ie", "jan@háčky.example.cz", "x@xn--hky-ila0k.cz"],
)
def test_addresses_that_can_get_an_answer_are_taken(client, email):
    assert send(client, "contact", email=email).status_code == 303


@pytest.mark.parametrize(
    "email",
    [
        "jan",
        "jan@",
        "@example.cz",
        "jan@example",
        "jan novak@example.cz",
        "jan@example..cz",
        "a@b.cz, c@d.cz",
        "jan@example.cz\r\nBcc: x@example.cz",
        "jan@example.cz%0aBcc:x@example.cz",
        "=?utf-8?b?DQpCY2M6IHhAZXhhbXBsZS5jeg==?=@example.cz",
        "=?utf-8?q?=41?=@example.cz",
        '"<script>"@example.cz',
        "jiří@example.cz",
        "postmaster@example.cz",
        "noreply@example.cz",
        "no_reply@example.cz",
        "MAILER-DAEMON+x@example.cz",
        "technik+a@ispadmin.example",
        "technik@ispadmin.example",
        "WEB@ispadmin.example",
        "x" * 250 + "@example.cz",
    ],
)
def test_addresses_that_cannot_are_refused_and_kept(client, email):
    response = send(client, "contact", email=email)
    assert response.status_code == 422
    assert 'id="email-error"' in response.text
    kept = unescape(response.text.split('name="email"')[1].split('value="')[1].split('"')[0])
    assert kept == email.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("777123456", "+420 777 123 456"),
        ("+421 905 123 456", "+421 905 123 456"),
        ("0049 30 901820", "+49 30 901820"),
        ("volejte po 18. hodině", "volejte po 18. hodině"),
        ("12", "12"),
        ("nevolejte! jen SMS 777123456", "nevolejte! jen SMS 777123456"),
        ("777123456, 602123456", "777123456, 602123456"),
    ],
)
def test_telephone_numbers_are_written_internationally_and_never_refused(client, typed, kept):
    assert f"<dd>{kept}</dd>" in answers_of(client, send(client, "contact", phone=typed))


@pytest.mark.parametrize(
    "day",
    [
        "2026-2-3",
        "1.12.2026",
        "20301201",
        "2030-02-30",
        "zítra",
        "0000-00-00",
        "99999-01-01",
        "2030-12-01T00:00",
        "٢٠٣٠-٠١-٠١",
    ],
)
def test_dates_are_iso_dates_and_what_was_typed_is_kept(client, day):
    response = send(client, "training", date_1=day)
    assert response.status_code == 422
    assert f'type="text" value="{day}"' in response.text


def test_training_starts_tomorrow_at_the_earliest(client):
    assert send(client, "training", date_1=(TOMORROW - timedelta(days=1)).isoformat()).status_code == 422


def test_the_same_day_is_not_suggested_twice(client):
    response = send(client, "training", date_2=TRAINING["date_1"], date_3=TRAINING["date_1"])
    assert response.status_code == 422
    assert 'id="date_2-error"' in response.text
    assert 'id="date_3-error"' in response.text


def test_training_at_the_operators_needs_an_address(client):
    response = send(client, "training", variant="operator")
    assert 'id="venue-error"' in response.text
    assert send(client, "training", variant="operator", venue="Náměstí 1, Brno").status_code == 303


@pytest.mark.parametrize("number", ["0", "51", "-1", "5.0", "5e1", "5 lidí", "٥", "1_0", "9" * 5000])
def test_participants_are_a_number_of_1_to_50(client, number):
    response = send(client, "training", participants=number)
    assert response.status_code == 422
    assert f'value="{number}"' in response.text


@pytest.mark.parametrize(
    ("kind", "field"), [("contact", "department"), ("price-list", "tier"), ("training", "variant")]
)
def test_only_what_is_offered_can_be_chosen(client, kind, field):
    assert send(client, kind, **{field: "boss"}).status_code == 422


@pytest.mark.parametrize(("field", "limit"), [("name", 100), ("company", 150), ("phone", 60), ("message", 10_000)])
def test_text_that_is_too_long_is_kept_and_the_limit_named(client, field, limit):
    assert send(client, "contact", **{field: "x" * limit}).status_code == 303
    response = send(client, "contact", **{field: "x" * (limit + 1)})
    assert response.status_code == 422
    assert "x" * (limit + 1) in response.text
    assert str(limit) in response.text


@pytest.mark.parametrize("blank", ["\u200b", "\u2060\u00ad", "\u3164", "\u00a0 "])
def test_text_that_shows_nothing_is_missing(client, blank):
    assert send(client, "contact", name=blank).status_code == 422


def test_a_choice_made_twice_counts_once(client):
    response = client.post(ADDRESSES["price-list"], data={**PRICE_LIST, "tier": ["vip", "updates", "vip"]}, headers=OWN)
    assert "<dd>System updates, VIP support</dd>" in answers_of(client, response)


def test_text_is_normalised_and_freed_of_control_and_bidirectional_characters(client):
    name = unicodedata.normalize("NFD", "Jiří") + "\u202e\u2066\x00\x07  Nov\u200fák "
    text = answers_of(client, send(client, "contact", name=name, message="a\x00b\u2028c\r\nd"))
    assert "<dd>Jiří Novák</dd>" in text
    assert "ab\nc\nd" in text


@pytest.mark.parametrize("name", ["Jan\r\nBcc: x@example.cz", "Jan\nNovák", "Jan%0d%0aBcc: x@example.cz", "Jan=0ABcc:"])
def test_a_name_with_a_line_break_in_any_form_is_refused(client, name):
    assert send(client, "contact", name=name).status_code == 422


def test_get_fills_the_form_in_from_the_query(client):
    page = client.get("/formulare/cenik/?tier=vip&tier=training&customer=rental&name=Jan").text
    assert page.count(" checked ") == 3
    assert 'value="Jan"' in page
    assert 'class="error"' not in page


def test_every_error_of_a_form_is_shown_at_once_with_the_title_saying_so(client):
    response = client.post("/formulare/kontakt/", data={"message": "x"}, headers=OWN)
    assert response.text.count('class="error"') == 3
    assert "<title>Chyba: " in response.text
    assert 'role="alert" tabindex="-1" autofocus' in response.text
    assert "Odeslat dotaz" in response.text
    english = client.post("/en/forms/contact/", data={"message": "x"}, headers=OWN)
    assert "<title>Error: " in english.text
