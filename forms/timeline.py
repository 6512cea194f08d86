"""Where the dates of an extension stand on a time line, for theme/templates/forms/_timeline.html."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

FIRST, LAST = 62, 338  # of 400 units; a label centred on either date still fits
LABEL = 92  # units that two labels need between their middles
NUMBER = 40  # units of a year's number, on the right of its 1 January
TICKS = 6  # so many years at most are written below the line


class Timeline(NamedTuple):
    """Places in units: the four dates, and (year, its 1 January, whether it is written) within the line.

    `wrong` is the end as it would be if the day of the order counted; None where it would be the same.
    `crowded` says that the labels of a pair need two heights.
    """

    until: float
    ordered: float
    new_end: float
    wrong: float | None
    years: list[tuple[int, float, bool]]
    crowded: bool


def timeline(until: date, ordered: date, new_end: date, wrong: date) -> Timeline:
    """Return where each date stands when the earliest is at FIRST and the latest at LAST."""
    first, last = min(until, ordered), max(new_end, wrong)

    def place(day: date) -> float:
        return round(FIRST + (LAST - FIRST) * ((day - first) / (last - first)), 1)

    every = 1 + (last.year - first.year) // TICKS
    stems = [place(ordered), place(wrong)]  # they go down from the line
    years = [
        (year, x, year % every == 0 and not any(-4 < stem - x < NUMBER for stem in stems))
        for year, x in ((year, place(date(year, 1, 1))) for year in range(first.year + 1, last.year + 1))
    ]
    return Timeline(
        until=place(until),
        ordered=place(ordered),
        new_end=place(new_end),
        wrong=place(wrong) if wrong != new_end else None,
        years=years,
        crowded=place(new_end) - place(until) < LABEL,
    )
