"""One build as the server keeps it: `site/`, what visitors see, and `release.json`, what is known of it."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from newsroom.manifest import Manifest

SITE, FACTS = "site", "release.json"


@dataclass(frozen=True)
class Waiting:
    """A page or note that is not out yet; `when` is empty for a draft."""

    path: str
    when: str
    address: str = ""  # where it will stand


@dataclass(frozen=True)
class Release:
    """What is known of a build. Moments are ISO 8601, as they stand in the file."""

    folder: Path
    built: str
    strict: bool  # checked, built and read again with production's settings, warnings as errors
    commit: str = ""
    author: str = ""
    subject: str = ""
    moments: list[str] = field(default_factory=list)  # when the site will change by itself
    waiting: list[Waiting] = field(default_factory=list)
    missing: dict[str, list[str]] = field(default_factory=dict)  # language -> files that have no twin in it
    rehearsed: str = ""  # what waits, as a fingerprint; a build with all of it went well
    warnings: list[str] = field(default_factory=list)  # of the check, but for missing twins
    assets: list[str] = field(default_factory=list)  # its own, not those that it keeps of others
    manifest: Manifest = field(default_factory=Manifest)

    @property
    def name(self) -> str:
        """Return what the release is called in messages and in the log."""
        return self.folder.name

    @property
    def site(self) -> Path:
        """Return the folder that the web server sends."""
        return self.folder / SITE

    def is_stale(self, now: datetime) -> bool:
        """Tell whether a moment has come since the build at which the site changes by itself."""
        return any(datetime.fromisoformat(moment) <= now for moment in self.moments)

    def save(self) -> None:
        """Write release.json."""
        facts = {name: value for name, value in asdict(self).items() if name != "folder"}
        (self.folder / FACTS).write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", "utf-8")


def load(folder: Path) -> Release:
    """Return the release that stands in `folder`."""
    facts: dict[str, Any] = json.loads((folder / FACTS).read_text("utf-8"))
    facts["waiting"] = [Waiting(**waiting) for waiting in facts["waiting"]]
    items = facts["manifest"]["items"]
    for address, ids in items.items():
        items[address] = (
            dict.fromkeys(ids, "") if isinstance(ids, list) else ids
        )  # as releases before this code have it
    facts["manifest"] = Manifest(**facts["manifest"])
    return Release(folder, **facts)
