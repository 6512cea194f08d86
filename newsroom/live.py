"""The folder that visitors see and its past: releases, `current`, previews, the hold after a rollback, the log.

```
releases/000012-1a2b3c4d5e/    site/ and release.json of each release, in their order
current                      -> releases/000012-1a2b3c4d5e/site, what the web server sends
previews/<name>-<commit>/    the same for previews; nahled/<name> leads to its site/
incoming/                    builds that are not live yet
cache/                       what texts became when they were rendered, for the next build
held                         the release that a rollback returned to, until the next push
failed                       what could not be published, with its times
publish.log                  one line of JSON for each change
```

Every change that visitors see is one rename of a symbolic link, done last.
"""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pelicanconf
from newsroom import clock, release
from newsroom.failures import Failures
from newsroom.release import SITE, Release

SHOWN_PREVIEWS = pelicanconf.PREVIEWS.strip("/")
ABANDONED = 3600  # seconds after which a build that nobody took is thrown away
SHOWN = 200  # changed addresses in one line of the log


@dataclass(frozen=True)
class Live:
    """The root folder of a live site."""

    root: Path
    keep: int = 10

    @property
    def failures(self) -> Failures:
        """Return what could not be published."""
        return Failures(self.root / "failed")

    def make(self) -> None:
        """Make the folders that are not there yet."""
        for name in ("releases", "incoming", "previews", SHOWN_PREVIEWS):
            (self.root / name).mkdir(parents=True, exist_ok=True)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Let one process at a time change what visitors see; a killed one lets go by dying."""
        with (self.root / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    # -- Releases ------------------------------------------------------------------------------------------------------
    def current(self) -> Release | None:
        """Return the release that visitors see."""
        return pointed(self.root / "current")

    def releases(self) -> list[Path]:
        """Return the folders of the kept releases, oldest first."""
        return sorted((self.root / "releases").iterdir())

    def place(self, build: Release) -> Release:
        """Make a finished build the live release; the assets of those before it stay available."""
        before = self.current()
        kept = self.releases()
        number = int(kept[-1].name.split("-")[0]) + 1 if kept else 1
        self.keep_assets(build)
        folder = self.root / "releases" / f"{number:06}-{build.commit[:10]}"
        build.folder.rename(folder)
        os.sync()  # after a power cut the link must not lead to empty files
        point(self.root / "current", folder / SITE)
        self.prune(before, folder)
        return replace(build, folder=folder)

    def keep_assets(self, build: Release) -> None:
        """Link into a build the fingerprinted files of every kept release: pages in browsers and the forms ask on."""
        for other in map(release.load, self.releases()):
            for name in other.assets:
                target = build.site / name
                if other.folder != build.folder and not target.exists():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    os.link(other.site / name, target)

    def prune(self, before: Release | None, now: Path) -> None:
        """Throw away what a rollback left behind or a killed push never showed, then the oldest over `keep`."""
        past = [folder for folder in self.releases() if folder < now]
        gone = [folder for folder in past if before is None or folder > before.folder]
        kept = [folder for folder in past if folder not in gone]
        for folder in gone + kept[: max(0, len(kept) + 1 - self.keep)]:
            self.discard(folder)

    def roll_back(self) -> tuple[Release, Release] | None:
        """Return to the release before and stay there; return both, None if there is none."""
        now = self.current()
        past = [folder for folder in self.releases() if now and folder < now.folder]
        if now is None or not past:
            return None
        before = release.load(past[-1])
        self.keep_assets(before)
        (self.root / "held").write_text(before.name)
        point(self.root / "current", before.site)
        return now, before

    def is_held(self) -> bool:
        """Tell whether a rollback is to be left alone; one that was killed before it switched is not."""
        now, held = self.current(), self.root / "held"
        return now is not None and held.is_file() and held.read_text() == now.name

    def release_hold(self) -> None:
        """Let what is pushed be published again."""
        (self.root / "held").unlink(missing_ok=True)

    # -- Previews ------------------------------------------------------------------------------------------------------
    def preview(self, name: str) -> Release | None:
        """Return the preview of that name."""
        return pointed(self.root / SHOWN_PREVIEWS / name)

    def place_preview(self, name: str, build: Release) -> Release:
        """Make a finished build the preview of that name."""
        folder = self.root / "previews" / f"{name}-{build.commit[:10]}-{time.time_ns()}"
        build.folder.rename(folder)
        point(self.root / SHOWN_PREVIEWS / name, folder / SITE)
        return replace(build, folder=folder)

    def prune_previews(self, names: set[str]) -> list[str]:
        """Remove the previews of other names, and folders that no name leads to; return the names that went."""
        links = [*(self.root / SHOWN_PREVIEWS).iterdir()]
        gone = [link for link in links if link.name not in names]
        for link in gone:
            link.unlink()
        shown = {link.resolve().parent for link in links if link not in gone}
        for folder in (self.root / "previews").iterdir():
            if folder.resolve() not in shown:
                self.discard(folder)
        return sorted(link.name for link in gone if not link.name.startswith("."))

    # -- Builds --------------------------------------------------------------------------------------------------------
    @contextmanager
    def workshop(self, name: str) -> Iterator[Path]:
        """Give an empty folder to build in, gone afterwards; on the same disk, so that a build moves by a rename."""
        self.clear_incoming()
        folder = self.root / "incoming" / f".{name}-{os.getpid()}-{time.time_ns()}"
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def deposit(self, name: str, build: Release) -> Release:
        """Keep a finished build under a name until it is taken."""
        folder = self.root / "incoming" / name
        if folder.exists():
            self.discard(folder)
        build.folder.rename(folder)
        return replace(build, folder=folder)

    def deposited(self, name: str) -> Release | None:
        """Return the finished build of that name, if there is one that is still what the site should look like."""
        folder = self.root / "incoming" / name
        build = release.load(folder) if folder.is_dir() else None
        return None if build is None or build.is_stale(clock.now()) else build

    def discard(self, folder: Path) -> None:
        """Remove a folder: away from its place at once, then file by file."""
        grave = self.root / "incoming" / f".gone-{time.time_ns()}"
        folder.rename(grave)
        shutil.rmtree(grave, ignore_errors=True)

    def clear_incoming(self) -> None:
        """Throw away what killed or refused pushes left."""
        for folder in (self.root / "incoming").iterdir():
            if time.time() - folder.lstat().st_mtime > ABANDONED:
                shutil.rmtree(folder, ignore_errors=True)

    # -- The log -------------------------------------------------------------------------------------------------------
    def log(self, what: str, who: str, subject: Release, changed: list[str]) -> None:
        """Add a line: who did what and when, and which addresses changed."""
        line = {
            "when": clock.now().isoformat(timespec="seconds"),
            "what": what,
            "who": who,
            "release": subject.name,
            "commit": subject.commit,
            "author": subject.author,
            "changed": len(changed),
            "addresses": changed[:SHOWN],
        }
        with (self.root / "publish.log").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line, ensure_ascii=False) + "\n")


def pointed(link: Path) -> Release | None:
    """Return the release whose site a link leads to."""
    return release.load(link.resolve().parent) if link.is_dir() else None


def point(link: Path, folder: Path) -> None:
    """Let a link lead to another folder, in one step: a reader finds the old one or the new one."""
    new = link.with_name(f".{link.name}.new")
    new.unlink(missing_ok=True)
    new.symlink_to(os.path.relpath(folder, link.parent))
    new.replace(link)
