"""The way of a post: from where, stored once, thanked for only then; and every answer that is no thank-you."""

import email
import email.policy
import re
import sqlite3
import threading
import time
from html import unescape
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ADDRESSES, CONTACT, OWN, VALID
from forms import create_app
from forms.forms import FORMS

ADDRESS = "/formulare/kontakt/"


@pytest.mark.both_databases
def test_a_post_is_stored_and_leads_to_its_receipt(client, ledger):
    response = client.post(ADDRESS, data=CONTACT, headers=OWN)
    assert response.status_code == 303
    (row,) = ledger.rows("pending")
    receipt = client.get(response.location)
    assert row.reference in receipt.text
    assert CONTACT["message"] in receipt.text
    assert "technické oddělení" in receipt.text
    assert receipt.headers["Cache-Control"] == "no-store"
    assert "noindex" in receipt.headers["X-Robots-Tag"]
    assert row.recipient == "technik@ispadmin.example"
    assert client.get(response.location.replace("/formulare/prijato/", "/en/forms/received/")).status_code == 200


def test_nothing_is_logged_of_what_goes_well(client, caplog):
    client.get(ADDRESS)
    client.get(client.post(ADDRESS, data=CONTACT, headers=OWN).location)
    assert not caplog.records


def test_a_receipt_of_somebody_else_cannot_be_guessed(client):
    location = client.post(ADDRESS, data=CONTACT, headers=OWN).location
    token = location.split("/")[-2]
    assert len(token) >= 32
    assert client.get(location.replace(token, token[:-1] + ("b" if token[-1] == "a" else "a"))).status_code == 404


@pytest.mark.parametrize(
    ("kind", "address"), [("price-list", "/formulare/cenik/"), ("training", "/en/forms/training/")]
)
def test_price_lists_and_training_go_to_sales(client, ledger, kind, address):
    assert client.post(address, data=VALID[kind], headers=OWN).status_code == 303
    assert ledger.rows()[0].recipient == "obchod@ispadmin.example"


@pytest.mark.both_databases
def test_the_same_text_again_gives_the_same_receipt_and_no_second_row(client, ledger):
    first = client.post(ADDRESS, data=CONTACT, headers=OWN)
    again = client.post(ADDRESS, data=CONTACT, headers=OWN)
    other = client.post(ADDRESS, data={**CONTACT, "message": "Jiná"}, headers=OWN)
    assert first.location == again.location != other.location
    assert len(ledger.rows()) == 2


@pytest.mark.both_databases
def test_the_same_text_at_once_is_one_submission(app, ledger):
    barrier, locations = threading.Barrier(8), []

    def post():
        barrier.wait()
        locations.append(app.test_client().post(ADDRESS, data=CONTACT, headers=OWN).location)

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(locations) == 8
    assert len(set(locations)) == 1
    assert len(ledger.rows()) == 1


# -- Where a post comes from -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_a_post_from_elsewhere_gets_the_form_back_with_its_text(client, ledger, headers):
    response = client.post(ADDRESS, data=CONTACT, headers=headers)
    assert response.status_code == 403
    assert CONTACT["message"] in response.text
    assert not ledger.rows()


@pytest.mark.parametrize("apart", [-5, 0, 5])
def test_a_client_that_proves_nothing_sends_once_more_to_any_machine(client, ledger, environ, monkeypatch, apart):
    response = client.post("/en/forms/contact/", data=CONTACT)
    assert response.status_code == 403
    assert CONTACT["message"] in response.text
    token = re.search(r'name="token" type="hidden" value="([^"]+)"', response.text)[1]
    other_machine, now = create_app(environ).test_client(), time.time()
    monkeypatch.setattr(time, "time", lambda: now + apart)  # its clock
    assert other_machine.post("/en/forms/contact/", data={**CONTACT, "token": token}).status_code == 303
    assert len(ledger.rows()) == 1


@pytest.mark.parametrize("token", ["", "x", "ImZvcm0i.aSGYgw.AAAA", "\x00"])
def test_a_token_that_is_not_ours_loses_no_text(client, ledger, token):
    response = client.post(ADDRESS, data={**CONTACT, "token": token})
    assert response.status_code == 403
    assert CONTACT["message"] in response.text
    assert not ledger.rows()


