"""Draws the releases over time: where each dot, label and month stands, for templates/_timeline.html."""

from datetime import date, timedelta
from typing import Any

from babel.dates import format_date
from pelican import signals

from plugins.filters import LOCALES

YEAR = timedelta(days=365)
LEFT, WIDTH = 5, 90  # per cent of the picture; the rest is for the labels at its ends
LABEL = 11  # per cent that a label needs on a phone
LEVELS = 3  # labels may stand above one another


def timeline(notes: list[Any], lang: str) -> dict[str, Any] | None:
    """Return dots and months of the year before the newest stable release; None where less than two came out."""
    stable = [note for note in notes if note.version and note.channel == "stable" and note.public]
    days = {note.version: note.date.date() for note in stable}
    last = max(days.values(), default=date.min)
    shown = [note for note in stable if last - days[note.version] < YEAR]
    if len(shown) < 2:
        return None
    months = list(months_of(min(days[note.version] for note in shown), last))
    start, end = months[0], months.pop()

    def place(day: date) -> float:
        share: float = (day - start) / (end - start)
        return round(LEFT + WIDTH * share, 2)

    free = [200.0] * LEVELS  # where the last label of each level stands
    dots: list[dict[str, Any]] = []
    for note in sorted(shown, key=lambda note: note.date, reverse=True):
        x = place(days[note.version])
        level = next((level for level in range(LEVELS) if free[level] - x >= LABEL), None)
        if level:  # its stem goes up on the left of a label that it would cross
            for dot in dots:
                dot["aside"] = dot["aside"] or ((dot["level"] or 0) < level and dot["x"] - x < LABEL / 3)
        if level is not None:
            free[level] = x
        dots.append({"x": x, "level": level, "aside": False, "note": note})
    ticks = [
        {"x": place(month), "middle": (place(month) + place(next_month(month))) / 2, "month": month} for month in months
    ]
    for tick in ticks:
        tick["name"] = format_date(tick["month"], "LLL", LOCALES[lang])
        tick["year"] = tick["month"].year if tick is ticks[0] or tick["month"].month == 1 else None
    return {"dots": dots, "ticks": ticks, "levels": 1 + max(dot["level"] or 0 for dot in dots)}


def next_month(day: date) -> date:
    """Return the first day of the month after."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def months_of(first: date, last: date) -> Any:
    """Give the first day of every month from that of `first` to the one after `last`."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = next_month(month)
    yield month


def add_filter(pelican: Any) -> None:
    """Offer the filter to templates."""
    pelican.settings["JINJA_FILTERS"]["timeline"] = timeline


def register() -> None:
    """Add the filter before Pelican makes its Jinja environments."""
    signals.initialized.connect(add_filter)
