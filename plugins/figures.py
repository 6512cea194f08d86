"""Reads the data that marketing edits beside the pages: content/figures.toml and content/training-dates.toml."""

import tomllib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pelican import signals

from newsroom import clock


def read_data(pelican: Any) -> None:
    """Put FIGURES and the training dates that are still to come, soonest first, into the settings."""
    content = Path(pelican.settings["PATH"])
    today = clock.now().astimezone(ZoneInfo(pelican.settings["TIMEZONE"])).date()
    dates = tomllib.loads((content / "training-dates.toml").read_text("utf-8")).get("date", [])
    pelican.settings["FIGURES"] = tomllib.loads((content / "figures.toml").read_text("utf-8"))
    pelican.settings["TRAINING_DATES"] = sorted(
        (entry for entry in dates if entry["date"] > today), key=lambda entry: entry["date"]
    )


def register() -> None:
    """Run once, before anything is read."""
    signals.initialized.connect(read_data)
