"""What the fault tests share: the settings of an impatient service, its relay, and what is said of the run."""

import time
from collections.abc import Callable, Iterator

import pytest

from faults.chaos import Chaos
from faults.scale import TORTURE


class Say:
    """Tells who waits how far it is, in `make torture`, and what came out, at the end of the run."""

    def __init__(self, capsys: pytest.CaptureFixture[str], record: Callable[[str, object], None]) -> None:
        self.capsys, self.record = capsys, record
        self.said_at = 0.0

    def progress(self, line: str) -> None:
        if TORTURE and time.monotonic() > self.said_at + 2:
            self.said_at = time.monotonic()
            with self.capsys.disabled():
                print(f"\r  {line} ", end="", flush=True)

    def at_the_end(self, line: str) -> None:
        self.record("said", line)


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], record_property: Callable[[str, object], None]) -> Say:
    return Say(capsys, record_property)


@pytest.fixture
def relay() -> Iterator[Chaos]:
    with Chaos() as server:
        yield server


@pytest.fixture
def environ(environ: dict[str, str], relay: Chaos) -> dict[str, str]:
    """Settings that wait for nothing long: a second for the relay's answers, two for the last, four for a lease."""
    return {
        **environ,
        "FORMS_SMTP_URL": relay.url,
        "FORMS_RATE_LIMIT": "1000000 per minute",
        "FORMS_RETRY_SECONDS": "1",
        "FORMS_LEASE_SECONDS": "4",
    }
