"""A training booking as a calendar file (RFC 5545): each suggested day a tentative all-day event with its place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from icalendar import Calendar, Event

from forms.submission import Submission


def calendar(submission: Submission, words: Mapping[str, str], domain: str) -> bytes:
    """Return the calendar of a training submission in UTF-8; `words` are event, event_text and vendor_place."""
    answers = submission.by_field
    file = Calendar()
    file.add("prodid", f"-//{domain}//ISPadmin//CS")
    file.add("version", "2.0")
    for field in ("date_1", "date_2", "date_3"):
        if field in answers:
            file.add_component(_event(submission, date.fromisoformat(str(answers[field])), field, words, domain))
    return bytes(file.to_ical())


def _event(submission: Submission, day: date, field: str, words: Mapping[str, str], domain: str) -> Any:
    values: Mapping[str, Any] = {**submission.by_field, "reference": submission.reference}
    event = Event()
    event.add("uid", f"{submission.reference}.{field}@{domain}")
    event.add("dtstamp", submission.received_at)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))  # the day after, as RFC 5545 3.6.1 counts whole days
    event.add("summary", words["event"].format(**values))
    event.add("description", words["event_text"].format(**values))
    event.add("location", values.get("venue") if values["variant"] == "operator" else words["vendor_place"])
    event.add("status", "TENTATIVE")
    event.add("transp", "TRANSPARENT")  # a suggestion does not make the technician busy
    return event
