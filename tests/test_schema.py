import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from forms import schema
from forms.database import Database, OutboxError
from test_outbox import NOW, envelope, start_together

pytestmark = pytest.mark.both_databases
DATABASES = Path(__file__).with_name("databases")
MIGRATIONS = Path(schema.__file__).with_name("migrations")


@pytest.fixture
def old(database):
    """A database that the code before versions were counted has filled: a row in each state."""
    script = (DATABASES / f"0001.{database.engine.dialect.name}.sql").read_text("utf-8")
    connection = database.engine.raw_connection()
    if database.engine.dialect.name == "sqlite":
        connection.executescript(script)
    else:
        connection.cursor().execute(script)
        connection.commit()
    connection.detach()  # pg_dump's script empties its session's search path
    connection.close()
    return database


def states(ledger):
    return {state: [row.reference for row in ledger.rows(state)] for state in ("sent", "failed", "pending")}


def version(database):
    with database.engine.begin() as connection:
        return schema.stored_version(connection)


def test_a_database_without_a_version_keeps_every_row_in_its_state(old, outbox, ledger):
    assert version(old) is None
    assert states(ledger) == {"sent": ["R1"], "failed": ["R2"], "pending": ["R3", "R4", "R5"]}
    assert version(old) == schema.VERSION
    row = ledger.row("R1")
    assert (row.reply, row.receipt, row.kind, row.suspicious) == ("250 OK queued as 4F2", '{"n": "Žluť"}', "", False)
    assert row.message.startswith(b"Subject: x\r\n")
    assert outbox.claim(NOW, 600).reference == "R5"
    assert outbox.add(envelope(6, kind="contact")) == "token6"


def test_the_versions_make_the_very_tables_that_the_code_knows(database):
    database.ping()
    with database.engine.begin() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, schema.metadata) == []


def test_the_newest_version_is_the_one_that_the_code_asks_for():
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [schema.VERSION]


def test_code_of_the_version_before_goes_on_writing(outbox, database):
    database.ping()
    columns = [sa.column(name) for name in schema.table.c.keys() if name not in ("kind", "suspicious", "alarmed_at")]  # noqa: SIM118
    values = {key: value for key, value in vars(envelope(1)).items() if key not in ("kind", "suspicious")}
    with database.engine.execution_options(write=True).begin() as connection:
        insert = sa.table("outbox", *columns).insert()
        connection.execute(insert.values(**values, next_attempt_at=NOW, attempts=0, reply=""))
    assert outbox.claim(NOW, 600).reference == "R1"


def test_a_database_of_newer_code_is_left_alone_and_the_cure_is_said(outbox, database, database_url):
    outbox.add(envelope(1))
    with database.engine.execution_options(write=True).begin() as connection:
        connection.execute(schema.versions.update().values(version_num="9999"))
    with pytest.raises(OutboxError, match=r"version 9999, this code knows .*: install the newer code"):
        Database(database_url).ping()
    with database.engine.begin() as connection:
        assert connection.scalar(sa.select(schema.table.c.reference)) == "R1"


def test_starts_on_an_old_database_that_come_together_do_not_clash(old, ledger, database_url):
    assert not start_together(database_url, range(10, 18))
    assert len(ledger.rows()) == 5 + 8


def test_an_upgrade_that_is_killed_leaves_the_database_as_it_was(old, ledger, database_url):
    script = """
import os, signal, sys
from alembic import command
from forms import schema
upgrade = command.upgrade
command.upgrade = lambda *given: (upgrade(*given), os.kill(os.getpid(), signal.SIGKILL))
schema.prepare(schema.engine(sys.argv[1]))
"""
    done = subprocess.run([sys.executable, "-c", script, database_url], cwd=Path(__file__).parent.parent)
    assert done.returncode == -9
    assert version(old) is None
    assert states(ledger)["failed"] == ["R2"]


def test_a_start_on_a_database_of_today_does_without_alembic(database, database_url):
    database.ping()
    script = """
import sys
from forms.database import Database
Database(sys.argv[1]).ping()
assert "alembic" not in sys.modules
"""
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", script, database_url], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
