"""`make serve`: pages, forms and caught mails at one address, alive while they are edited.

This process owns the listening socket and the mail catcher. The build, the web process and the delivery worker are its
children and come and go; where a change breaks one of them, a line says why and what ran before stays up.
"""

import argparse
import asyncio
import errno
import os
import re
import signal
import socket
import sys
import time
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from email.message import EmailMessage
from io import TextIOWrapper
from pathlib import Path
from typing import cast

from aiosmtpd.smtp import SMTP
from watchfiles import awatch

from dev.catcher import Catcher

ROOT = Path(__file__).parent.parent
BUILD, WEB, WORKER = "build", "web", "worker"
CONCERNS = {  # what has to be done anew when a file in there changes
    "content": {BUILD},
    "plugins": {BUILD},
    "newsroom": {BUILD, WEB},
    "theme": {BUILD, WEB},
    "pelicanconf.py": {BUILD, WEB, WORKER},
    "forms": {BUILD, WEB, WORKER},
    "dev": {WEB},
}
LAST_PORT = 65535
STOP_SECONDS = 10  # the worker finishes the mail in hand for up to 8 s
PLACE = re.compile(rf'File "({re.escape(str(ROOT))}/.+)", line (\d+)')
BANNER = """
  Web a formuláře    {0}/
  Zachycené e-maily  {0}/_mail/
  Konec              Ctrl-C
"""


class BrokenError(Exception):
    """A child could not do its work; the text says why."""


def say(text: str) -> None:
    print(text, flush=True)


def reason(output: str) -> str:
    """Return what a child said; of a traceback only the place in our own code and the error."""
    if "Traceback (most recent call last)" not in output and "SyntaxError" not in output:
        return output.strip()
    ours = [(path, line) for path, line in PLACE.findall(output) if "/.venv/" not in path]
    where = "".join(f"{Path(path).relative_to(ROOT)}:{line}: " for path, line in ours[-1:])
    return where + output.strip().splitlines()[-1]


async def lines(process: Process) -> AsyncIterator[str]:
    async for line in cast(asyncio.StreamReader, process.stdout):
        yield line.decode("utf-8", "replace")


