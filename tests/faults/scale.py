"""How much the fault suite does: a little in `make test`, much in `make torture`. SEED=… repeats the random times."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Counts, and times in seconds."""

    submissions: int  # posted while processes are killed, on each database
    kills: int
    between: float  # two kills, at most
    restarts: int  # of PostgreSQL under load
    freezes: int  # of PostgreSQL under load
    each_once: int  # submissions to two web processes and three workers
    locked: float  # how long another one holds the database
    slow: float  # how long the relay thinks about the last dot
    dead: float  # how long the relay is dead
    clients: int = 8


TORTURE = os.environ.get("TORTURE") == "1"
SCALE = (
    Scale(submissions=3000, kills=120, between=2.5, restarts=20, freezes=8, each_once=3000, locked=20, slow=30, dead=40)
    if TORTURE
    else Scale(submissions=60, kills=6, between=0.8, restarts=2, freezes=1, each_once=60, locked=1, slow=1, dead=5)
)
DATABASES = ("sqlite", "postgresql") if TORTURE else ("sqlite",)  # of tests to which it matters little
SEED = int(os.environ["SEED"])
