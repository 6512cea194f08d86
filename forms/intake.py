"""From a valid form to a stored row: makes the submission, freezes its mail, puts both into the outbox."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from forms import guard, mail
from forms.database import OutboxError, ReferenceTakenError
from forms.forms import SiteForm
from forms.outbox import Envelope, Outbox
from forms.submission import Submission, new_reference

TRIES = 5  # two in 244 million references meet once in a lifetime, five times never
logger = logging.getLogger("forms.intake")


@dataclass(frozen=True)
class Intake:
    """Takes valid forms in. `addressing` is by department, and `operator`; `texts` are the Czech ones."""

    outbox: Outbox
    addressing: Mapping[str, mail.Addressing]
    bounce_address: str
    texts: Mapping[str, Any]

    def store(self, form: SiteForm, canary: str = "") -> str:
        """Store the form's frozen mail durably and return its receipt's token; raise OutboxError where it can't be.

        With a canary's reference it is one, and goes to the operator.
        """
        for _ in range(TRIES):
            submission = new_submission(form, datetime.now(UTC).replace(microsecond=0))
            if canary:
                submission = replace(submission, reference=canary, kind="canary", department="operator")
            try:
                return self.outbox.add(self._envelope(submission, form))
            except ReferenceTakenError:
                if canary:  # a mark that came before, with another text
                    raise
                logger.info("reference %s was taken, choosing another", submission.reference)
            except mail.UnsafeMessageError as error:
                raise OutboxError(f"the mail cannot be composed: {error}") from error
        raise OutboxError("no reference was free")

    def _envelope(self, submission: Submission, form: SiteForm) -> Envelope:
        addressing = self.addressing[submission.department]
        receipt = {
            "reference": submission.reference,
            "department": form.addressee,
            "email": form["email"].data,
            "received_at": submission.received_at.isoformat(),
            "answers": submission.answers,
        }
        return Envelope(
            reference=submission.reference,
            token=secrets.token_urlsafe(24),
            digest=submission.digest,
            email=submission.email.lower(),
            receipt=json.dumps(receipt, ensure_ascii=False),
            sender=self.bounce_address,
            recipient=addressing.department,
            message=mail.compose(submission, self.texts, addressing),
            received_at=submission.received_at.timestamp(),
            kind=submission.kind,
            suspicious=bool(submission.suspicions),
        )


def new_submission(form: SiteForm, received_at: datetime) -> Submission:
    """Return a valid form as plain data."""
    answers = form.answers()
    return Submission(
        reference=new_reference(),
        kind=form.kind,
        language=form.language,
        department=form.addressee,
        name=form["name"].data,
        email=form["email"].ascii,
        answers=answers,
        received_at=received_at,
        suspicions=guard.suspicions(dict(answers), form["website"].data),
    )
