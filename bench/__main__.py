"""`make bench`: what the forms and the build cost, as ratios against the least that would do, measured in turns.

Only ratios travel between machines; the rates beside them tell about this one. On a busy machine look at the ratios of
the processors' time.
"""

import os
import statistics
import tempfile
from pathlib import Path

import postgres
from bench import builds, growth, mail, steps, web
from bench.load import tell


def forms() -> None:
    """Measure the forms, on both databases."""
    web.shown()
    steps.main()
    with tempfile.TemporaryDirectory() as name:
        urls = [f"sqlite:///{name}/{use}.sqlite3" for use in ("ours", "bare", "together")]
        web.accepted("SQLite", *urls[:2])
        mail.emptying()
        mail.together("SQLite", urls[2])
    on_postgresql()
    growth.main()


def on_postgresql() -> None:
    """Measure what depends on the database on a PostgreSQL of our own."""
    try:
        postgres.programs()
    except AssertionError as error:
        print(f"\n{error}: nothing is measured on it.")
        return
    server = postgres.Postgres()
    try:
        urls = [server.url(server.database()) for _ in range(3)]
        web.accepted("PostgreSQL", *urls[:2])
        mail.together("PostgreSQL", urls[2])
    finally:
        server.remove()


def site() -> None:
    """Measure the build."""
    tell("the build")
    with tempfile.TemporaryDirectory() as name:
        real = statistics.median(builds.cost("newsroom.build", Path(name, "site")).clock for _ in range(3))
    print(f"\n{'the real site, checked before and after':<58} {real:10.1f} s")
    notes = [int(number) for number in os.environ.get("NOTES", "100").split()]
    builds.compare(notes, int(os.environ.get("ROUNDS", "3")))


if __name__ == "__main__":
    forms()
    site()
