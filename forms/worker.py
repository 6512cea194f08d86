"""The delivery worker: takes turns until it is told to stop, waits while the relay is down, deletes old sent rows."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from forms.database import OutboxError, ReferenceTakenError
from forms.delivery import deliver_due
from forms.ledger import Ledger
from forms.outbox import Envelope, Outbox
from forms.relay import Relay

logger = logging.getLogger("forms.worker")

FINISH_SECONDS = 7  # for the mail in hand, as gunicorn has; systemd and containers kill after ten
CUT_OFF = "the mail in hand took too long: left to its lease, it goes again with the same Message-ID"
HOUSEKEEPING_SECONDS = 10
BEAT_SECONDS = 10  # ledger.ALIVE_SECONDS is a dozen of them
PURGE_SECONDS = 3600  # rows are kept for days: an hour more is no matter
LONGEST_PAUSE = 60  # after trouble with relay or database: within a minute both are noticed to be back


class _StopNowError(BaseException):
    """The time to finish the mail in hand is over."""


class Stop:
    """Is `asked` from SIGTERM or SIGINT on; what takes longer than FINISH_SECONDS after that is cut off."""

    def __init__(self) -> None:
        self.asked = False
        signal.signal(signal.SIGTERM, self._ask)
        signal.signal(signal.SIGINT, self._ask)
        signal.signal(signal.SIGALRM, self._cut_off)

    def _ask(self, *_: Any) -> None:
        if not self.asked:
            signal.alarm(FINISH_SECONDS)
        self.asked = True

    def _cut_off(self, *_: Any) -> None:
        raise _StopNowError

    def sleep(self, seconds: float) -> None:
        """Sleep, but no longer than until the stop."""
        end = time.monotonic() + seconds
        while not self.asked and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 0.2))


@dataclass
class Worker:
    """Delivers what `outbox` holds through `relay`, and keeps its `ledger`; times in seconds."""

    outbox: Outbox
    ledger: Ledger
    relay: Callable[[], Relay]
    poll: float
    retry: float
    lease: float
    retention: float
    compose_alarm: Callable[[list[Any], float], Envelope]
    house_due: float = field(default=0.0, init=False)  # by the monotonic clock, which nobody sets back
    purge_due: float = field(default=0.0, init=False)
    stuck_at: float = field(default=math.inf, init=False)  # one mail, or one pause, takes no longer than until then
    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}", init=False)

    def turn(self, stop: Stop) -> tuple[int, bool]:
        """Send what is due through one session; return how many were sent and whether the relay was there for all."""
        relay, sent = self.relay(), 0
        try:
            while True:
                self._keep_house_when_due()
                more, up = deliver_due(
                    self.outbox, relay.send, self.retry, self.lease, stopped=lambda: self._stopped(stop)
                )
                sent += more
                if stop.asked or not up or not self._house_is_due():
                    break
        except BaseException:
            relay.close()
            raise
        relay.quit()
        return sent, up

    def once(self, stop: Stop) -> bool:
        """Take one turn and keep house; return whether the relay was there, or raise OutboxError."""
        self.ledger.beat(self.name, time.time())
        try:
            _, up = self.turn(stop)
        except _StopNowError:
            logger.warning(CUT_OFF)
            return False
        self._keep_house()
        return up

    def run(self, stop: Stop) -> None:
        """Take turns until the stop."""
        pause, ended = 0.0, threading.Event()
        heart = threading.Thread(target=self._beat_until, args=(ended,), daemon=True)
        heart.start()
        try:
            while not stop.asked:
                pause = self._pause_after_turn(stop, pause)
                stop.sleep(max(self.poll, pause))
            ended.set()
            heart.join()
            with contextlib.suppress(OutboxError):
                self.ledger.leave(self.name)  # nobody need wait to see that it is gone
        except _StopNowError:
            logger.warning(CUT_OFF)

    def alarm(self) -> None:
        """Tell the operator of what was parked; of what is parked in the same hour afterwards, in the next."""
        now = time.time()
        with contextlib.suppress(ReferenceTakenError):
            self.ledger.announce(lambda parked: self.compose_alarm(parked, now), now)

    def purge(self) -> None:
        """Delete rows that were sent longer ago than they are kept, once an hour; of many a portion at each call."""
        if time.monotonic() < self.purge_due:
            return
        if count := self.outbox.purge(time.time() - self.retention):
            logger.info("%d sent rows deleted", count)
        else:
            self.purge_due = time.monotonic() + PURGE_SECONDS

    def _beat_until(self, ended: threading.Event) -> None:
        """Note every BEAT_SECONDS that we are alive, also while the relay chews on a mail, unless we are stuck."""
        while True:
            if time.monotonic() < self.stuck_at:
                with contextlib.suppress(OutboxError):
                    self.ledger.beat(self.name, time.time())
            if ended.wait(BEAT_SECONDS):
                return

    def _stopped(self, stop: Stop) -> bool:
        """Between two mails: whether to end, or to keep house first."""
        self.stuck_at = time.monotonic() + self.lease + max(self.poll, LONGEST_PAUSE)
        return stop.asked or self._house_is_due()

    def _house_is_due(self) -> bool:
        return time.monotonic() >= self.house_due

    def _keep_house_when_due(self) -> None:
        if self._house_is_due():
            try:
                self._keep_house()
            finally:  # from its end on: were it to take longer than that, no mail would ever go out
                self.house_due = time.monotonic() + HOUSEKEEPING_SECONDS

    def _keep_house(self) -> None:
        self.alarm()
        self.purge()

    def _pause_after_turn(self, stop: Stop, pause: float) -> float:
        """Take a turn; return how long to wait because of trouble, twice as long each time, or 0."""
        try:
            sent, up = self.turn(stop)
        except OutboxError as error:
            logger.error("the database does not answer: %s", error)
            sent, up = 0, False
        return 0.0 if up or sent else min(LONGEST_PAUSE, max(pause * 2, self.poll))
