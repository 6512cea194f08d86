"""What a side of a comparison did, measured in turns with the others, and how it is printed."""

import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROUNDS = 4
HEAD = f"{'a second':>9} {'ratio':>6} {'p50 ms':>8} {'p99 ms':>8} {'p99/p50':>8} {'CPU ms':>7} {'ratio':>6}"


class Load(NamedTuple):
    """How many a second, milliseconds within which half of them and 99 % were done, and those of the processors."""

    rate: float
    p50: float
    p99: float
    cpu: float


def load(times: Sequence[float], seconds: float, cpu: float) -> Load:
    """Return what was done `times` long each, in so many seconds by the clock and of the processors."""
    times, count = sorted(times), len(times)
    return Load(count / seconds, times[count // 2] * 1000, times[count * 99 // 100] * 1000, cpu / count * 1000)


def repeated(work: Callable[[], object], count: int) -> Load:
    """Return what calling `work` so many times in this process is."""
    times = []
    started, before = time.perf_counter(), time.process_time()
    for _ in range(count):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return load(times, time.perf_counter() - started, time.process_time() - before)


def in_turns(sides: Mapping[str, Callable[[], Load]], rounds: int = ROUNDS) -> dict[str, Load]:
    """Return the medians of all sides, measured one after the other in each round; the first one warms up."""
    found = [{name: measure() for name, measure in sides.items()} for _ in range(rounds + 1)][1:]
    columns = {name: zip(*(one[name] for one in found), strict=True) for name in sides}
    return {name: Load(*map(statistics.median, column)) for name, column in columns.items()}


def show(title: str, sides: Mapping[str, Load]) -> None:
    """Print all sides, the first one's ratio to each: of the rate, and of what the other takes of the processors."""
    ours = next(iter(sides.values()))
    print(f"\n{title:<46} {HEAD}")
    for name, side in sides.items():
        ratios = ours.rate / side.rate, side.cpu / ours.cpu
        print(
            f"{name:<46} {side.rate:9.0f} {ratios[0]:6.2f} {side.p50:8.2f} {side.p99:8.2f} {side.p99 / side.p50:8.1f}"
            f" {side.cpu:7.2f} {ratios[1]:6.2f}",
            flush=True,
        )


def tell(words: str) -> None:
    """Say what comes next: it takes minutes."""
    print(f"… {words}", flush=True)


def cpu_seconds(process: int) -> float:
    """Return the time that all threads of a process have had of the processors, to a hundredth of a second."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(process: int) -> float:
    """Return the MiB of memory that a process holds."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def wait_until(ready: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for what must come within so many seconds."""
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)
