"""What a build of many notes costs, held against stock Pelican's full build of the same notes, in turns.

`python -m bench.builds NOTES ROUNDS`; each note is there in two languages.
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pelicanconf
from bench import corpus

ROOT = Path(__file__).resolve().parent.parent


def cost(*command: str | Path, speed: str = "1") -> tuple[float, float]:
    """Return the seconds that a command took, by the clock and of all cores together."""
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    environ = os.environ | {"FORMS_DEVELOPMENT": "1", "SPEED": speed}
    subprocess.run([sys.executable, "-m", *command], cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - started, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def one_round(folder: Path, content: Path) -> Iterator[tuple[str, tuple[float, float]]]:
    """Give what each way of building took, once."""
    for name in ("site", "cache"):
        shutil.rmtree(folder / name, ignore_errors=True)
    common = ("pelican", content, "-o", folder / "site", "-d", "--log-handler", "plain", "--fatal", "warnings")
    ours = (*common, "-s", "pelicanconf.py", "-e", f"CACHE_PATH={json.dumps(str(folder / 'cache'))}")
    yield "stock Pelican, full build", cost(*common, "-s", "bench/stock.py")
    yield "ours without plugins.speed", cost(*ours, speed="0")
    yield "ours, full build, nothing remembered", cost(*ours)
    with (content / "news" / f"{corpus.version(0)}.cs.md").open("a") as note:
        note.write(f"- {time.time_ns()}\n")
    yield "ours, one note changed", cost(*ours)
    yield "newsroom.check", cost("newsroom.check", "--read-only", content)


def compare(notes: int, rounds: int) -> None:
    """Print the median of each way of building and its ratio to stock Pelican's full build."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        content = corpus.write(folder / "content", notes, Path(pelicanconf.PATH))
        for home in (content / "pages").glob("home.*"):  # stock Pelican has no such template
            home.write_text(home.read_text("utf-8").replace("Template: home\n", ""), "utf-8")
        taken = [dict(one_round(folder, content)) for _ in range(rounds)]
    medians = {
        way: [statistics.median(sides) for sides in zip(*(times[way] for times in taken), strict=True)]
        for way in taken[0]
    }
    stock = next(iter(medians.values()))
    print(f"\n{f'{notes} notes in two languages':<40} {'seconds':>8} {'ratio':>7} {'of all cores':>14} {'ratio':>7}")
    for way, (clock, cores) in medians.items():
        print(f"{way:<40} {clock:8.1f} {clock / stock[0]:7.3f} {cores:14.1f} {cores / stock[1]:7.3f}")


if __name__ == "__main__":
    compare(int(sys.argv[1]), int(sys.argv[2]))
