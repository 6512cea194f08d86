"""PostgreSQL's connections: nobody waits for long for a server, a lock or a machine that is gone, nor is waited for."""

from __future__ import annotations

import select
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.abc import RV, PQGen
from psycopg.pq import TransactionStatus


class Connection(psycopg.Connection[Any]):
    """Closes itself when the server keeps it but answers no statement in time: its kernel alone vouches for it then.

    What the last statement did stays unknown; a commit may still be made, when the server goes on.
    """

    patience: float | None = None  # seconds for a statement; None: as long as it takes, as a new index does

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait as psycopg does, which raises OperationalError when the time is over."""
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.info.transaction_status == TransactionStatus.ACTIVE:
                self.close()
            raise


def be_patient(server: sa.Engine, seconds: float) -> None:
    """Let each statement of a connection that is opened from now on take so long."""

    @sa.event.listens_for(server, "connect")
    def wait(connection: Any, _record: Any) -> None:
        connection.patience = seconds


def engine(url: sa.URL, seconds: int) -> sa.Engine:
    """Return an engine that waits so long for a connection, for a lock, and for another second for any statement."""
    options: dict[str, str | int] = {
        "connect_timeout": seconds,
        "keepalives_idle": seconds,
        "keepalives_interval": seconds,
        "tcp_user_timeout": seconds * 1000,
        "options": f"-c lock_timeout={seconds}s -c idle_in_transaction_session_timeout={2 * seconds}s"
        " -c synchronous_commit=on",
    }
    server = sa.create_engine(url, pool_timeout=seconds, hide_parameters=True, connect_args=options)

    @sa.event.listens_for(server, "do_connect")
    def connect(_dialect: Any, _record: Any, arguments: Any, options: Any) -> Connection:
        connection = Connection.connect(*arguments, **options)
        connection.patience = seconds + 1  # the server says before that a lock is not to be had
        return connection

    @sa.event.listens_for(server, "checkout")
    def look(connection: Any, _record: Any, _proxy: Any) -> None:
        # What comes unasked is the server's farewell, or the kernel's word that it is gone. To ask would take
        # as long as one of the three statements of a submission.
        heard = select.poll()
        if not connection.closed:
            heard.register(connection.fileno(), select.POLLIN)
        if connection.closed or heard.poll(0):
            raise sa.exc.InvalidatePoolError

    return server
