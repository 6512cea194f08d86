import email
import email.policy
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from forms.notice import LISTED, Operator

OPERATOR = Operator("web@ispadmin.example", "spravce@ispadmin.example", "vracene@ispadmin.example")
NOW = datetime(2026, 11, 25, 6, 0, 5, tzinfo=UTC).timestamp()


def row(reference, suspicious=False, reply=""):
    return SimpleNamespace(reference=reference, suspicious=suspicious, reply=reply)


def parsed(envelope):
    return email.message_from_bytes(envelope.message, policy=email.policy.default)


def text_of(envelope):
    return parsed(envelope).get_content().replace("\r\n", "\n")


def digest(received=(), waiting=(), parked=()):
    return OPERATOR.digest(date(2026, 11, 24), received, waiting, parked, NOW)


def test_the_digest_names_what_came_what_waits_what_stands_and_what_may_be_spam():
    envelope = digest([row("W7KQ4R"), row("AAAAAA", suspicious=True)], [row("CCCCCC")], [row("DDDDDD")])
    message = parsed(envelope)
    assert message["Subject"] == "Formuláře 24. listopadu 2026: přijato 2, čeká 1, zastaveno 1"
    text = text_of(envelope)
    assert text.startswith("Přehled webových formulářů za 24. listopadu 2026.\n\nPřijato zpráv: 2\nW7KQ4R AAAAAA\n\n")
    assert "Z toho označeno jako možný spam: 1\nAAAAAA\n" in text
    assert "Čeká na odeslání: 1\nCCCCCC\n" in text
    assert "Zastaveno, musí rozhodnout člověk: 1\nDDDDDD\n" in text


def test_a_day_without_a_submission_has_its_digest_too_and_a_day_one_reference():
    envelope = digest()
    assert (envelope.reference, envelope.kind) == ("D-20261124", "digest")
    assert "Přijato zpráv: 0\n\nZ toho označeno jako možný spam: 0\n\n" in text_of(envelope)
    assert envelope.reference == digest([row("W7KQ4R")]).reference


def test_a_flood_is_told_by_its_number():
    envelope = digest([row(f"R{number:05}") for number in range(10_000)])
    text = text_of(envelope)
    assert "Přijato zpráv: 10000\nR00000 " in text
    assert "a dalších 9800" in text.replace("\n", " ")
    assert len(text.split()) < LISTED + 100


@pytest.mark.parametrize(
    "envelope", [digest([row("W7KQ4R")]), OPERATOR.alarm([row("W7KQ4R", reply="550 no")], NOW)], ids=lambda e: e.kind
)
def test_mails_to_the_operator_are_plain_and_ask_for_no_automatic_answer(envelope):
    message = parsed(envelope)
    assert (message["From"], message["To"]) == (OPERATOR.site, OPERATOR.address)
    assert (envelope.sender, envelope.recipient) == (OPERATOR.bounces, OPERATOR.address)
    assert message["Date"].datetime.timestamp() == NOW
    assert message["Message-ID"] == f"<{envelope.reference}.20261125060005@ispadmin.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Webform"] == {"digest": "prehled", "alarm": "poplach"}[envelope.kind]
    assert message.get_content_type() == "text/plain"
    assert envelope.message.isascii()
    assert max(map(len, message.get_content().splitlines())) <= 80
    assert all(len(line) < 78 for line in envelope.message.split(b"\r\n"))
    assert b"\n" not in envelope.message.replace(b"\r\n", b"")
    assert envelope.receipt == ""


def test_the_alarm_says_which_why_and_what_to_do_but_no_address():
    rows = [row("W7KQ4R", reply="553 sender <jiri@example.cz> not allowed"), row("AAAAAA", reply="550 x " + "y " * 400)]
    envelope = OPERATOR.alarm(rows, NOW)
    message = parsed(envelope)
    assert envelope.reference == "A-2026112506"
    assert message["Subject"] == "Formuláře: zastaveno zpráv 2, je třeba zásah"
    text = text_of(envelope)
    assert "W7KQ4R: 553 sender <…> not allowed\n" in text
    assert "AAAAAA: 550 x" in text
    assert "outbox retry" in text
    assert "@" not in text


def test_an_alarm_about_thousands_is_short():
    text = text_of(OPERATOR.alarm([row(f"R{number}", reply="550 no") for number in range(5000)], NOW))
    assert "a dalších 4800" in text
    assert len(text) < 20_000
