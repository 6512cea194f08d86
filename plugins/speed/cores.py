"""Shares work between the cores."""

import gc
import multiprocessing
import os
from collections.abc import Callable, Sequence
from typing import Any

CORES = len(os.sched_getaffinity(0))
WORTH_A_FORK = 32  # texts or pages; fewer are done before other processes have begun


def on_all_cores(work: Callable[[Sequence[Any]], None], items: Sequence[Any]) -> None:
    """Have `work` done on shares of the items, in a process for each core; one that fails fails all."""
    if len(items) < WORTH_A_FORK or CORES == 1:
        work(items)
        return
    gc.freeze()  # the collector shall not copy, by touching it, what the processes share
    fork = multiprocessing.get_context("fork")
    workers = [fork.Process(target=work, args=(items[share::CORES],)) for share in range(CORES)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise RuntimeError("a worker failed; what it said stands above")
