"""What each step of an accepted POST takes: the very calls, timed from within, in this process.

By the processor's time, without the waiting for the disk, which others' work does not change much.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any
from unittest.mock import patch

from flask import Flask
from werkzeug.formparser import FormDataParser

from bench.load import tell
from bench.web import form
from forms import create_app, intake, mail, views
from forms.forms import SiteForm
from forms.outbox import Outbox

POSTS = 400
WHOLE = Flask, "wsgi_app"
STEPS: dict[str, tuple[Any, str]] = {
    "counted against the limit (Flask-Limiter)": (Flask, "preprocess_request"),
    "the body read (Werkzeug)": (FormDataParser, "parse"),
    "the form made (WTForms)": (views, "new_form"),
    "the form validated": (SiteForm, "validate"),
    "the submission made": (intake, "new_submission"),
    "its mail composed and proven": (mail, "compose"),
    "stored durably (SQLAlchemy, SQLite)": (Outbox, "add"),
}


@contextmanager
def timed(owner: Any, name: str, times: list[float]) -> Iterator[None]:
    """Note how long each call of a function takes."""
    function = getattr(owner, name)

    @wraps(function)
    def wrapper(*args: Any, **names: Any) -> Any:
        began = time.thread_time()
        try:
            return function(*args, **names)
        finally:
            times.append(time.thread_time() - began)

    with patch.object(owner, name, wrapper):
        yield


def main() -> None:
    """Print the medians, and as the rest what Flask and the answer take."""
    tell("the steps of a POST, a few seconds")
    times: dict[str, list[float]] = {name: [] for name in ("the whole", *STEPS)}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        for name, (owner, function) in {"the whole": WHOLE, **STEPS}.items():
            stack.enter_context(timed(owner, function, times[name]))
        url = f"sqlite:///{folder}/outbox.sqlite3"
        client = create_app(
            {"FORMS_DEVELOPMENT": "1", "FORMS_RATE_LIMIT": "1000000 per second", "FORMS_DATABASE_URL": url}
        ).test_client()
        headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
        for _ in range(POSTS):
            assert client.post("/formulare/kontakt/", data=form(), headers=headers).status_code == 303
    medians = {name: statistics.median(found) * 1000 for name, found in times.items()}
    whole = medians.pop("the whole")
    medians["the rest: Flask, the answer"] = whole - sum(medians.values())
    print(f"\n{'steps of an accepted POST, one at a time':<46} {'CPU ms':>9} {'share':>6}")
    for name, median in [*medians.items(), ("the whole", whole)]:
        print(f"{name:<46} {median:9.3f} {median / whole:6.0%}")


if __name__ == "__main__":
    main()