def test_a_token_expires_after_a_day_and_the_text_is_kept(client, monkeypatch):
    token = re.search(r'name="token" type="hidden" value="([^"]+)"', client.post(ADDRESS, data=CONTACT).text)[1]
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 24 * 3600 + 2)
    response = client.post(ADDRESS, data={**CONTACT, "token": token})
    assert response.status_code == 403
    assert CONTACT["message"] in response.text


def test_nothing_needs_or_sets_a_cookie(client):
    for response in (
        client.get(ADDRESS),
        client.post(ADDRESS, data=CONTACT),
        client.post(ADDRESS, data=CONTACT, headers=OWN),
    ):
        assert "Set-Cookie" not in response.headers


# -- Spam and limits ---------------------------------------------------------------------------------------------------
def test_the_honeypot_marks_the_mail_and_drops_nothing(client, ledger):
    assert client.post(ADDRESS, data={**CONTACT, "website": "http://x.example"}, headers=OWN).status_code == 303
    assert b"X-Webform-Spam: honeypot" in ledger.row(ledger.rows()[0].reference).message


def test_too_many_posts_get_a_page_with_the_text_kept(environ):
    client = create_app({**environ, "FORMS_RATE_LIMIT": "2 per minute"}).test_client()
    for number in range(2):
        assert client.post(ADDRESS, data={**CONTACT, "message": f"{number}"}, headers=OWN).status_code == 303
    response = client.post("/en/forms/contact/", data=CONTACT, headers=OWN)
    assert response.status_code == 429
    assert 1 <= int(response.headers["Retry-After"]) <= 61
    assert CONTACT["message"] in response.text
    assert client.get(ADDRESS).status_code == 200


def test_too_many_posts_of_a_client_that_proves_nothing_keep_a_token(environ):
    client = create_app({**environ, "FORMS_RATE_LIMIT": "1 per minute"}).test_client()
    client.post(ADDRESS, data=CONTACT)
    response = client.post(ADDRESS, data=CONTACT)
    assert response.status_code == 429
    assert 'name="token"' in response.text
    assert client.post(ADDRESS, data={"message": "x" * 3_000_000}, headers=OWN).status_code == 429


def test_a_long_paste_is_given_back(client):
    paste = "řádek logu\n" * 30_000
    response = client.post(ADDRESS, data={**CONTACT, "message": paste}, headers=OWN)
    assert response.status_code == 422
    assert paste.strip() in response.text


def test_what_cannot_be_composed_is_told_to_the_visitor(client, monkeypatch):
    from forms import mail

    def unsafe(*_):
        raise mail.UnsafeMessageError("another header")

    monkeypatch.setattr(mail, "_prove", unsafe)
    response = client.post(ADDRESS, data=CONTACT, headers=OWN)
    assert response.status_code == 503
    assert CONTACT["message"] in response.text


def test_clients_are_told_apart_behind_a_proxy_that_is_believed(environ):
    def statuses(app):
        client = app.test_client()
        return [
            client.post(ADDRESS, data=CONTACT, headers={**OWN, "X-Forwarded-For": f"192.0.2.{n}"}).status_code
            for n in range(3)
        ]

    limited = {**environ, "FORMS_RATE_LIMIT": "2 per minute"}
    assert statuses(create_app({**limited, "FORMS_PROXY_HOPS": "1"})) == [303, 303, 303]
    assert statuses(create_app(limited)) == [303, 303, 429]


# -- What cannot be taken ----------------------------------------------------------------------------------------------
def test_without_a_database_the_text_is_kept_and_the_other_way_shown(environ, tmp_path):
    (tmp_path / "outbox.sqlite3").mkdir()
    client = create_app(environ).test_client()
    response = client.post(ADDRESS, data=CONTACT, headers=OWN)
    assert response.status_code == 503
    assert CONTACT["message"] in response.text
    link = unescape(re.search(r'href="(mailto:[^"]+)"', response.text)[1])
    assert link.startswith("mailto:technik@ispadmin.example?subject=")
    assert CONTACT["message"] in unquote(link)
    assert response.headers["Retry-After"] == "60"
    assert len(link) < 6000
    away = client.get("/en/forms/received/any/")
    assert away.status_code == 503
    assert "We cannot load this page" in away.text


