"""What a build of many notes costs, held against stock Pelican's full build of the same notes, in turns.

`python -m bench.builds ROUNDS NOTES [NOTES]`; each note is there in two languages.
"""

import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pelicanconf
from bench import corpus, others

ROOT = Path(__file__).resolve().parent.parent


class Cost(NamedTuple):
    """Seconds by the clock and of all cores together, and the MiB of the largest process."""

    clock: float
    cores: float
    memory: float


def cost(*command: str | Path, speed: str = "1") -> Cost:
    """Return what a module of Python's took."""
    return taken([sys.executable, "-m", *command], ROOT, speed)


def taken(command: Sequence[str | Path], folder: Path, speed: str = "1") -> Cost:
    """Return what a command took that ran in a folder."""
    started = time.perf_counter()
    environ = os.environ | {"FORMS_DEVELOPMENT": "1", "SPEED": speed}
    process = subprocess.Popen(command, cwd=folder, env=environ, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return Cost(time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def one_round(folder: Path, content: Path) -> Iterator[tuple[str, Cost]]:
    """Give what each way of building took, once; into an empty folder, as a publish does, or over the last build."""

    def built(*settings: str | Path, speed: str = "1", over: bool = False) -> Cost:
        if not over:
            shutil.rmtree(folder / "site", ignore_errors=True)
        options = ("-o", folder / "site", "--log-handler", "plain", "--fatal", "warnings")
        return cost("pelican", content, *options, "-s", *settings, speed=speed)

    ours = ("pelicanconf.py", "-e", f"CACHE_PATH={json.dumps(str(folder / 'cache'))}")
    shutil.rmtree(folder / "cache", ignore_errors=True)
    yield "stock Pelican, full build", built("bench/stock.py")
    yield "ours without plugins.speed", built(*ours, speed="0")
    yield "ours, full build, nothing remembered", built(*ours)
    for way, over in (("ours, one note changed", False), ("ours, one note changed, over the last", True)):
        with (content / "news" / f"{corpus.version(0)}.cs.md").open("a") as note:
            note.write(f"- {time.time_ns()}\n")
        yield way, built(*ours, over=over)
    yield "newsroom.check", cost("newsroom.check", "--read-only", content)
    for name, command in others.INSTALLED.items():
        shutil.rmtree(folder / "site")
        yield f"{name}, full build", taken([*command(folder, content)], folder)
        shutil.rmtree(folder / name)


def measure(notes: int, rounds: int) -> dict[str, Cost]:
    """Return the median of each way of building so many notes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        content = corpus.write(folder / "content", notes, Path(pelicanconf.PATH))
        taken = [dict(one_round(folder, content)) for _ in range(rounds)]
    return {
        way: Cost(*(statistics.median(sides) for sides in zip(*(times[way] for times in taken), strict=True)))
        for way in taken[0]
    }


def compare(notes: Sequence[int], rounds: int) -> None:
    """Print what each way of building costs, its ratio to stock Pelican's full build, and how it grows."""
    found = {number: measure(number, rounds) for number in notes}
    for number, medians in found.items():
        stock = medians["stock Pelican, full build"]
        head = f"{number} notes in two languages"
        print(f"\n{head:<38} {'seconds':>8} {'ratio':>7} {'of all cores':>14} {'ratio':>7} {'MiB':>6}")
        for way, (clock, cores, memory) in medians.items():
            ratios = (clock / stock.clock, cores / stock.cores)
            print(f"{way:<38} {clock:8.1f} {ratios[0]:7.3f} {cores:14.1f} {ratios[1]:7.3f} {memory:6.0f}")
    if len(notes) > 1:
        few, many = min(notes), max(notes)
        print(f"\ngrowth from {few} to {many} notes: cost of all cores ~ notes to the power of")
        for way, before in found[few].items():
            print(f"{way:<38} {math.log(found[many][way].cores / before.cores) / math.log(many / few):8.2f}")


if __name__ == "__main__":
    compare([int(number) for number in sys.argv[2:]], int(sys.argv[1]))
