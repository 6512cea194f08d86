"""The tables, and how a database of any age gets them. Columns are only added: the version before can go on writing."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import make_url

VERSION = "0002"  # the newest in migrations/versions/
BUSY_SECONDS = 5  # how long a writer waits for another; then the visitor gets his text back
OPERATOR_SECONDS = 600  # how long a command waits for one statement; a visitor's waits BUSY_SECONDS and one
MIGRATING = 0x15B  # PostgreSQL's advisory lock for making and changing the tables

metadata = sa.MetaData()
table = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("reference", sa.String(16), nullable=False, unique=True),
    sa.Column("token", sa.String(64), nullable=False, unique=True),  # the receipt's address
    sa.Column("digest", sa.String(64), nullable=False, index=True),
    sa.Column("email", sa.String(320), nullable=False, index=True),  # whose it is, to find and erase it by
    sa.Column("receipt", sa.Text, nullable=False),  # what the receipt shows, opaque here; empty: there is none
    sa.Column("sender", sa.String(320), nullable=False),
    sa.Column("recipient", sa.String(320), nullable=False),
    sa.Column("message", sa.LargeBinary, nullable=False),
    sa.Column("received_at", sa.Double, nullable=False),
    sa.Column("next_attempt_at", sa.Double, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("tried_since", sa.Double),  # the first attempt since it was stored or a person let it go again
    sa.Column("leased_until", sa.Double),  # in the hands of a deliverer until then
    sa.Column("sent_at", sa.Double),
    sa.Column("failed_at", sa.Double),  # with sent_at: it bounced
    sa.Column("reply", sa.Text, nullable=False, default=""),  # the relay's last words
    sa.Column("kind", sa.String(16), nullable=False, server_default=""),  # which form, or which of NOTICES
    sa.Column("suspicious", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("alarmed_at", sa.Double),  # parked, and the operator was told
)
probe = sa.Table("probe", metadata, sa.Column("filled", sa.LargeBinary, nullable=False))  # what `ping` writes
workers = sa.Table(
    "workers",
    metadata,
    sa.Column("name", sa.String(255), primary_key=True),
    sa.Column("seen_at", sa.Double, nullable=False),
)
versions = sa.table("alembic_version", sa.column("version_num"))

PENDING = sa.and_(table.c.sent_at.is_(None), table.c.failed_at.is_(None))
PARKED = table.c.failed_at.is_not(None)
SENT = sa.and_(table.c.sent_at.is_not(None), table.c.failed_at.is_(None))


def _index(name: str, *columns: str, where: sa.ColumnElement[bool] | None = None) -> None:
    sa.Index(name, *(table.c[column] for column in columns), sqlite_where=where, postgresql_where=where)


# All that a count or a look for due rows asks for stands in the index, so that no message is read for it.
_index("outbox_due", "next_attempt_at", "attempts", "received_at", "sent_at", "failed_at", where=PENDING)
_index("outbox_parked", "failed_at", where=PARKED)
_index("outbox_sent", "sent_at", where=table.c.sent_at.is_not(None))
_index("outbox_received", "received_at", "kind")


class NewerSchemaError(Exception):
    """The database was changed by newer code than this."""


def engine(url: str) -> sa.Engine:
    """Return an engine whose commits are on the disk; `write=True` in its options takes SQLite's write lock first."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        from forms import postgresql  # its driver, which SQLite does without

        return postgresql.engine(parsed, BUSY_SECONDS)
    sqlite = sa.create_engine(parsed, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})

    @sa.event.listens_for(sqlite, "connect")
    def durable(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        _insist(connection, "PRAGMA journal_mode=WAL")  # readers and a writer do not wait for each other
        connection.execute("PRAGMA synchronous=FULL")  # a commit is on the disk before anyone is thanked
        connection.execute("PRAGMA secure_delete=ON")  # what is erased is overwritten, not only unlinked

    @sa.event.listens_for(sqlite, "begin")
    def take_write_lock_first(connection: sa.Connection) -> None:
        # A deferred transaction that turns into a writer fails at once as locked, without waiting.
        sqlite: Any = connection.connection.dbapi_connection
        if connection.get_execution_options().get("write"):
            _insist(sqlite, "BEGIN IMMEDIATE")
        else:
            sqlite.execute("BEGIN")

    return sqlite


def be_patient(database: sa.Engine) -> None:
    """Let a statement take OPERATOR_SECONDS on a table of any size; SQLite's take as long as they need anyway."""
    if database.dialect.name == "postgresql":
        from forms import postgresql

        postgresql.be_patient(database, OPERATOR_SECONDS)


def _insist(connection: sqlite3.Connection, statement: str) -> None:
    """Execute what another process may be in the way of, again every millisecond, BUSY_SECONDS long.

    SQLite does not wait itself when a new file goes over to WAL. For the write lock it does, but sleeps longer and
    longer, up to a tenth of a second, and the unlucky one finds it taken again whenever it looks.
    """
    end = time.monotonic() + BUSY_SECONDS
    connection.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                connection.execute(statement)
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                    raise
            time.sleep(0.001)
    finally:
        connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")


def prepare(database: sa.Engine) -> None:
    """Bring the tables to VERSION, in a file that only its owner may read; raise NewerSchemaError where that is old.

    Processes that start together do it one after the other, and all of it or nothing.
    """
    file = database.url.database if database.dialect.name == "sqlite" else None
    if file:
        Path(file).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        Path(file).touch(mode=0o600)  # SQLite gives the files that it puts beside it the same mode
    with database.begin() as connection:
        version = stored_version(connection)
    if version != VERSION:
        with database.execution_options(write=True).begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.detach()  # it is closed after that
                connection.connection.dbapi_connection.patience = None  # type: ignore[union-attr]  # it is open
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATING)))
            _upgrade(connection)
    if file:
        Path(file).chmod(0o600)


def stored_version(connection: sa.Connection) -> str | None:
    """Return the version of the database's tables; None where they are not there or have none yet."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(sa.select(versions.c.version_num))


def _upgrade(connection: sa.Connection) -> None:
    version = stored_version(connection)
    if version and version > VERSION:
        raise NewerSchemaError(f"its tables have version {version}, this code knows {VERSION}: install the newer code")
    from alembic import command, config  # a tenth of a second that a start on a database of today does without

    settings = config.Config(attributes={"connection": connection})
    settings.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    command.upgrade(settings, "head")


def empty_log(database: sa.Engine) -> bool:
    """Move what SQLite's write-ahead log holds into the file and cut the log: old pages stand in it unerased.

    Return whether nobody who reads kept it from being cut.
    """
    if database.dialect.name != "sqlite":
        return True
    connection = database.raw_connection()
    busy, _, _ = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    connection.close()
    return not busy
