"""Shares work between the cores."""

import gc
import multiprocessing
import os
from collections.abc import Callable, Sequence
from math import ceil
from multiprocessing.context import ForkProcess
from typing import Any

CORES = len(os.sched_getaffinity(0))
WORTH_A_FORK = 32  # texts or pages; fewer are done before another process has begun

Work = Callable[[Sequence[Any]], None]


class WorkerError(Exception):
    """A process that had a share of the work failed."""


class Crew:
    """Processes that work beside this one, at most one for each core."""

    def __init__(self) -> None:
        self.workers: list[ForkProcess] = []

    def start(self, work: Work, items: Sequence[Any]) -> None:
        """Have `work` done on shares of the items, when those that are at work have ended."""
        self.wait()
        if CORES == 1:
            work(items)
            return
        gc.freeze()  # the collector shall not copy, by touching it, what the processes share
        fork, shares = multiprocessing.get_context("fork"), min(CORES, ceil(len(items) / WORTH_A_FORK))
        self.workers = [fork.Process(target=work, args=(items[share::shares],)) for share in range(shares)]
        for worker in self.workers:
            worker.start()

    def wait(self) -> None:
        """Return when all have ended; one that failed fails all."""
        for worker in self.workers:
            worker.join()
        if any(worker.exitcode for worker in self.workers):
            raise WorkerError("a worker failed; what it said stands above")
        self.workers = []


def on_all_cores(work: Work, items: Sequence[Any]) -> None:
    """Have `work` done on shares of the items, in a process for each core, and return when it is."""
    if len(items) < WORTH_A_FORK:
        work(items)
        return
    crew = Crew()
    crew.start(work, items)
    crew.wait()
