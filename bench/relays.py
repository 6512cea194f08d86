"""Relays to deliver to: a Postfix of our own, where there is one, and a sink that takes everything."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from bench.load import wait_until
from serving import free_port

# A queue, a port and a log of its own; what it takes it throws away. Nothing of the machine's own Postfix is touched.
MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
local_recipient_maps =
alias_maps =
mynetworks = 127.0.0.0/8
default_transport = discard
smtpd_client_connection_rate_limit = 0
"""
MASTER = """
{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
discard unix - - n - - discard
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


def has_postfix() -> bool:
    """Tell whether a Postfix of our own can be run: it wants to be started by root."""
    return os.geteuid() == 0 and shutil.which("postfix") is not None and shutil.which("smtp-source") is not None


@contextmanager
def postfix() -> Iterator[int]:
    """Run a Postfix and give its port."""
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        for part in ("config", "queue", "data"):
            (folder / part).mkdir()
        shutil.chown(folder / "data", "postfix")
        (folder / "config/main.cf").write_text(MAIN.format(folder=folder))
        (folder / "config/master.cf").write_text(MASTER.format(port=port))
        command = ["postfix", "-c", str(folder / "config")]
        subprocess.run([*command, "start"], check=True, capture_output=True)
        try:
            wait_until(lambda: listens(port))
            yield port
        finally:
            subprocess.run([*command, "stop"], check=True, capture_output=True)


@contextmanager
def sink() -> Iterator[int]:
    """Run a sink in a process of its own and give its port."""
    port = free_port()
    with subprocess.Popen([sys.executable, "-m", "bench.relays", str(port)]) as process:
        try:
            wait_until(lambda: listens(port))
            yield port
        finally:
            process.terminate()


def listens(port: int) -> bool:
    with suppress(OSError):
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    return False


def talk(stream: BinaryIO) -> None:
    """Take one client's mails."""

    def say(line: bytes) -> None:
        stream.write(line + b"\r\n")
        stream.flush()

    say(b"220 sink")
    for line in stream:
        if line[:4].upper() == b"QUIT":
            return say(b"221 bye")
        if line[:4].upper() == b"DATA":
            say(b"354 go on")
            while stream.readline() != b".\r\n":
                pass
        say(b"250 OK queued")
    return None


if __name__ == "__main__":
    server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    while True:
        connection, _ = server.accept()
        with connection, connection.makefile("rwb") as stream, suppress(OSError):
            talk(cast(BinaryIO, stream))
