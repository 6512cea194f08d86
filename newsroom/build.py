"""Builds the site into a new folder that takes the place of the last one when whole; a failure changes nothing."""

import argparse
import ctypes
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pelicanconf
from newsroom import check, clock, embargo
from newsroom import output as finished
from newsroom.environment import SettingsError, demand
from newsroom.problem import Problem, report, summary

ROOT = Path(__file__).resolve().parent.parent
CONTENT = ROOT / "content"
AT_FDCWD, RENAME_EXCHANGE = -100, 2  # linux/fcntl.h, linux/fs.h
UNEXPECTED = "Web se nepodařilo sestavit. Chyba nejspíš není ve vás, pošlete tohle správci"


class BuildError(Exception):
    """The site cannot be built; the text, in Czech, says what is wrong and where."""


def build(
    output: Path, drafts: bool, content: Path = CONTENT, preview: str = "", moment: datetime | None = None
) -> list[Problem]:
    """Check and build `content` and put it up at `output`; return what the check warns of.

    With drafts, what is not out yet is shown and marked. A named preview is built for its own folder, /nahled/<name>/,
    and says on every page what it is. A moment, if not now, gives the site as it will be then.
    """
    now = moment or clock.now()
    prefix = f"{pelicanconf.PREVIEWS}{preview}" if preview else ""
    found = check.problems(content, now)
    require(found, "Obsah")
    with new_build(output) as folder:
        if drafts:
            run_pelican(content, folder, "pelicanconf.py", now, SITEURL=prefix, PREVIEW=preview)
        else:
            with tempfile.TemporaryDirectory(prefix="stage-") as stage:
                run_pelican(embargo.stage(content, Path(stage), now), folder, "publishconf.py", now)
        require(finished.problems(folder, prefix=prefix), "Hotové stránky")
    return found


def require(problems: list[Problem], what: str) -> None:
    """Raise BuildError if any of the problems is a fault."""
    if faults := [problem for problem in problems if problem.severe]:
        raise BuildError(f"{report(faults)}\n\n{what}: {summary(faults)}")


def run_pelican(content: Path, folder: Path, settings: str, now: datetime, **changed: str) -> None:
    """Let Pelican, in a process of its own, write the site into `folder` as of `now`; a warning is a failure."""
    command = [sys.executable, "-m", "pelican", str(content), "-s", settings, "-o", str(folder)]
    command += ["--fatal", "warnings", "--log-handler", "plain"]  # never -q, which switches --fatal off
    command += ["--extra-settings", *(f"{name}={json.dumps(value)}" for name, value in changed.items())]
    environ = os.environ | {clock.MOVED: now.isoformat()}
    done = subprocess.run(  # noqa: S603 - our own words
        command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BuildError(f"{UNEXPECTED}:\n{(done.stderr or done.stdout).strip()}")


@contextmanager
def new_build(output: Path) -> Iterator[Path]:
    """Give an empty folder; put it in the place of `output` if all goes well, remove it if not. One at a time."""
    if output.exists() and not (output / "sitemap.xml").is_file():
        raise BuildError(f"{output} je složka, kterou nevytvořil tento program; přejmenujte ji, nebo smažte")
    output.parent.mkdir(parents=True, exist_ok=True)
    workshop = output.with_name(f".{output.name}.build")
    workshop.mkdir(exist_ok=True)
    with (workshop / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        new, old = workshop / "new", workshop / "old"
        if old.exists() and not output.exists():  # killed between the two renames
            old.rename(output)
        for left_behind in (new, old):  # by a build that was killed
            shutil.rmtree(left_behind, ignore_errors=True)
        new.mkdir()
        try:
            yield new
        except BaseException:
            shutil.rmtree(new)
            raise
        if not output.exists():
            new.rename(output)
        elif not exchanged(new, output):
            output.rename(old)
            new.rename(output)
        for replaced in (new, old):
            shutil.rmtree(replaced, ignore_errors=True)


def exchanged(one: Path, other: Path) -> bool:
    """Let two folders swap names in one step, so that no reader finds neither; False where the system cannot."""
    renameat2 = getattr(ctypes.CDLL(None), "renameat2", None)  # Linux 3.15 with glibc 2.28
    return renameat2 is not None and renameat2(AT_FDCWD, bytes(one), AT_FDCWD, bytes(other), RENAME_EXCHANGE) == 0


def main() -> int:
    """Build from the command line."""
    parser = argparse.ArgumentParser(description="Sestaví web i s koncepty, jako make serve.")
    parser.add_argument("output", nargs="?", type=Path, default=ROOT / "var" / "site")
    output = parser.parse_args().output.absolute()
    try:
        demand(os.environ | {"FORMS_DEVELOPMENT": "1"})
        build(output, drafts=True)
    except (BuildError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
