"""Keeps back what is not out yet: drafts and notes of a later date are taken away before Pelican sees them.

Their pictures go with them, because a picture is published only with a page that shows it.
"""

import shutil
from datetime import datetime
from pathlib import Path

from newsroom.source import Source, read_all


def held_back(content: Path, now: datetime) -> list[Source]:
    """Return the pages and notes that the public must not see yet."""
    return [source for source in read_all(content)[0] if source.held_back(now)]


def stage(content: Path, folder: Path, now: datetime) -> Path:
    """Copy what is public into `folder` and return the copy."""
    hidden = {content / source.folder / f"{source.key}.{source.lang}.md" for source in held_back(content, now)}

    def ignore(directory: str, names: list[str]) -> set[str]:
        return {name for name in names if Path(directory, name) in hidden}

    return Path(shutil.copytree(content, folder / content.name, ignore=ignore))
