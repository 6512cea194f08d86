"""RFC 3464: what a delivery status notification says, and of which of our mails. Pure: bytes in, a Bounce out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes

OURS = re.compile(r"<([A-Z0-9-]{1,16})\.\d{14}@[!-;=?-~]+>", re.ASCII)  # as mail.py and notice.py make it


class NotABounceError(Exception):
    """The mail is no delivery status notification about a mail of ours; why."""


@dataclass(frozen=True)
class Bounce:
    """The mail that it is about, whether that is lost, and the words of the server that would not have it."""

    reference: str
    message_id: str
    failed: bool
    words: str


def read(notification: bytes) -> Bounce:
    """Return what a notification says; raise NotABounceError where it is something else."""
    # Among the parts are the groups of fields of the delivery status, one for each recipient, and the returned mail.
    try:
        whole, *parts = message_from_bytes(notification).walk()
    except RecursionError:
        raise NotABounceError("its parts are nested too deeply") from None
    headers = [part.get_payload(decode=True) for part in parts if part.get_content_type() == "text/rfc822-headers"]
    parts += [message_from_bytes(text) for text in headers if isinstance(text, bytes)]
    recipients = [part for part in parts if part["Action"]]
    if not recipients:
        raise NotABounceError("it has no delivery status (RFC 3464)")
    # Exchange names the mail in the notification's own headers too, should it come back without its own.
    names = [*(part["Message-ID"] for part in parts), whole["References"], whole["In-Reply-To"]]
    if not (found := OURS.search(" ".join(str(name) for name in names))):
        raise NotABounceError("it does not return a mail of ours with its Message-ID")
    failed = [part for part in recipients if str(part["Action"]).strip().lower() == "failed"]
    told = (failed or recipients)[0]
    words = _line(f"{told['Status'] or ''} {told['Diagnostic-Code'] or ''}")
    return Bounce(found[1], found[0], failed=bool(failed), words=words)


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:500]
