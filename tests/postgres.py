"""A PostgreSQL server of the tests' own: Debian's programs, a cluster in a temporary folder, a free port, durable."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from serving import eventually, free_port

PASSWORD = "of the tests"
AS_POSTGRES = ["--reuid=postgres", "--regid=postgres", "--clear-groups"]  # initdb and postgres refuse to run as root


def programs() -> Path:
    """Return the folder of the newest server's programs (POSTGRESQL names another one), as `dev/need` has found it."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    folders = [Path(os.environ["POSTGRESQL"])] if "POSTGRESQL" in os.environ else [path.parent for path in debian]
    assert folders, "PostgreSQL is missing: dev/need postgresql"
    return folders[-1]


class Postgres:
    """One cluster. It dies with the process that started it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self.port = free_port()
        self.numbers = count()
        self._make()
        self.start()

    def _command(self, program: str, *arguments: str) -> list[str]:
        other_user = AS_POSTGRES if os.geteuid() == 0 else []
        return ["setpriv", *other_user, "--pdeathsig=INT", str(programs() / program), *arguments]

    def _make(self) -> None:
        password = self.folder / "password"
        password.write_text(PASSWORD, "utf-8")
        options = (f"--pgdata={self.folder}/data", "--username=tests", "--auth=scram-sha-256", f"--pwfile={password}")
        made = subprocess.run(
            self._command("initdb", *options, "--encoding=UTF8", "--locale=C.UTF-8"),
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        assert made.returncode == 0, made.stderr

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = ("listen_addresses=127.0.0.1", f"port={self.port}", "unix_socket_directories=", "fsync=on")
        options = [part for setting in settings for part in ("-c", setting)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self._command("postgres", "-D", f"{self.folder}/data", *options),
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        eventually(self._answers)

    def _answers(self) -> bool:
        assert self.process.poll() is None, (self.folder / "log").read_text("utf-8")
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: by SIGINT it throws its clients out, by SIGQUIT it leaves all to the recovery."""
        self.process.send_signal(how)
        self.process.wait(timeout=60)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Keep the server from doing anything; it keeps its connections, and its kernel takes new ones."""
        self._signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(signal.SIGCONT)

    def _signal(self, what: signal.Signals) -> None:
        """Signal the server and then its children, of which it makes no more by then."""
        self.process.send_signal(what)
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text("utf-8")
        for child in children.split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), what)

    def remove(self) -> None:
        """Stop the server and delete all it had."""
        self.stop()
        shutil.rmtree(self.folder)

    def execute(self, statement: str, *names: str) -> None:
        """Do one statement; `names` go into its braces."""
        where = f"host=127.0.0.1 port={self.port} user=tests password='{PASSWORD}' dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def database(self) -> str:
        """Make an empty database and return its name."""
        name = f"outbox{next(self.numbers)}"
        self.execute("CREATE DATABASE {}", name)
        return name

    def url(self, database: str) -> str:
        """Return a database's FORMS_DATABASE_URL."""
        return f"postgresql+psycopg://tests:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{self.port}/{database}"

    def drop(self, database: str) -> None:
        """Delete a database, whoever is connected to it."""
        self.execute("DROP DATABASE {} WITH (FORCE)", database)
