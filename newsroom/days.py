"""Days that a text names: whether the calendar has them, and on that day of the week."""

import re
from collections.abc import Iterator
from datetime import date

from newsroom.items import MONTH_NUMBER
from newsroom.problem import Problem
from newsroom.source import Source

DAYS = ("pondělí", "úterý", "středa", "čtvrtek", "pátek", "sobota", "neděle")
WEEKDAYS = {
    "cs": ("pondělí", "úterý", "střed[au]", "čtvrtek", "pátek", "sobot[au]", "neděl[ei]"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
DAY = re.compile(  # begins with a digit, for which many lines are searched fastest; what stands before it is seen later
    rf"(\d{{1,2}})(?:(?:\.|st|nd|rd|th)? ({'|'.join(MONTH_NUMBER)})(?:,? (\d{{4}}))?\b"
    r"|\. ?(1[0-2]|0?[1-9])\. ?(\d{4})(?![\w.]\w))"
)
PART = re.compile(r"[\w.,/–-]$")  # before what is no day, but the end of a range, a number or a version
BEFORE = {
    lang: re.compile(rf"\b(?:{'|'.join(f'({name})' for name in names)}),? (?:dne |the )?$", re.IGNORECASE)
    for lang, names in WEEKDAYS.items()
}


def problems(source: Source) -> Iterator[Problem]:
    """Warn of days that are not in the calendar, or are another day of the week than the text says."""
    for number, line in source.prose():
        for match in DAY.finditer(line):
            if PART.search(before := line[: match.start()]):
                continue
            said, year = BEFORE[source.lang].search(before), match[3] or match[5]
            day = meant(int(match[1]), int(MONTH_NUMBER[match[2]] if match[2] else match[4]), year, source)
            what = ""
            if day is None:
                what = f"den {match[0]} v kalendáři není"
            elif said and said.lastindex != day.isoweekday() and (year or source.date):
                what = f"{match[0]} není {DAYS[(said.lastindex or 1) - 1]}, je to {DAYS[day.weekday()]}"
            if what:
                yield Problem(source.path, number, what, "opravte den, nebo datum", line, severe=False)


def meant(day: int, month: int, year: str | None, source: Source) -> date | None:
    """Return the day, of the year that is nearest to the note's date if none is said; None if there is none."""
    near = source.date.date() if source.date else date(2000, 1, 1)
    years = [int(year)] if year else [near.year - 1, near.year, near.year + 1, 2000]  # which had a leap day
    found = []
    for one in years:
        try:
            found.append(date(one, month, day))
        except ValueError:
            continue
    return min(found, key=lambda other: abs(other - near), default=None)
