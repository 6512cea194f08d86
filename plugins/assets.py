"""Copies theme/static to the fingerprinted addresses that the pages name."""

import shutil
from pathlib import Path
from typing import Any

from pelican import signals


def copy_assets(pelican: Any) -> None:
    """Write every file of ASSETS under its address."""
    for name, address in pelican.settings["ASSETS"].items():
        target = Path(pelican.settings["OUTPUT_PATH"], address.lstrip("/"))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(pelican.settings["THEME"], "static", name), target)


def register() -> None:
    """Run when the pages are written."""
    signals.finalized.connect(copy_assets)