def test_a_locked_database_is_an_answer_too_and_recovers(client, environ, tmp_path, monkeypatch):
    client.post(ADDRESS, data={**CONTACT, "message": "první"}, headers=OWN)
    lock = sqlite3.connect(tmp_path / "outbox.sqlite3", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    assert client.post(ADDRESS, data=CONTACT, headers=OWN).status_code == 503
    lock.execute("ROLLBACK")
    assert client.post(ADDRESS, data=CONTACT, headers=OWN).status_code == 303


@pytest.mark.parametrize(
    ("status", "send"),
    [
        (415, lambda client: client.post(ADDRESS, json=CONTACT, headers=OWN)),
        (415, lambda client: client.post(ADDRESS, data="x", content_type="text/plain", headers=OWN)),
        (413, lambda client: client.post(ADDRESS, data={"message": "x" * 3_000_000}, headers=OWN)),
        (405, lambda client: client.delete(ADDRESS)),
        (404, lambda client: client.get("/formulare/nic/")),
        (404, lambda client: client.get("/formulare/prijato/nic/")),
    ],
)
def test_every_refusal_is_a_page_of_the_site(client, status, send):
    response = send(client)
    assert response.status_code == status
    assert '<html lang="cs">' in response.text
    assert "/kontakt/" in response.text
    assert "Content-Security-Policy" in response.headers


def test_refusals_speak_the_visitors_language(client):
    assert '<html lang="en">' in client.get("/en/forms/nothing/").text


def test_multipart_posts_are_taken_too(client):
    assert client.post(ADDRESS, data=CONTACT, headers=OWN, content_type="multipart/form-data").status_code == 303


# -- Any input at all --------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def any_app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("any")
    return create_app(
        {
            "FORMS_DEVELOPMENT": "1",
            "FORMS_DATABASE_URL": f"sqlite:///{folder}/o.sqlite3",
            "FORMS_RATE_LIMIT": "9999999/second",
        }
    )


FIELDS = sorted({name for form in FORMS.values() for name in dir(form) if hasattr(getattr(form, name), "field_class")})
EVIL = [
    "\r\nBcc: x@y.cz",
    "=?utf-8?q?=0D=0ABcc:_x@y.cz?=",
    "%0d%0aBcc: x@y.cz",
    "\x00",
    "\u2028Bcc: x@y.cz",
    "a, b <x@y.cz>",
]
VALUES = st.one_of(
    st.text(max_size=80),
    st.sampled_from([*EVIL, *(f"{evil}@y.cz" for evil in EVIL), "x" * 12_000, "1" * 5000, "2030-01-02", "operator"]),
)


@settings(max_examples=200, deadline=None)
@given(
    kind=st.sampled_from(sorted(VALID)),
    answers=st.dictionaries(st.sampled_from(FIELDS), st.lists(VALUES, min_size=1, max_size=2), max_size=3),
)
def test_no_input_leads_to_a_fault_a_header_or_a_second_recipient(any_app, kind, answers):
    client, ledger = any_app.test_client(), any_app.extensions["ledger"]
    response = client.post(ADDRESSES[kind], data={**VALID[kind], **answers}, headers=OWN)
    assert response.status_code in (303, 422)
    if response.status_code == 422:
        return
    reference = re.search(r'class="reference">(\w+)<', client.get(response.location).text)[1]
    row = ledger.row(reference)
    assert row.recipient in ("obchod@ispadmin.example", "technik@ispadmin.example")
    message = email.message_from_bytes(row.message, policy=email.policy.default)
    assert not {"Bcc", "Cc"} & set(message.keys())
    assert [to.addr_spec for to in message["To"].addresses] == [row.recipient]
    assert [to.addr_spec for to in message["Reply-To"].addresses] == [row.email]


@settings(max_examples=50, deadline=None)
@given(
    kind=st.sampled_from(sorted(VALID)),
    answers=st.dictionaries(st.text(max_size=20), st.lists(VALUES, max_size=3), max_size=20),
    headers=st.sampled_from([OWN, {}, {"Origin": "null"}, {"Sec-Fetch-Site": "x"}]),
)
def test_no_fields_at_all_lead_to_a_fault(any_app, kind, answers, headers):
    response = any_app.test_client().post(ADDRESSES[kind], data=answers, headers=headers)
    assert response.status_code in (403, 422)
