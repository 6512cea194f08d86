"""Refuses pictures and files from outside content/: `{static}../../secret` would copy whatever the build can read."""

from pathlib import Path
from typing import Any

from pelican import signals


class OutsideError(ValueError):
    """A text links to a file that does not lie in content/."""


def confine(generator: Any) -> None:
    """Raise OutsideError for the first file that lies elsewhere, symbolic links followed."""
    content = Path(generator.path).resolve()
    for static in generator.staticfiles:
        if not Path(static.source_path).resolve().is_relative_to(content):
            raise OutsideError(f"soubor {static.relative_source_path} neleží v content/")


def register() -> None:
    """Run when all linked files are known and none is copied yet."""
    signals.static_generator_finalized.connect(confine)
