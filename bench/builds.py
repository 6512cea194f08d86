"""What a build of many notes costs, held against stock Pelican's full build of the same notes, in turns.

`python -m bench.builds NOTES ROUNDS`; each note is there in two languages.
"""

import json
import os
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


def seconds(*command: str | Path, speed: str = "1") -> float:
    started = time.perf_counter()
    environ = os.environ | {"FORMS_DEVELOPMENT": "1", "SPEED": speed}
    subprocess.run([sys.executable, "-m", *command], cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def one_round(folder: Path, content: Path) -> Iterator[tuple[str, float]]:
    """Give what each way of building took, once."""
    for name in ("site", "cache"):
        shutil.rmtree(folder / name, ignore_errors=True)
    common = ("pelican", content, "-o", folder / "site", "-d", "--log-handler", "plain", "--fatal", "warnings")
    ours = (*common, "-s", "pelicanconf.py", "-e", f"CACHE_PATH={json.dumps(str(folder / 'cache'))}")
    yield "stock Pelican, full build", seconds(*common, "-s", "bench/stock.py")
    yield "ours without plugins.speed", seconds(*ours, speed="0")
    yield "ours, full build, nothing remembered", seconds(*ours)
    with (content / "news" / f"{corpus.version(0)}.cs.md").open("a") as note:
        note.write(f"\n{time.time()}\n")
    yield "ours, one note changed", seconds(*ours)
    yield "newsroom.check", seconds("newsroom.check", content)


def compare(notes: int, rounds: int) -> None:
    """Print the median of each way of building and its ratio to stock Pelican's full build."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        content = corpus.write(folder / "content", notes, Path(pelicanconf.PATH))
        for home in (content / "pages").glob("home.*"):  # stock Pelican has no such template
            home.write_text(home.read_text("utf-8").replace("Template: home\n", ""), "utf-8")
        taken = [dict(one_round(folder, content)) for _ in range(rounds)]
    stock = statistics.median(next(iter(times.values())) for times in taken)
    print(f"\n{f'{notes} notes in two languages':<58} {'seconds':>10} {'ratio':>8}")
    for way in taken[0]:
        median = statistics.median(times[way] for times in taken)
        print(f"{way:<58} {median:10.1f} {median / stock:8.3f}")


if __name__ == "__main__":
    compare(int(sys.argv[1]), int(sys.argv[2]))
