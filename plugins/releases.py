"""What a release is: a note with a version, in the order of versions, with a channel; and which one is the newest."""

from datetime import date, datetime
from itertools import pairwise
from typing import Any

from pelican import signals

from newsroom import clock
from newsroom.notes import HEADINGS, version_order
from newsroom.source import ZONE


def describe(note: Any, now: datetime) -> None:
    """Give a note every attribute that templates ask for."""
    note.version = getattr(note, "version", None)
    note.channel = getattr(note, "channel", "stable")
    note.upcoming = note.date > now  # only development shows such a note; it comes out at its date
    note.public = note.status == "published" and not note.upcoming
    note.previous = note.next = None
    note.requires = getattr(note, "requires", None)
    until = getattr(note, "support_until", None)
    note.support_until = date.fromisoformat(until) if until else None
    note.supported = not note.support_until or note.support_until >= now.date()


def finish_releases(generator: Any) -> None:
    """Link the releases of each language by version and put NEWEST, the newest stable one, into the context."""
    news = generator.context["NEWS"]
    now = clock.now().astimezone(ZONE)
    for notes in news.values():
        for note in notes:
            describe(note, now)
    generator.context["LISTED"] = {lang: listed(news, lang) for lang in news}
    generator.context["RELEASED"], generator.context["HEADINGS"] = {}, HEADINGS
    for lang, notes in generator.context["LISTED"].items():
        ordered = sorted((note for note in notes if note.version), key=lambda note: version_order(note.version))
        generator.context["RELEASED"][lang] = [note for note in reversed(ordered) if note.public]
        for earlier, later in pairwise(ordered):
            if earlier.lang == lang:
                earlier.next = later
            if later.lang == lang:
                later.previous = earlier
    generator.context["NEWEST"] = newest([note for notes in news.values() for note in notes])


def listed(news: dict[str, list[Any]], lang: str) -> list[Any]:
    """Return all notes for readers of one language, newest first; what is not translated comes in its own language."""
    own = {note.key for note in news[lang]}
    foreign = [note for other in news if other != lang for note in news[other] if note.key not in own]
    return sorted([*news[lang], *foreign], key=lambda note: (note.date, note.key), reverse=True)


def newest(notes: list[Any]) -> dict[str, Any] | None:
    """Return version, date and addresses of the newest stable release that is out."""
    stable = [note for note in notes if note.version and note.channel == "stable" and note.public]
    if not stable:
        return None
    note = max(stable, key=lambda note: version_order(note.version))
    return {"version": note.version, "date": note.date.date(), "address": note.alternates}


def register() -> None:
    """Run after plugins.languages has parted the notes."""
    signals.article_generator_finalized.connect(finish_releases)
