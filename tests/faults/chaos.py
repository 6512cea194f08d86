"""An SMTP server that misbehaves as it is told, at any stage, and remembers all that it got."""

import contextlib
import socket
import socketserver
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain, repeat

# A trouble is "" for none, a whole reply instead of the usual one, or one of these; and `SLOW 2.5`, `MORE bytes`.
DROP, HANG, DRIP = "DROP", "HANG", "DRIP"


@dataclass
class Session:
    """One connection; `mails` are those whose last dot came, `answered` how many of them were told 250."""

    opened: float
    mails: list[bytes] = field(default_factory=list)
    answered: int = 0
    quit: bool = False


class _BrokenOffError(Exception):
    pass


class Chaos(socketserver.ThreadingTCPServer):
    """Listens at `port` from the beginning to `stop()`. `trouble` is asked at each stage, with who sends (MAIL FROM).

    Stages: greeting, EHLO, STARTTLS, MAIL, RCPT, DATA, body (a part of it has come), dot.
    """

    allow_reuse_address = daemon_threads = True
    request_queue_size = 100

    def __init__(self, port: int = 0, extensions: tuple[str, ...] = ()) -> None:
        super().__init__(("127.0.0.1", port), _Conversation)
        self.trouble: Callable[[str, str], str] = lambda stage, sender: ""
        self.extensions = extensions
        self.sessions: list[Session] = []
        self.drips = 0  # that nobody listened to any more
        self.stopped = threading.Event()
        self.url = f"smtp://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def mails(self) -> list[bytes]:
        """Every mail whose last dot came, whatever was answered to it, session by session."""
        return [mail for session in self.sessions for mail in session.mails]

    def stop(self) -> None:
        """Listen no more and break off what hangs."""
        self.stopped.set()
        self.shutdown()
        self.server_close()

    def __enter__(self) -> "Chaos":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def handle_error(self, request: object, client_address: object) -> None:
        """Let pytest see what went wrong in a thread, but for clients that are gone."""
        raise


class _Conversation(socketserver.StreamRequestHandler):
    server: Chaos
    sender = ""

    def handle(self) -> None:
        self.session = Session(time.monotonic())
        self.server.sessions.append(self.session)
        with contextlib.suppress(_BrokenOffError, OSError):
            self._say("greeting", "220 chaos")
            while line := self.rfile.readline():
                self._obey(line.decode("utf-8", "replace").strip())

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()

    def _obey(self, line: str) -> None:
        verb, _, rest = line.partition(" ")
        match verb.upper():
            case "EHLO":
                names = ("chaos", *self.server.extensions)
                last = len(names) - 1
                self._say("EHLO", "\r\n".join(f"250{' ' if i == last else '-'}{name}" for i, name in enumerate(names)))
            case "MAIL":
                self.sender = rest.removeprefix("FROM:").partition(">")[0].lstrip("<")
                self._say("MAIL", "250 OK")
            case "DATA":
                if self._say("DATA", "354 go on").startswith("354"):
                    self._take()
            case "QUIT":
                self.session.quit = True
                self._say("QUIT", "221 bye")
                raise _BrokenOffError
            case other:
                self._say(other, "220 go on" if other == "STARTTLS" else "250 OK")

    def _take(self) -> None:
        lines = [self.rfile.readline()]
        self._say("body", "")
        while lines[-1] not in (b".\r\n", b""):
            lines.append(self.rfile.readline())
        if not lines.pop():
            raise _BrokenOffError
        self.session.mails.append(b"".join(line.removeprefix(b".") for line in lines))
        self.session.answered += self._say("dot", "250 taken").startswith("250")

    def _say(self, stage: str, usual: str) -> str:
        """Answer as usual or with the trouble of this stage; return what was said."""
        trouble = self.server.trouble(stage, self.sender)
        if trouble == DROP:
            # With what was not read this resets the connection instead of ending it in good order.
            self.connection.shutdown(socket.SHUT_RDWR)
            raise _BrokenOffError
        if trouble == HANG:
            self.server.stopped.wait()
            raise _BrokenOffError
        if trouble == DRIP:
            self._drip()
        if trouble.startswith("SLOW"):
            self.server.stopped.wait(float(trouble.split()[1]))
            trouble = ""
        if answer := trouble or usual:
            self.wfile.write(answer.encode() + b"\r\n")
        return answer

    def _drip(self) -> None:
        """Say one byte after the other of an answer without end, until nobody listens."""
        try:
            for byte in chain(b"250-", repeat(ord("x"))):
                self.connection.sendall(bytes([byte]))
                if self.server.stopped.wait(0.1):
                    raise _BrokenOffError
        except OSError:
            self.server.drips += 1
            raise
