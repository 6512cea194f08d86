"""Runs the build of what was pushed: as a child with limits, in a folder of its own, without the server's secrets."""

import os
import resource
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from newsroom import clock
from newsroom.build import ROOT, BuildError

ALLOWED = ("PATH", "LANG", "FORMS_DEVELOPMENT", "FORMS_SITE_URL", "FORMS_SALES_ADDRESS", "FORMS_TECHNICAL_ADDRESS")
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """How much one build may take."""

    seconds: int
    memory: int  # megabytes of one process
    file: int  # megabytes of one file


def run(arguments: list[str], folder: Path, cache: Path, limits: Limits) -> None:
    """Run a module of the installed code, which writes to `folder` and `cache`; raise BuildError with what it said."""
    environ = {name: os.environ[name] for name in (*ALLOWED, clock.MOVED) if name in os.environ}
    environ |= {
        "TMPDIR": str(folder),
        "HOME": str(folder),
        "NEWSROOM_CACHE": str(cache),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: confine(limits),
    ) as child:
        try:
            said, _ = child.communicate(timeout=limits.seconds)
        except subprocess.TimeoutExpired as late:
            raise BuildError(f"Sestavení trvalo déle než {limits.seconds} s a bylo zastaveno.") from late
        finally:
            kill_family(child.pid)
    if child.returncode:
        raise BuildError(said.strip() or f"Sestavení bylo zastaveno (stav {child.returncode}): překročilo limity.")


def confine(limits: Limits) -> None:
    """Set the limits of the process that is about to become the build; its children inherit them."""
    os.umask(0o022)
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory * MEGABYTE, limits.memory * MEGABYTE))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file * MEGABYTE, limits.file * MEGABYTE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def kill_family(leader: int) -> None:
    """Leave no process of the session behind."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return
