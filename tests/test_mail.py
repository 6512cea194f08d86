"""The frozen message, read back by the standard library's parsers and measured against the rules."""

import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header, make_header

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from forms import mail, mime, theme
from forms.submission import Submission

TEXTS = theme.load()["TEXTS"]["cs"]
ADDRESSING = mail.Addressing("web@ispadmin.example", "obchod@ispadmin.example")
CONTACT = Submission(
    reference="W7KQ4R",
    kind="contact",
    language="en",
    department="sales",
    name="Jiří Žluťoučký",
    email="jiri@example.cz",
    answers=(("department", "sales"), ("name", "Jiří Žluťoučký"), ("message", "Dobrý den,\n-- \nJiří")),
    received_at=datetime(2026, 11, 22, 15, 0, 5, tzinfo=UTC),
)
TRAINING = replace(
    CONTACT,
    kind="training",
    answers=(
        ("name", "Jan"),
        ("company", "Síť, s.r.o."),
        ("variant", "operator"),
        ("venue", "Náměstí 1, Brno"),
        ("date_1", "2026-12-01"),
        ("date_2", "2026-12-31"),
        ("participants", "5"),
    ),
)
NEVER = ["Auto-Submitted", "Precedence", "X-Loop", "X-Auto-Response-Suppress", "In-Reply-To", "References", "Cc", "Bcc"]


def parsed(submission, addressing=ADDRESSING):
    return email.message_from_bytes(mail.compose(submission, TEXTS, addressing), policy=email.policy.default)


def header(message, name):
    """A header decoded as RFC 2047 says: blanks between adjacent encoded words are no part of the text."""
    return str(make_header(decode_header(message.policy.header_fetch_parse(name, str(message[name])))))


def test_the_visitor_is_whom_the_helpdesk_answers():
    message = parsed(CONTACT)
    assert message["Reply-To"] == "Jiří Žluťoučký <jiri@example.cz>"
    assert message["Resent-From"] == message["Reply-To"]
    assert message["From"] == "Jiří Žluťoučký přes web <web@ispadmin.example>"
    assert message["To"] == "obchod@ispadmin.example"


def test_the_visitor_may_be_the_originator():
    message = parsed(CONTACT, replace(ADDRESSING, identity="visitor"))
    assert message["From"] == message["Reply-To"] == "Jiří Žluťoučký <jiri@example.cz>"
    assert message["Sender"] == "web@ispadmin.example"
    assert "Resent-From" not in message


def test_the_rest_of_the_headers():
    message = parsed(CONTACT)
    assert message["Subject"] == "Kontakt: Jiří Žluťoučký, W7KQ4R"
    assert message["Message-ID"] == "<W7KQ4R.20261122150005@ispadmin.example>"
    assert message["Date"].datetime == CONTACT.received_at
    assert (message["X-Webform"], message["X-Webform-Reference"], message["X-Webform-Language"]) == (
        "kontakt",
        "W7KQ4R",
        "en",
    )
    assert not [name for name in NEVER if name in message]
    assert not [name for name in message if name.startswith("List-")]


def test_fixed_headers_of_a_department_may_name_the_visitor():
    headers = (("X-OTRS-Queue", "Sales"), ("X-OTRS-CustomerUser", "{visitor}"))
    message = parsed(CONTACT, replace(ADDRESSING, headers=headers))
    assert (message["X-OTRS-Queue"], message["X-OTRS-CustomerUser"]) == ("Sales", "jiri@example.cz")


def test_the_body_begins_with_a_sentence_and_ends_with_a_paragraph_of_ours():
    message = parsed(CONTACT)
    assert message["Content-Transfer-Encoding"] == "quoted-printable"
    lines = message.get_content().splitlines()
    assert lines[0] == "Z kontaktního formuláře na webu ISPadmin přišla nová zpráva."
    assert "Jméno a příjmení: Jiří Žluťoučký" in lines
    assert "Jazyk formuláře: angličtina" in lines
    assert lines.index("-- ") < len(lines) - 1
    assert "jiri@example.cz" in " ".join(lines[-2:])


def test_a_suspicious_mail_says_so_in_a_header_and_its_last_line():
    message = parsed(replace(CONTACT, suspicions=("honeypot", "links")))
    assert message["X-Webform-Spam"] == "honeypot, links"
    last = message.get_content().splitlines()[-1]
    assert last.startswith("Ke kontrole")
    assert "past" not in last
    assert "X-Webform-Spam" not in parsed(CONTACT)


@pytest.mark.parametrize(
    ("until", "sentence"),
    [
        ("2026-12-31", "31. prosince 2027 (prodloužení o rok)"),
        ("2016-02-29", "28. února 2017 (o rok; už minul"),
        ("2016-02-29", "11 let"),
        ("2024-12-31", "2 roky"),
    ],
)
def test_a_price_list_mail_states_the_new_end_of_the_updates(until, sentence):
    answers = (("name", "Jan"), ("tier", ("updates", "vip")), ("updates_until", until))
    body = parsed(replace(CONTACT, kind="price-list", answers=answers)).get_content()
    assert sentence in next(line for line in body.splitlines() if line.startswith("Nový konec aktualizací: "))
    assert "Systémové aktualizace, VIP podpora" in body


