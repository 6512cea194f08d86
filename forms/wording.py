"""A submission in words: its answers with labels, dates and choices as a person of one language reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime

from forms.search import Found
from forms.submission import Answer

NBSP = "\N{NO-BREAK SPACE}"
PRAGUE = ZoneInfo("Europe/Prague")
LOCALES = {language: Locale(language) for language in ("cs", "en")}  # looked up once: Babel does so at every call
DATE_FIELDS = re.compile(r"date_\d|updates_until")


def day(value: date, language: str) -> str:
    """Return a date as the language writes it, such as 12. září 2017, on one line."""
    return format_date(value, "d. MMMM y" if language == "cs" else "d MMMM y", LOCALES[language]).replace(" ", NBSP)


def short_day(value: date, language: str) -> str:
    """Return a date as it fits into a picture, such as 12. 9. 2017 or 12 Sep 2017, on one line."""
    return format_date(value, "d. M. y" if language == "cs" else "d MMM y", LOCALES[language]).replace(" ", NBSP)


def moment(value: datetime, language: str) -> str:
    """Return a time in Prague as the language writes it, such as 12. září 2017, 9:05."""
    time = format_datetime(value, "H:mm" if language == "cs" else "HH:mm", PRAGUE, LOCALES[language])
    return f"{day(value.astimezone(PRAGUE).date(), language)}, {time}"


def years(number: int, texts: Mapping[str, Any], language: str) -> str:
    """Return a number of years in words, such as 2 roky."""
    category = LOCALES[language].plural_form(number)
    return str(texts["extension"]["years"][category]).format(n=number)


def said(found: Found | None, texts: Mapping[str, Any], language: str) -> str:
    """Return what is said above the results of a search; None: nothing was asked for."""
    texts = texts["search"]
    if not found:
        return str(texts["hint"])
    if not found.pages:
        return str(texts["none"])
    if not found.every or found.more:
        return str(texts["more" if found.every else "some"])
    number = len(found.pages)
    return str(texts["count"][LOCALES[language].plural_form(number)]).format(n=number)


def labelled(
    answers: Iterable[tuple[str, Answer]],
    texts: Mapping[str, Any],
    language: str,
    labels: Mapping[str, str] = MappingProxyType({}),
) -> list[tuple[str, str]]:
    """Return (label, text) for each answer, in the order of the form; `labels` go before the form's own."""
    return [
        (labels.get(name) or texts["field"][name]["label"], _text(name, value, texts, language))
        for name, value in answers
    ]


def _text(name: str, value: Answer, texts: Mapping[str, Any], language: str) -> str:
    choices = texts["field"][name].get("choices", {})
    if not isinstance(value, str):
        return ", ".join(choices[item] for item in value)
    if DATE_FIELDS.fullmatch(name):
        return day(date.fromisoformat(value), language)
    return str(choices.get(value, value))
