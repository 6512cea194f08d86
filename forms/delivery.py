"""RFC 5321: the SMTP session, its reply codes, and when to try again."""

from __future__ import annotations

import logging
import random
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol
from urllib.parse import unquote, urlsplit

from forms.database import OutboxError
from forms.outbox import Claim, Outbox

logger = logging.getLogger("forms.delivery")

GIVE_UP_SECONDS = 5 * 86400  # RFC 5321 4.5.4.1: at least four to five days
LONGEST_PAUSE = 4 * 3600
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


class RefusedError(Exception):
    """The relay refuses this message for good (5yz); its words."""


class DeferredError(Exception):
    """The relay cannot take this message now (4yz); its words."""


class SessionLostError(Exception):
    """The relay broke off in the middle of this message; whose fault it is the next one shows."""


class RelayDownError(Exception):
    """The relay takes no message at all: it cannot be reached, or lets us not in."""


class Send(Protocol):
    """Hands a message to the relay and returns its answer; raises one of the four errors above."""

    def __call__(self, sender: str, recipient: str, message: bytes) -> str: ...


class Relay:
    """One SMTP session at `url`, opened when first needed and kept for the messages that follow.

    All that one message can wait for fits into `lease` seconds: some fifteen answers (connecting, TLS, EHLO, AUTH,
    MAIL, RCPT, DATA) and the one to the last dot, for which RFC 5321 4.5.3.2.6 gives ten minutes, lest the relay has
    taken what we think it has not. A relay that drips ends no time-out: at nine tenths of the lease it is broken off.
    """

    def __init__(self, url: str, lease: float, ca_file: str = ""):
        self.ca_file = ca_file  # vouches for the relay's certificate instead of the system's, where it is given
        self.url, self.seconds, self.last_seconds = urlsplit(url), max(1.0, lease / 40), max(2.0, lease / 2)
        self.whole_seconds = lease * 0.9
        self.session: smtplib.SMTP | None = None
        self.until = 0.0  # by the monotonic clock; a session that is in use after that is broken off

    def send(self, sender: str, recipient: str, message: bytes) -> str:
        """Hand one message over and return the relay's answer to its last dot, such as `250 OK queued as 4F2`."""
        self.until = time.monotonic() + self.whole_seconds
        try:
            session = self.session or self._connect()
        except (smtplib.SMTPException, OSError, ValueError) as error:  # the last: a password that is not ASCII
            raise RelayDownError(f"{type(error).__name__}: {error}") from error
        try:
            session.sock.settimeout(self.seconds)  # type: ignore[union-attr]  # open() has connected it
            _expect(session.mail(sender))
            _expect(session.rcpt(recipient))
            session.sock.settimeout(self.last_seconds)  # type: ignore[union-attr]
            return _expect(session.data(message))
        except smtplib.SMTPDataError as error:  # what DATA itself was answered
            self.close()
            raise _verdict(error.smtp_code, error.smtp_error) from error
        except (RefusedError, DeferredError):
            self._reset()
            raise
        except SessionLostError:
            self.close()
            raise
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise SessionLostError(f"{type(error).__name__}: {error}") from error
        except ValueError as error:  # smtplib cannot put an address or a line on the wire
            self.close()
            raise RefusedError(f"{type(error).__name__}: not to be said in SMTP") from error

    def open(self) -> smtplib.SMTP:
        """Return the session, opened and logged in; raise what smtplib and ssl raise."""
        self.until = time.monotonic() + self.whole_seconds
        return self.session or self._connect()

    def _connect(self) -> smtplib.SMTP:
        host, scheme = self.url.hostname or "", self.url.scheme
        if scheme == "smtps":
            session: smtplib.SMTP = smtplib.SMTP_SSL(timeout=self.seconds, context=self._context())
        else:
            session = smtplib.SMTP(timeout=self.seconds)
        session._host = host  # type: ignore[attr-defined]  # for TLS; SMTP(host) greets before it can be broken off
        self.session = session
        threading.Thread(target=self._watch, args=(session,), daemon=True).start()
        try:
            code, words = session.connect(host, self.url.port or PORTS[scheme])
            if code != 220:
                raise smtplib.SMTPConnectError(code, words)
            if scheme == "smtp+starttls":
                session.starttls(context=self._context())
            session.ehlo_or_helo_if_needed()
            if self.url.username:
                session.login(unquote(self.url.username), unquote(self.url.password or ""))
        except BaseException:
            self.close()
            raise
        return session

    def _watch(self, session: smtplib.SMTP) -> None:
        """Break the session off when it is over `until`, and again while there is no socket, as when TLS begins."""
        while self.session is session:
            time.sleep(0.2)
            if session.sock and time.monotonic() > self.until:
                with suppress(OSError):  # not by SSLSocket's own, which would go on without TLS
                    socket.socket.shutdown(session.sock, socket.SHUT_RDWR)

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca_file or None)

    def _reset(self) -> None:
        try:
            if self.session and self.session.rset()[0] != 250:
                self.close()
        except (smtplib.SMTPException, OSError):
            self.close()

    def close(self) -> None:
        """End the session without waiting for anything."""
        if self.session:
            self.session.close()
        self.session = None

    def quit(self) -> None:
        """End the session in good order; a relay that is gone by then is no matter."""
        self.until = time.monotonic() + self.seconds
        try:
            if self.session:
                self.session.quit()
        except (smtplib.SMTPException, OSError):
            pass
        finally:
            self.close()


