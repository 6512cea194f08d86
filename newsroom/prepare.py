"""The part of a publish that runs under limits: checks and builds what was pushed and writes down what came of it.

`python -m newsroom.prepare CONTENT FOLDER [--preview NAME] [--rehearsed FINGERPRINT]`
"""

import argparse
import os
import shutil
import sys
import tempfile
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pelicanconf
from newsroom import addresses, check, clock, embargo, manifest
from newsroom.build import BuildError, build, require
from newsroom.environment import SettingsError, demand
from newsroom.problem import Problem
from newsroom.proof import moment_words
from newsroom.release import SITE, Release, Waiting
from newsroom.source import Source, read_all


def prepare(content: Path, folder: Path, preview: str = "", rehearsed: str = "") -> Release:
    """Build `content` into `folder` and return what is known of the build; raise BuildError with all that is wrong.

    `rehearsed` is the fingerprint of what waited at the last rehearsal. The same texts are not built ahead again: what
    others may have changed about them (links, titles, old paths) the checks of the content find.
    """
    demand(os.environ)
    now = clock.now()
    warned = build(folder / SITE, drafts=bool(preview), content=content, preview=preview, moment=now)
    shutil.rmtree(folder / f".{SITE}.build")
    sources = embargo.held_back(content, now)
    waiting = [source for source in sources if when(source)]
    if not preview and waiting:
        dates = sorted({source.date for source in waiting if source.date})
        rehearse(content, dates, anew=fingerprint(content, waiting) != rehearsed)
    release = Release(
        folder,
        built=now.isoformat(),
        strict=not preview and os.environ.get("FORMS_DEVELOPMENT") != "1",
        moments=[moment.isoformat() for moment in embargo.moments(content, now)],
        waiting=[Waiting(source.path, when(source), addresses.of(source)) for source in sources],
        rehearsed=fingerprint(content, waiting),
        missing=missing(read_all(content)[0]),
        warnings=lines_of(warned),
        assets=[path.relative_to(folder / SITE).as_posix() for path in (folder / SITE / "assets").rglob("*.*")],
        manifest=manifest.read(folder / SITE),
    )
    release.save()
    return release


def fingerprint(content: Path, sources: list[Source]) -> str:
    """Return what changes with any of these texts."""
    paths = [content / source.folder / f"{source.key}.{source.lang}.md" for source in sources]
    return sha256(b"".join(path.name.encode() + path.read_bytes() for path in paths)).hexdigest()


def rehearse(content: Path, dates: list[datetime], anew: bool) -> None:
    """Check the content as it will be at each date at which a text comes out, and build it anew with all that waits.

    This is done while the author is still there; what failed later would stop every publish from then on.
    """
    for moment in dates:
        require(check.problems(content, moment), f"Obsah, až nastane {moment_words(moment, clock.now())}")
    if not anew:
        return
    last = dates[-1]
    with tempfile.TemporaryDirectory() as folder:
        try:
            build(Path(folder, SITE), drafts=False, content=content, moment=last)
        except BuildError as error:
            raise BuildError(f"Až nastane {moment_words(last, clock.now())}, nepůjde to:\n{error}") from error


def when(source: Source) -> str:
    """Return the moment when a text goes out by itself, nothing for a draft."""
    draft = source.date is None or source.held_back(source.date)
    return "" if draft or source.date is None else source.date.isoformat()


def lines_of(warned: list[Problem]) -> list[str]:
    """Return what the check warns of, a line each, but for what `missing` says."""
    return [str(problem).split("\n")[0] for problem in warned if not problem.what.endswith(" překlad")]


def missing(sources: list[Source]) -> dict[str, list[str]]:
    """Return per language the files whose translation into it is missing."""
    known = {(source.folder, source.key, source.lang) for source in sources}
    return {
        lang: [source.path for source in sources if (source.folder, source.key, lang) not in known]
        for lang in pelicanconf.LANGUAGES
    }


def main() -> int:
    """Prepare a release from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("content", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--preview", default="")
    parser.add_argument("--rehearsed", default="")
    arguments = parser.parse_args()
    try:
        prepare(arguments.content, arguments.folder, arguments.preview, arguments.rehearsed)
    except (BuildError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Server nemohl zapsat sestavený web: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
