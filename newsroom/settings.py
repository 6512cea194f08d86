"""The settings of the publishing end: what publish.env says; docs/publishing.md explains each."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from newsroom import sandbox


@dataclass(frozen=True)
class Settings:
    """What a Server must know."""

    repository: Path
    root: Path
    origin: str
    branch: str
    code_pushes: bool
    share: int
    keep: int
    content: int
    limits: sandbox.Limits


def load(environ: Mapping[str, str]) -> Settings:
    """Return the settings of PUBLISH_*; the process ends with the name of one that is missing or wrong."""

    def text(name: str, default: str = "") -> str:
        if value := environ.get(f"PUBLISH_{name}") or default:
            return value
        raise SystemExit(f"PUBLISH_{name} is missing in publish.env")

    def number(name: str, default: int, least: int = 1) -> int:
        value = text(name, str(default))
        if not value.isdecimal() or int(value) < least:
            raise SystemExit(f"PUBLISH_{name} must be a whole number, at least {least}, not {value!r}")
        return int(value)

    return Settings(
        repository=Path(text("REPOSITORY")),
        root=Path(text("SITE")),
        origin=environ.get("FORMS_SITE_URL", "").rstrip("/"),
        branch=text("BRANCH", "main"),
        code_pushes=number("CODE_PUSHES", 0, least=0) > 0,
        share=number("MINIMAL_SHARE", 90, least=0),
        keep=number("KEEP", 10, least=2),
        content=number("CONTENT_MEGABYTES", 200),
        limits=sandbox.Limits(number("SECONDS", 120), number("MEMORY_MEGABYTES", 2048), number("FILE_MEGABYTES", 500)),
    )
