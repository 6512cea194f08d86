"""RFC 5322: a submission as the one message that the helpdesk makes a ticket of. Pure: no clock, no network."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from base64 import b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email import message_from_bytes
from email.header import decode_header
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from forms import mime, wording
from forms.booking import calendar
from forms.extension import extend
from forms.submission import Submission

WORDS: Mapping[str, Any] = tomllib.loads(Path(__file__).with_name("mail.toml").read_text("utf-8"))
ADDRESSED = ("From", "Sender", "Reply-To", "Resent-From", "To")
HEAD = re.compile(r"(?:[\t -~]*\r\n)*[\t -~]*")  # RFC 5322 2.2: ASCII, line ends only as CRLF
FOLD = re.compile(r"\r\n(?=[ \t])")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
WORD = r"=\?[\w-]+\?[bqBQ]\?[!-<>@-~=]*\?="  # RFC 2047 2
PHRASE = rf'(?:"[^"\\]*"|{WORD}(?: {WORD})*)'
ADDRESS = r'((?!.*=\?)[^\s"(),:;<>@]+@[^\s"(),:;<>@]+)'
MAILBOX = re.compile(f"{PHRASE} <{ADDRESS}>|{ADDRESS}")
# 36 bytes of whole letters become 48 in base64, and 12 around them; the longest header's name takes 13 of the 76.
PORTION = re.compile(rb"(?s).{1,36}(?![\x80-\xbf])")
MIME = ("content-type", "content-transfer-encoding", "mime-version")


class UnsafeMessageError(Exception):
    """The frozen message does not have exactly the headers that were meant; it must not be stored."""


@dataclass(frozen=True)
class Addressing:
    """Whom a mail is from and to: the site's mailbox, the department's, `identity` and fixed headers (see settings)."""

    site: str
    department: str
    identity: str = "site"
    headers: Sequence[tuple[str, str]] = ()


def compose(submission: Submission, texts: Mapping[str, Any], addressing: Addressing) -> bytes:
    """Return the frozen message, with CRLF line ends; raise UnsafeMessageError if its headers are not those meant.

    `texts` are the Czech labels: the helpdesk reads Czech whatever the visitor's language.
    """
    words = WORDS[submission.kind]
    domain = addressing.site.rpartition("@")[2]
    headers = _headers(submission, words, addressing)
    content = mime.text(_body(submission, texts, words))
    if submission.kind == "training":
        file = mime.attached(calendar(submission, words, domain), f"skoleni-{submission.reference}.ics")
        content = mime.mixed(submission.reference, content, file)
    frozen = freeze(headers, content)
    _prove(frozen, headers, {addressing.site, addressing.department, submission.email})
    return frozen


def freeze(headers: Sequence[tuple[str, str]], content: bytes) -> bytes:
    """Return the message with these headers, encoded and folded already, and with what mime.py made of its content."""
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return head.encode("ascii") + b"MIME-Version: 1.0\r\n" + content


def message_id(reference: str, written_at: datetime, site: str) -> str:
    """Return the Message-ID of our mail with this reference, which a bounce names (bounce.py finds it there)."""
    return f"<{reference}.{written_at:%Y%m%d%H%M%S}@{site.rpartition('@')[2]}>"


def readable(frozen: bytes) -> str:
    """Return a frozen message as a person reads it: headers, text and calendar decoded, lines ending with \\n."""
    message = message_from_bytes(frozen)
    found = [f"{name}: {_words(' '.join(value.split()))}" for name, value in message.items()]
    texts = [part.get_payload(decode=True) for part in message.walk() if part.get_content_maintype() == "text"]
    found += ["\n" + text.decode("utf-8", "replace").replace("\r\n", "\n") for text in texts if isinstance(text, bytes)]
    return "\n".join(found)


def display_name(text: str) -> str:
    """Return visitor text fit for a header: printable, without brackets and #, and with no encoded word left in it.

    What reads the mail might decode `=?utf-8?…?=`, and a line break in it would start a header of its own.
    """
    text = "".join(c if unicodedata.category(c)[0] not in "CZ" else " " for c in text)
    text = re.sub(r"[\[\]#<>\"\\]", "", text).replace("=?", "= ?").replace("?=", "? =")
    return re.sub(r" +", " ", text).strip()[:60].strip()


def _headers(submission: Submission, words: Mapping[str, str], addressing: Addressing) -> list[tuple[str, str]]:
    """The headers as they stand in the frozen message, encoded here: EmailMessage would decode what it is given."""
    name = display_name(submission.name)
    if "autoreply" in name.lower():  # Roundup drops mail with that in its subject without a word
        name = ""
    visitor = _mailbox(name, submission.email)
    sent_at = format_datetime(submission.received_at)
    if addressing.identity == "visitor":
        headers = [("From", visitor), ("Sender", addressing.site), ("Reply-To", visitor)]
    else:  # Roundup takes the requester from Resent-From (RFC 5322 3.6.6)
        site = _mailbox(WORDS["via"].format(name=name).strip(), addressing.site)
        headers = [("From", site), ("Reply-To", visitor), ("Resent-From", visitor), ("Resent-Date", sent_at)]
    subject = f"{words['subject']}: {', '.join(filter(None, (name, submission.reference)))}"
    headers += [
        ("To", addressing.department),
        ("Subject", encoded(subject)),
        ("Date", sent_at),
        ("Message-ID", message_id(submission.reference, submission.received_at, addressing.site)),
        ("X-Webform", words["slug"]),
        ("X-Webform-Reference", submission.reference),
        ("X-Webform-Language", submission.language),
    ]
    if submission.kind == "canary":
        headers.append(("Auto-Submitted", "auto-generated"))  # RFC 3834: no out-of-office comes back
    if submission.suspicions:
        headers.append(("X-Webform-Spam", ", ".join(submission.suspicions)))
    return headers + [(key, value.replace("{visitor}", submission.email)) for key, value in addressing.headers]


def encoded(text: str) -> str:
    """Return header text in ASCII: short as it is, else as encoded words (RFC 2047) on lines of at most 76 columns."""
    if text.isascii() and len(text) <= 60:
        return text
    return "\r\n ".join(f"=?utf-8?b?{b64encode(word).decode()}?=" for word in PORTION.findall(text.encode()))


def _mailbox(name: str, address: str) -> str:
    """A display name, quoted or encoded, and its address on a line of their own where they are long (RFC 5322 3.4)."""
    if not name:
        return address
    phrase = f'"{name}"' if name.isascii() else encoded(name)
    folded = "\r\n " if "\r\n" in phrase or len(phrase) + len(address) > 60 else " "
    return f"{phrase}{folded}<{address}>"


def _body(submission: Submission, texts: Mapping[str, Any], words: Mapping[str, str]) -> str:
    # The first line is a sentence: RT's CommandByMail obeys `Word: value`. The last paragraph is ours, so that a
    # visitor's `-- ` line does not cut his text off as a signature.
    short = [answer for answer in submission.answers if answer[0] != "message"]
    lines = wording.labelled(short, texts, "cs", WORDS["label"])
    lines += _new_end(submission, texts)
    lines += [
        (WORDS["language"], WORDS["language_name"][submission.language]),
        (WORDS["received"], wording.moment(submission.received_at, "cs")),
        (WORDS["reference"], submission.reference),
    ]
    # Pages are typeset with unbreakable spaces; the helpdesk's filters match plain ones.
    answers = "\n".join(f"{label}: {text}" for label, text in lines).replace("\u00a0", " ")
    paragraphs = [words["opening"], answers]
    if message := submission.by_field.get("message"):
        paragraphs += [f"{texts['field']['message']['label']}:", str(message)]
    paragraphs.append(WORDS["closing"].format(email=submission.email, reference=submission.reference))
    if submission.suspicions:
        # Without the reasons: a helpdesk's automatic answer may quote the mail, and would teach a spammer.
        paragraphs.append(WORDS["suspicious"])
    return "\n\n".join(paragraphs) + "\n"


def _new_end(submission: Submission, texts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The end of the updates if they were extended by a year on the day of the request."""
    until = submission.by_field.get("updates_until")
    if until is None:
        return []
    ordered = submission.received_at.astimezone(wording.PRAGUE).date()
    new_end, needed = extend(date.fromisoformat(str(until)), ordered)
    sentence = WORDS["new_end_years" if needed == 1 else "new_end_past"]
    text = sentence.format(new_end=wording.day(new_end, "cs"), needed=wording.years(needed, texts, "cs"))
    return [(WORDS["new_end"], text)]


