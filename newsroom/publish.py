"""`make publish`: the production build in output/, with settings, content and finished pages checked."""

import os
import sys
import time
from pathlib import Path

from newsroom import clock, embargo
from newsroom.build import CONTENT, ROOT, BuildError, build
from newsroom.environment import SettingsError, demand
from newsroom.problem import report


def publish(output: Path, content: Path = CONTENT) -> str:
    """Build what is public into `output` and return the proof sheet: what went out, what waits, what is missing."""
    begun = time.perf_counter()
    demand(os.environ)
    warned = build(output, drafts=False, content=content)
    pages = sum(1 for path in output.rglob("index.html"))
    lines = [f"Vydáno: {pages} stránek v {output} ({time.perf_counter() - begun:.1f} s)"]
    for source in embargo.held_back(content, clock.now()):
        when = "koncept" if source["Status"].lower() == "draft" else f"vyjde {source['Date']}"
        lines.append(f"Zatím ne: {source.path} ({when})")
    return "\n".join([*lines, report(warned)]).strip()


def main() -> int:
    """Publish from the command line."""
    try:
        print(publish(ROOT / "output"))
    except (BuildError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
