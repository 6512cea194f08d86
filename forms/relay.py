"""RFC 5321: the session with the relay, and what its answers mean for a message."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
import time
from contextlib import suppress
from urllib.parse import unquote, urlsplit

PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


class RefusedError(Exception):
    """The relay refuses this message for good (5yz); its words."""


class DeferredError(Exception):
    """The relay cannot take this message now (4yz); its words."""


class SessionLostError(Exception):
    """The relay broke off in the middle of this message; whose fault it is the next one shows."""


class RelayDownError(Exception):
    """The relay takes no message at all: it cannot be reached, or lets us not in."""


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
        self.begun = False  # whether the relay has taken the sender of the message in hand
        self.until = 0.0  # by the monotonic clock; a session that is in use after that is broken off

    def send(self, sender: str, recipient: str, message: bytes) -> str:
        """Hand one message over and return the relay's answer to its last dot, such as `250 OK queued as 4F2`.

        A kept session may have ended since the message before, as some relays let it after a number of them: where it
        takes not even MAIL, a new one gets the message.
        """
        self.until = time.monotonic() + self.whole_seconds
        kept, self.begun = self.session is not None, False
        try:
            return self._hand_over(sender, recipient, message)
        except SessionLostError:
            if self.begun or not kept or time.monotonic() > self.until:
                raise
        return self._hand_over(sender, recipient, message)

    def _hand_over(self, sender: str, recipient: str, message: bytes) -> str:
        try:
            session = self.session or self._connect()
        except (smtplib.SMTPException, OSError, ValueError) as error:  # the last: a password that is not ASCII
            raise RelayDownError(f"{type(error).__name__}: {error}") from error
        try:
            session.sock.settimeout(self.seconds)  # type: ignore[union-attr]  # open() has connected it
            _expect(session.mail(sender))
            self.begun = True
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
            sock = session.sock  # once: the other thread may take it away
            if sock and time.monotonic() > self.until:
                with suppress(OSError):  # not by SSLSocket's own, which would go on without TLS
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)

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
        with suppress(smtplib.SMTPException, OSError):
            if self.session:
                self.session.quit()
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
