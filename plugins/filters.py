"""Dates and numbers as each language writes them, by Babel: the machine's locales do not matter."""

from datetime import date, datetime
from functools import cache
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from pelican import signals

NBSP = "\N{NO-BREAK SPACE}"
LOCALES = {"cs": "cs_CZ", "en": "en_GB"}  # 12 September 2017 and 777,939


@cache
def long_date(value: date, lang: str) -> str:
    """Return `12. září 2017` or `12 September 2017`, in one piece."""
    return format_date(value, "long", locale=LOCALES[lang]).replace(" ", NBSP)


def number(value: float, lang: str) -> str:
    """Return `777 939` or `777,939`, in one piece."""
    return format_decimal(value, locale=LOCALES[lang]).replace(" ", NBSP)


def isodate(value: date) -> str:
    """Return the day for machines, as `<time datetime>` and feeds want it."""
    return (value.date() if isinstance(value, datetime) else value).isoformat()


def add_filters(pelican: Any) -> None:
    """Offer the filters to templates."""
    pelican.settings["JINJA_FILTERS"].update(date=long_date, number=number, isodate=isodate)


def register() -> None:
    """Add the filters before Pelican makes its Jinja environments."""
    signals.initialized.connect(add_filters)