def _prove(frozen: bytes, headers: Sequence[tuple[str, str]], known: Collection[str]) -> None:
    """Raise UnsafeMessageError unless the frozen bytes have just these headers, and in ADDRESSED one known address."""
    head = frozen.partition(b"\r\n\r\n")[0].decode("ascii", "replace")
    if not HEAD.fullmatch(head):
        raise UnsafeMessageError("the headers hold what no header may")
    fields = [field.partition(": ") for field in FOLD.sub("", head).split("\r\n")]
    if [name for name, _, _ in fields if name.lower() not in MIME] != [name for name, _ in headers]:
        raise UnsafeMessageError("the frozen message has other headers than those that were meant")
    for name, _, value in fields:
        if CONTROL.search(_words(value)):
            raise UnsafeMessageError(f"{name} hides what no header may hold")
        mailbox = MAILBOX.fullmatch(value) if name in ADDRESSED else None
        if name in ADDRESSED and (mailbox is None or (mailbox[1] or mailbox[2]) not in known):
            raise UnsafeMessageError(f"{name} has other addresses than the one that was meant")


def _words(value: str) -> str:
    """Return what a reader makes of a header's encoded words."""
    if "=?" not in value:
        return value
    return "".join(
        word if isinstance(word, str) else word.decode(charset or "ascii", "replace")
        for word, charset in decode_header(value)
    )