def test_a_training_booking_carries_its_days_as_tentative_events():
    message = parsed(TRAINING)
    assert not any(part.defects for part in message.walk())
    attachment = next(message.iter_attachments())
    assert attachment.get_filename() == "skoleni-W7KQ4R.ics"
    assert attachment.get_content_charset() == "utf-8"
    assert attachment["Content-Transfer-Encoding"] == "base64"
    assert attachment.get_content_disposition() == "attachment"
    calendar = Calendar.from_ical(attachment.get_content())
    events = calendar.walk("VEVENT")
    assert [str(event.decoded("dtstart")) for event in events] == ["2026-12-01", "2026-12-31"]
    assert [str(event.decoded("dtend")) for event in events] == ["2026-12-02", "2027-01-01"]
    assert {str(event["status"]) for event in events} == {"TENTATIVE"}
    assert {str(event["location"]) for event in events} == {"Náměstí 1, Brno"}
    assert len({str(event["uid"]) for event in events}) == 2


@pytest.mark.parametrize("local", ["=?utf-8?b?DQpCY2M6IHhAZXhhbXBsZS5jeg==?=", "=?utf-8?q?=41?=", "a>,<b"])
def test_an_address_that_reads_otherwise_than_it_is_stops_the_message(local):
    with pytest.raises(mail.UnsafeMessageError):
        mail.compose(replace(CONTACT, email=f"{local}@example.cz"), TEXTS, ADDRESSING)


@pytest.mark.parametrize("submission", [CONTACT, TRAINING, replace(CONTACT, suspicions=("links",))])
def test_lines_of_ours_are_at_most_78_columns(submission):
    body = parsed(submission).get_body().get_content()
    assert max(map(len, body.splitlines())) <= 78


@given(text=st.text(alphabet=st.sampled_from("=_-. \t\r\nFromaž") | st.characters(exclude_categories=["Cs"])))
def test_any_message_is_read_as_it_was_written_also_beside_a_calendar(text):
    for submission in (CONTACT, TRAINING):
        frozen = mail.compose(replace(submission, answers=(*submission.answers, ("message", text))), TEXTS, ADDRESSING)
        assert max(map(len, frozen.split(b"\r\n"))) <= 78
        body = email.message_from_bytes(frozen, policy=email.policy.default).get_body()
        read = body.get_payload(decode=True).decode()
        assert re.sub(r"\r\n?|\n", "\r\n", text) in read


@pytest.mark.parametrize("blank", ["", " ", "\t"])
@pytest.mark.parametrize("length", range(70, 80))
def test_no_encoded_line_has_more_than_76_columns_whatever_ends_it(length, blank):
    for words in ("a" * length + blank, "a" * length + blank + "\nb", "č" * (length // 6) + "a" * (length % 6) + blank):
        frozen = mime.text(words)
        assert max(map(len, frozen.split(b"\r\n"))) <= 76
        assert b"\n" not in frozen.replace(b"\r\n", b"")
        read = email.message_from_bytes(frozen).get_payload(decode=True).decode()
        assert read == words.replace("\n", "\r\n") + "\r\n"


def test_training_at_the_vendors_takes_place_there():
    answers = tuple(("variant", "vendor") if name == "variant" else (name, value) for name, value in TRAINING.answers)
    event = Calendar.from_ical(next(parsed(replace(TRAINING, answers=answers)).iter_attachments()).get_content()).walk(
        "VEVENT"
    )[0]
    assert event["location"] == "NET service solution s.r.o."


@pytest.mark.parametrize(
    "name",
    [
        "=?utf-8?b?DQpCY2M6IHhAZXhhbXBsZS5jeg==?=",
        "=?utf-8?q?=0D=0ABcc:_x@example.cz?=",
        "Jan\r\nBcc: x@example.cz",
        "Jan\u2028Bcc: x@example.cz",
        'a" <x@example.cz>, "b',
        "[issue12] [RT #3] Ticket#1",
        "autoreply",
        ",;:@()<>\\",
        "Ž" * 100,
        "x" * 100,
        "",
        "李" * 60,
    ],
)
def test_no_name_makes_a_header_a_recipient_or_a_ticket_number(name):
    for kind in ("contact", "price-list"):
        check(replace(CONTACT, kind=kind, name=name))


@given(name=st.text(), text=st.text(), local=st.sampled_from(["a", "o'brien", "a.b+c", "x=y", "{a}"]))
def test_no_text_at_all_does(name, text, local):
    answers = (("name", name), ("message", text))
    check(replace(CONTACT, name=name, email=f"{local}@example.cz", answers=answers))


def check(submission):
    frozen = mail.compose(submission, TEXTS, ADDRESSING)
    assert frozen.isascii()
    lines = frozen.split(b"\r\n")
    assert max(map(len, lines)) <= 78
    assert b"\n" not in frozen.replace(b"\r\n", b"")
    message = email.message_from_bytes(frozen, policy=email.policy.default)
    assert message.keys() == [
        *("From", "Reply-To", "Resent-From", "Resent-Date", "To", "Subject", "Date", "Message-ID"),
        *("X-Webform", "X-Webform-Reference", "X-Webform-Language"),
        *("MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
    ]
    assert [a.addr_spec for a in message["To"].addresses] == ["obchod@ispadmin.example"]
    assert [a.addr_spec for a in message["Reply-To"].addresses] == [submission.email]
    assert [a.addr_spec for a in message["From"].addresses] == ["web@ispadmin.example"]
    assert not message.defects
    subject = header(message, "Subject")
    assert subject.endswith(submission.reference)
    assert not set("[]#") & set(subject)
    assert "autoreply" not in subject.lower()