def _expect(answer: tuple[int, bytes]) -> str:
    """Return a 2yz answer as text; raise what any other one means."""
    code, words = answer
    if code // 100 == 2:
        return _text(code, words)
    raise _verdict(code, words)


def _verdict(code: int, words: bytes | str) -> Exception:
    if code == 421 or code // 100 not in (4, 5):  # closing, as RFC 5321 3.8 lets it at any command; or not SMTP
        return SessionLostError(_text(code, words))
    return RefusedError(_text(code, words)) if code // 100 == 5 else DeferredError(_text(code, words))


def _text(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(''.join(c if c.isprintable() else ' ' for c in text).split())}"[:500]


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
    sent = lost = 0
    while not stopped() and (claim := outbox.claim(clock(), lease_seconds)):
        try:
            reply = send(claim.sender, claim.recipient, claim.message)
        except RefusedError as error:
            outbox.mark_failed(claim, clock(), str(error))
            logger.error("%s refused for good, parked; see `outbox show %s`", claim.reference, claim.reference)
        except (DeferredError, SessionLostError) as error:
            _put_off(outbox, claim, pause(claim.attempts, retry_seconds), clock(), str(error))
            lost = lost + 1 if isinstance(error, SessionLostError) else 0
            if lost == 2:
                logger.warning("the relay broke off twice in a row")
                return sent, False
        except RelayDownError as error:  # not this message's fault: due again soon, the worker's own pause grows
            _put_off(outbox, claim, retry_seconds, clock(), str(error))
            logger.warning("the relay takes no mail now: %s", type(error.__cause__ or error).__name__)
            return sent, False
        else:
            _record_sent(outbox, claim, clock, reply)
            sent, lost = sent + 1, 0
            logger.info("%s sent, attempt %d", claim.reference, claim.attempts)
    return sent, True


def _record_sent(outbox: Outbox, claim: Claim, clock: Callable[[], float], reply: str) -> None:
    """Record a 2yz, and again while the database is busy or away: what is not recorded would be sent twice."""
    while True:
        try:
            return outbox.mark_sent(claim, clock(), reply)
        except OutboxError:
            if clock() > claim.leased_until - 10:
                raise
            time.sleep(1)


def _put_off(outbox: Outbox, claim: Claim, seconds: float, now: float, words: str) -> None:
    if now - claim.tried_since >= GIVE_UP_SECONDS:
        outbox.mark_failed(claim, now, f"given up after five days: {words}")
        logger.error("%s given up after five days, parked; see `outbox show %s`", claim.reference, claim.reference)
        return
    outbox.defer(claim, now + seconds, words)
    logger.warning("%s put off, attempt %d", claim.reference, claim.attempts)
