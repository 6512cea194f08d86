"""Samples: Postfix 3.7.11 and Exim 4.96 made theirs of a mail of ours; Exchange's is composed as it makes them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.bounce import Bounce, NotABounceError, read

SAMPLES = Path(__file__).with_name("bounces")
UNKNOWN = "550 5.1.1 <technik@ispadmin.example>: Recipient address rejected: User unknown in virtual mailbox table"
MESSAGE_ID = "<W7KQ4R.20261122150005@ispadmin.example>"


def sample(name):
    return (SAMPLES / f"{name}.eml").read_bytes()


@pytest.mark.parametrize(
    ("name", "failed", "words"),
    [
        ("postfix", True, f"5.1.1 smtp; {UNKNOWN}"),
        ("postfix-headers", True, f"5.1.1 smtp; {UNKNOWN}"),
        ("postfix-delayed", False, "4.4.1 X-Postfix; connect to 127.0.0.1[127.0.0.1]:2526: Connection refused"),
        ("postfix-delivered", False, "2.0.0 X-Postfix; delivery via keep: delivered via keep service"),
        ("exim", True, f"5.0.0 smtp; {UNKNOWN}"),
        ("exchange", True, "5.7.1 smtp;550 5.7.1 RESOLVER.RST.AuthRequired; authentication required"),
    ],
)
@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
def test_notifications_of_many_servers_are_understood(name, failed, words, ends):
    assert read(sample(name).replace(b"\n", ends)) == Bounce("W7KQ4R", MESSAGE_ID, failed, words)


def test_a_notification_that_returns_nothing_still_names_the_mail():
    text = sample("exchange").replace(b"\nMessage-ID: " + MESSAGE_ID.encode(), b"")
    assert read(text).message_id == MESSAGE_ID


def test_one_that_was_cut_off_after_the_headers_of_the_returned_mail_is_enough():
    text = sample("postfix")
    assert read(text[: text.index(b"Z kontaktn")]).reference == "W7KQ4R"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "no delivery status"),
        (b"Subject: Out of office\n\nBack on Monday.", "no delivery status"),
        (b"Content-Type: message/rfc822\n\n" * 3000, "nested too deeply"),
        (sample("postfix").replace(MESSAGE_ID.encode(), b"<another@example.com>"), "not return a mail of ours"),
        (sample("postfix").replace(b"\nMessage-ID: <W7", b"\nX-Other: <W7"), "not return a mail of ours"),
    ],
)
def test_what_is_no_bounce_of_ours_is_told_why(text, why):
    with pytest.raises(NotABounceError, match=why):
        read(text)


@given(st.data())
def test_no_mail_at_all_breaks_the_reader(data):
    text = sample(data.draw(st.sampled_from(["postfix", "exim", "exchange", "postfix-headers"])))
    at = data.draw(st.integers(0, len(text)))
    mangled = text[:at] + data.draw(st.binary(max_size=60)) + text[at + data.draw(st.integers(0, 200)) :]
    try:
        found = read(mangled)
    except NotABounceError:
        return
    assert found.words.isprintable()
    assert "\n" not in found.message_id
