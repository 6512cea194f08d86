"""What becomes of each due message: sent, put off and for how long, or parked; RFC 5321 says when to give up."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import Protocol

from forms.database import OutboxError
from forms.outbox import Claim, Outbox, Record
from forms.relay import DeferredError, RefusedError, RelayDownError, SessionLostError

logger = logging.getLogger("forms.delivery")

GIVE_UP_SECONDS = 5 * 86400  # RFC 5321 4.5.4.1: at least four to five days
LONGEST_PAUSE = 4 * 3600


class Send(Protocol):
    """Hands a message to the relay and returns its answer; raises one of the four errors of relay.py."""

    def __call__(self, sender: str, recipient: str, message: bytes) -> str: ...


def pause(attempts: int, first: float) -> float:
    """Return the seconds to wait after so many failed attempts: doubling, up to 4 hours, give or take 20 %."""
    longest: float = min(first * 2 ** min(attempts - 1, 20), LONGEST_PAUSE)
    return longest * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, keeps no secret


def deliver_due(
    outbox: Outbox,
    send: Send,
    retry_seconds: float,
    lease_seconds: float,
    clock: Callable[[], float] = time.time,
    stopped: Callable[[], bool] = lambda: False,
) -> tuple[int, bool]:
    """Send every due message, one at a time; return how many were sent and whether the relay was there for all.

    A refused or deferred message, or one that makes the relay break off, does not hold up the others. When no session
    can be had, or two are lost in a row, the call ends and the rest stay due: a dead relay is not asked for each.
    """
    sent, lost, up = 0, 0, True

    def settle(claim: Claim, record: Record) -> Claim | None:
        """Write down what became of a message and take the next one, again while the database is busy or away.

        One commit for both. What is sent and not recorded would be sent twice.
        """
        while True:
            try:
                if up and not stopped():
                    return outbox.claim(clock(), lease_seconds, record)
                outbox.record(record)
                return None
            except OutboxError:
                if clock() > claim.leased_until - 10:
                    raise
                time.sleep(1)

    claim = None if stopped() else outbox.claim(clock(), lease_seconds)
    while claim:
        try:
            reply = send(claim.sender, claim.recipient, claim.message)
        except RefusedError as error:
            record = claim.failed(clock(), str(error))
            logger.error("%s refused for good, parked; see `outbox show %s`", claim.reference, claim.reference)
        except (DeferredError, SessionLostError) as error:
            record = _put_off(claim, pause(claim.attempts, retry_seconds), clock(), str(error))
            lost = lost + 1 if isinstance(error, SessionLostError) else 0
            if lost == 2:
                logger.warning("the relay broke off twice in a row")
                up = False
        except RelayDownError as error:  # not this message's fault: due again soon, the worker's own pause grows
            record = _put_off(claim, retry_seconds, clock(), str(error))
            logger.warning("the relay takes no mail now: %s", type(error.__cause__ or error).__name__)
            up = False
        else:
            record = claim.sent(clock(), reply)
            sent, lost = sent + 1, 0
            logger.info("%s sent, attempt %d", claim.reference, claim.attempts)
        claim = settle(claim, record)
    return sent, up and not lost  # the count of lost ones ends here, so the caller waits


def _put_off(claim: Claim, seconds: float, now: float, words: str) -> Record:
    if now - claim.tried_since >= GIVE_UP_SECONDS:
        logger.error("%s given up after five days, parked; see `outbox show %s`", claim.reference, claim.reference)
        return claim.failed(now, f"given up after five days: {words}")
    logger.warning("%s put off, attempt %d", claim.reference, claim.attempts)
    return claim.deferred(now + seconds, words)
