"""`make bench`: what the forms and the build cost, as ratios against the least that would do, measured in turns.

The forms in one process and without a network: WSGI calls, so that only our own work is counted. Only ratios travel
between machines; the rates beside them tell about this one.
"""

import itertools
import logging
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from bench import builds
from forms import create_app

ROUNDS, CALLS = 9, 40
NUMBERS = itertools.count()  # makes every submission one of its own: the same text twice would be one row


def rate(work: Callable[[], object]) -> float:
    """Return how many times a second `work` is done, over one round."""
    started = time.perf_counter()
    for _ in range(CALLS):
        work()
    return CALLS / (time.perf_counter() - started)


def compare(name: str, work: Callable[[], object], least: Callable[[], object]) -> None:
    """Print the median rate of `work`, of the `least` that it is held against, and their ratio; rounds take turns."""
    rate(work), rate(least)  # warm up
    ours, bare = zip(*((rate(work), rate(least)) for _ in range(ROUNDS)), strict=True)
    mine, other = statistics.median(ours), statistics.median(bare)
    print(f"{name:<58} {mine:8.0f}/s {other:8.0f}/s {mine / other:8.2f}")


def call(app: WSGIApplication, expected: int, *arguments: Any, **options: Any) -> None:
    """Make one request and see that it is answered as expected."""
    _, status, _ = run_wsgi_app(app, EnvironBuilder(*arguments, **options).get_environ(), buffered=True)
    assert status.startswith(str(expected)), status


def durable(folder: Path) -> Callable[[], object]:
    """Return what commits one row of 2 KB so that a power cut would not lose it."""
    database = sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)
    database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE row (content BLOB)")
    return lambda: database.execute("INSERT INTO row VALUES (?)", (b"x" * 2048,))


def hello() -> Flask:
    app = Flask("hello")
    app.add_url_rule("/", view_func=lambda: "Hello")
    return app


def post(app: WSGIApplication) -> None:
    answers = {"department": "technical", "name": "Jiří Žluťoučký", "email": "jiri@example.com"}
    answers["message"] = f"Nejde nám síť, {next(NUMBERS)}.\n" + "Prosím o pomoc.\n" * 20
    call(app, 303, "/formulare/kontakt/", method="POST", data=answers, headers={"Sec-Fetch-Site": "same-origin"})


def main() -> None:
    logging.disable()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = {"FORMS_DEVELOPMENT": "1", "FORMS_RATE_LIMIT": "1000000 per second"}
        forms = create_app(settings | {"FORMS_DATABASE_URL": f"sqlite:///{folder}/outbox.sqlite3"})
        bare = hello()
        print(f"{'':<58} {'ours':>10} {'bare':>10} {'ratio':>8}")
        compare(
            "form GET : Flask's hello", lambda: call(forms, 200, "/formulare/kontakt/"), lambda: call(bare, 200, "/")
        )
        compare("accepted form POST : durable SQLite commit", lambda: post(forms), durable(folder))
        real = statistics.median(builds.cost("newsroom.build", folder / "site").clock for _ in range(3))
    print(f"{'the real site, checked before and after':<58} {real:10.1f} s")
    builds.compare(
        [int(number) for number in os.environ.get("NOTES", "100").split()], int(os.environ.get("ROUNDS", "3"))
    )


if __name__ == "__main__":
    main()
