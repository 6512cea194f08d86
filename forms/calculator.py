"""What the calculator of extensions answers, in words and as a picture. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from forms import wording
from forms.extension import extend
from forms.forms import SiteForm
from forms.timeline import timeline


def answer(form: SiteForm, price_list: str) -> Mapping[str, Any]:
    """Return what forms/_extension.html shows of a valid form; `price_list` is where updates are ordered."""
    texts, language = form.texts, form.language
    until, ordered = form["until"].date, form["ordered"].date or form.today
    years = int(form["years"].data or 1)
    new_end, needed = extend(until, ordered, years)
    shown = {
        "new_end": wording.day(new_end, language),
        "until": wording.day(until, language),
        "needed": wording.years(needed, texts, language),
    }
    query = urlencode({"tier": "updates", "updates_until": until.isoformat()})
    return {
        "order": f"{price_list}?{query}",
        "headline": texts["extension"]["result"].format(**shown),
        "why": texts["extension"]["why"].format(**shown),
        "past": texts["extension"]["past"].format(**shown) if new_end < ordered else None,
        "picture": picture(until, ordered, years, texts, language),
    }


def picture(until: date, ordered: date, years: int, texts: Mapping[str, Any], language: str) -> Mapping[str, Any]:
    """Return what forms/_timeline.html draws: places, dates in short, and the same in words."""
    days = {"until": until, "ordered": ordered, "new_end": extend(until, ordered, years).new_end}
    days["wrong"] = extend(ordered, ordered, years).new_end
    line, words = timeline(**days), texts["pictures"]["extension"]
    said = {name: wording.day(value, language) for name, value in days.items()}
    return {
        "line": line,
        "days": {name: wording.short_day(value, language) for name, value in days.items()},
        "added": wording.years(years, texts, language),
        "alt": words["alt" if line.wrong is not None else "alt_same"].format(**said),
    }
