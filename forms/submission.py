"""What a visitor sent, as plain data, and the reference it goes by."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

# Read aloud on the telephone and copied by hand, so without look-alikes: no 0/O, 1/I/L, 2/Z, 5/S, 8/B.
ALPHABET = "34679ACDEFGHJKMNPQRTUVWXY"

Answer = str | tuple[str, ...]


@dataclass(frozen=True)
class Submission:
    """One accepted form: who wrote (`name`, `email`), to which department, and every answer as (field name, value)."""

    reference: str
    kind: str
    language: str
    department: str
    name: str
    email: str
    answers: tuple[tuple[str, Answer], ...]
    received_at: datetime
    suspicions: tuple[str, ...] = ()

    @property
    def by_field(self) -> Mapping[str, Answer]:
        """The answers by field name."""
        return dict(self.answers)

    @property
    def digest(self) -> str:
        """A hash of what was asked and answered: equal for the same text sent again, whoever sends it and when."""
        text = json.dumps([self.kind, self.language, self.answers], ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()


def new_reference() -> str:
    """Return a random reference of six unmistakable characters, such as W7KQ4R (244 million of them)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(6))
