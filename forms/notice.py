"""What the operator is told by mail: the digest and the alarm. References only, nobody's data; no clock."""

from __future__ import annotations

import re
import secrets
import textwrap
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from forms import mail, mime, wording
from forms.outbox import Envelope

WORDS: Mapping[str, Any] = tomllib.loads(Path(__file__).with_name("notice.toml").read_text("utf-8"))
LISTED = 200  # references in one list; a flood is told by its number
ADDRESS = re.compile(r"[^\s<>()\[\]:;,\"]+@[^\s<>()\[\]:;,\"]+")  # the relay's words may name a visitor's


@dataclass(frozen=True)
class Operator:
    """Writes to the operator: From `site`, To `address`, with bounces to `bounces`."""

    site: str
    address: str
    bounces: str

    def digest(
        self, day: date, received: Sequence[Any], waiting: Sequence[Any], parked: Sequence[Any], now: float
    ) -> Envelope:
        """Return the digest of a day: its rows, and those that wait or are parked now. A day has one reference."""
        words, shown = WORDS["digest"], wording.day(day, "cs").replace(wording.NBSP, " ")
        lists = {
            "received": received,
            "suspicious": [row for row in received if row.suspicious],
            "waiting": waiting,
            "parked": parked,
        }
        counts = {name: len(rows) for name, rows in lists.items()}
        paragraphs = [f"{words[name].format(count=len(rows))}\n{_references(rows)}" for name, rows in lists.items()]
        text = "\n\n".join([words["opening"].format(day=shown), *map(str.strip, paragraphs), words["closing"].strip()])
        return self._envelope("digest", f"D-{day:%Y%m%d}", words["subject"].format(day=shown, **counts), text, now)

    def alarm(self, parked: Sequence[Any], now: float) -> Envelope:
        """Return the alarm about rows that were parked. An hour has one reference, so that a flood makes one mail."""
        words = WORDS["alarm"]
        lines = [f"{row.reference}: {ADDRESS.sub('…', row.reply)[:300]}" for row in parked[:LISTED]]
        if len(parked) > LISTED:
            lines.append(WORDS["more"].format(count=len(parked) - LISTED))
        text = "\n\n".join([words["opening"], "\n".join(map(_folded, lines)), words["closing"].strip()])
        hour = datetime.fromtimestamp(now, UTC)
        return self._envelope("alarm", f"A-{hour:%Y%m%d%H}", words["subject"].format(count=len(parked)), text, now)

    def _envelope(self, kind: str, reference: str, subject: str, text: str, now: float) -> Envelope:
        written_at = datetime.fromtimestamp(now, UTC)
        headers = [
            ("From", self.site),
            ("To", self.address),
            ("Subject", mail.encoded(subject)),
            ("Date", format_datetime(written_at)),
            ("Message-ID", mail.message_id(reference, written_at, self.site)),
            ("Auto-Submitted", "auto-generated"),  # RFC 3834: no out-of-office comes back
            ("X-Webform", WORDS[kind]["slug"]),
            ("X-Webform-Reference", reference),
        ]
        return Envelope(
            reference=reference,
            token=secrets.token_urlsafe(24),
            digest=secrets.token_hex(32),  # no text is the same as another: the reference alone says what is double
            email=self.address.lower(),
            receipt="",
            sender=self.bounces,
            recipient=self.address,
            message=mail.freeze(headers, mime.text(text)),
            received_at=now,
            kind=kind,
        )


def _references(rows: Iterable[Any]) -> str:
    references = [row.reference for row in rows]
    if len(references) > LISTED:
        references[LISTED:] = [WORDS["more"].format(count=len(references) - LISTED)]
    return _folded(" ".join(references))


def _folded(line: str) -> str:
    return textwrap.fill(line, 78, break_long_words=False, break_on_hyphens=False)