class Server:
    """The address, the mail catcher and the children that are running now."""

    def __init__(self, listener: socket.socket, var: Path) -> None:
        self.listener, self.var = listener, var
        self.address = "http://{}:{}".format(*listener.getsockname())
        self.environ = os.environ | {
            "FORMS_DEVELOPMENT": "1",
            "FORMS_SITE_URL": self.address,
            "FORMS_DATABASE_URL": f"sqlite:///{var / 'outbox.sqlite3'}",
            "FORMS_SEARCH_INDEX": str(var / "site" / "search.sqlite3"),
        }
        self.running: dict[str, Process] = {}
        self.followers: dict[str, asyncio.Task[None]] = {}
        self.renewing = asyncio.Lock()
        self.announced = False

    async def run(self) -> None:
        """Serve until cancelled, then leave no process behind."""
        try:
            await self.catch_mails()
            say("Sestavuji web a spouštím formuláře …")
            folders = [ROOT / name for name in CONCERNS if (ROOT / name).is_dir()]
            # The watchers come first: what is saved during the first build is built after it.
            await asyncio.gather(
                self.watch(*folders), self.watch(ROOT, recursive=False), self.renew({WEB, WORKER, BUILD})
            )
        finally:
            await asyncio.gather(*(self.stop(name) for name in list(self.running)))

    async def watch(self, *paths: Path, recursive: bool = True) -> None:
        async for changes in awatch(*paths, recursive=recursive):
            names = {Path(path).relative_to(ROOT).parts[0] for _, path in changes}
            if concerned := set().union(*(CONCERNS.get(name, set()) for name in names)):
                await self.renew(concerned)

    async def catch_mails(self) -> None:
        (self.var / "mail").mkdir(parents=True, exist_ok=True)
        catcher = Catcher(self.var / "mail", self.caught)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(catcher, enable_SMTPUTF8=True), "127.0.0.1", 0)
        self.environ["FORMS_SMTP_URL"] = "smtp://{}:{}".format(*server.sockets[0].getsockname())

    def caught(self, name: str, message: EmailMessage) -> None:
        say(f"E-mail: {message['Subject']} → {message['To']}  {self.address}/_mail/{name}/")

    async def renew(self, concerned: set[str]) -> None:
        """Do anew what is concerned, then reload the browsers; what breaks is said, and what was there before stays."""
        work = {WEB: self.start_web, WORKER: self.start_worker, BUILD: self.build}
        async with self.renewing:
            concerned = concerned | {name for name in work if not self.stands(name)}
            for name in [name for name in work if name in concerned]:
                try:
                    await work[name]()
                except BrokenError as error:
                    gap = "\n" if "\n" in str(error) else " "
                    kept = ", zůstává poslední dobrá podoba" if self.stands(name) else ""
                    say(f"Nepovedlo se{kept}. Opravte a uložte:{gap}{error}")
                    break
            else:
                (self.var / "changed").touch()
            if self.stands(WEB) and not self.announced:
                say(BANNER.format(self.address))
                self.announced = True

    def stands(self, name: str) -> bool:
        """Return whether a child, or for the build its last good site, is there."""
        if name == BUILD:
            return (self.var / "site").is_dir()
        return name in self.running and self.running[name].returncode is None

    async def start_web(self) -> None:
        """Put a new web process beside the old one; when it is ready, the old one goes."""
        descriptor = self.listener.fileno()
        process = await self.spawn("dev.web", "--var", str(self.var), "--socket", str(descriptor), keep=(descriptor,))
        output = ""
        async for line in lines(process):
            if line == "ready\n":
                return await self.replace(WEB, process)
            output += line
        raise BrokenError(reason(output))

    async def start_worker(self) -> None:
        await self.replace(WORKER, await self.spawn("flask", "--app", "forms", "deliver"))

    async def build(self) -> None:
        """Build the site; it takes the place of the last good one only when it is whole."""
        started = time.monotonic()
        self.running[BUILD] = process = await self.spawn("newsroom.build", str(self.var / "site"))
        output = "".join([line async for line in lines(process)])
        if await process.wait():
            raise BrokenError(reason(output))
        say(f"Web je sestaven ({time.monotonic() - started:.1f} s).")

    async def spawn(self, *module: str, keep: tuple[int, ...] = ()) -> Process:
        """Start a Python module, in a session of its own: Ctrl-C reaches it through us, our death as SIGTERM."""
        command = ("setpriv", "--pdeathsig", "TERM", sys.executable, "-m", *module)
        return await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=self.environ, stdout=PIPE, stderr=STDOUT, pass_fds=keep, start_new_session=True
        )

    async def replace(self, name: str, process: Process) -> None:
        if name in self.running:
            await self.stop(name)
        self.running[name] = process
        self.followers[name] = asyncio.create_task(self.follow(name, process))

    async def follow(self, name: str, process: Process) -> None:
        """Pass on what a child says, and say so when it ends by itself."""
        async for line in lines(process):
            say(line.rstrip())
        if self.running.get(name) is process:
            say(f"Proces {name} skončil sám, důvod je výše. Spustí se znovu, jakmile uložíte opravu.")

    async def stop(self, name: str) -> None:
        process = self.running.pop(name)
        if process.returncode is not None:
            return
        os.killpg(process.pid, signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)


def port_number(text: str) -> int:
    """Return the port that is meant, or end with one line that says the cure."""
    if not re.fullmatch("[0-9]{1,5}", text) or int(text) > LAST_PORT:
        raise SystemExit(f"„{text}“ není číslo portu. Zvolte 1024 až {LAST_PORT}: make serve PORT=8001")
    return int(text)


def listen(port: int) -> socket.socket:
    """Return a socket that listens on the port, or end with one line that says the cure."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        why = "je obsazený" if getattr(error, "errno", 0) == errno.EADDRINUSE else f"nejde použít ({error})"
        other = port + 1 if 1024 <= port < LAST_PORT else 8001
        raise SystemExit(f"Port {port} {why}. Zvolte jiný: make serve PORT={other}") from error
    listener.listen(128)
    return listener


async def serve(port: int, var: Path) -> None:
    listener = listen(port)
    task = asyncio.create_task(Server(listener, var).run())
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve the site, its forms and the mails that they send.")
    parser.add_argument("--port", default="8000", help="0 takes any free one")
    parser.add_argument("--var", type=Path, default=ROOT / "var", help="folder for the build, the outbox and the mails")
    arguments = parser.parse_args()
    cast(TextIOWrapper, sys.stdout).reconfigure(errors="replace")  # a terminal without our letters stops nothing
    asyncio.run(serve(port_number(arguments.port), arguments.var.resolve()))


if __name__ == "__main__":
    main()
