"""Keeps back what is not out yet: drafts and notes of a later date are taken away before Pelican sees them.

Their pictures go with them, because a picture is published only with a page that shows it.
"""

import shutil
import tomllib
from datetime import datetime, time, timedelta
from pathlib import Path

from newsroom.source import ZONE, Source, iso_date, read_all


def held_back(content: Path, now: datetime) -> list[Source]:
    """Return the pages and notes that the public must not see yet."""
    return [source for source in read_all(content)[0] if source.held_back(now)]


def stage(content: Path, folder: Path, now: datetime) -> Path:
    """Copy what is public into `folder` and return the copy."""
    hidden = {content / source.folder / f"{source.key}.{source.lang}.md" for source in held_back(content, now)}

    def ignore(directory: str, names: list[str]) -> set[str]:
        return {name for name in names if Path(directory, name) in hidden}

    return Path(shutil.copytree(content, folder / content.name, ignore=ignore))


def moments(content: Path, now: datetime) -> list[datetime]:
    """Return when the site will change by itself: a note comes out, a support ends, the day of a training begins."""
    trainings = tomllib.loads((content / "training-dates.toml").read_text("utf-8")).get("date", [])
    found = {datetime.combine(entry["date"], time(), ZONE) for entry in trainings}
    for source in read_all(content)[0]:
        if source.date and not source.held_back(source.date):
            found.add(source.date)
        if last_day := iso_date(source["Support_until"]):
            found.add(last_day + timedelta(days=1))
    return sorted(moment for moment in found if moment > now)
