"""The rule by which paid updates are extended: always by whole years from the end of the last paid period."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class Extension(NamedTuple):
    """The new end of the updates, and the fewest years (1 or more) whose end is not before the day of the order."""

    new_end: date
    years_needed: int


def extend(until: date, ordered: date, years: int = 1) -> Extension:
    """Return what `years` (1 or more) ordered on the day `ordered` give to updates that are paid until `until`.

    Each year counts from the end of the one before, never from the day of the order: 29 February becomes 28 February
    with the first year and stays it. Raises ValueError past the year 9999.
    """
    needed = max(1, ordered.year - until.year)
    if _year_on(until, needed) < ordered:
        needed += 1
    return Extension(_year_on(until, years), needed)


def _year_on(until: date, years: int) -> date:
    day = 28 if (until.month, until.day) == (2, 29) else until.day
    return date(until.year + years, until.month, day)
