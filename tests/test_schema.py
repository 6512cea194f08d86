import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from forms import schema
from forms.outbox import Outbox, OutboxError
from test_outbox import NOW, envelope

pytestmark = pytest.mark.both_databases
DATABASES = Path(__file__).with_name("databases")
MIGRATIONS = Path(schema.__file__).with_name("migrations")


@pytest.fixture
def old(outbox):
    """A database that the code before versions were counted has filled: a row in each state."""
    script = (DATABASES / f"0001.{outbox.engine.dialect.name}.sql").read_text("utf-8")
    connection = outbox.engine.raw_connection()
    if outbox.engine.dialect.name == "sqlite":
        connection.executescript(script)
    else:
        connection.cursor().execute(script)
        connection.commit()
    connection.detach()  # pg_dump's script empties its session's search path
    connection.close()
    return outbox


def states(outbox):
    return {state: [row.reference for row in outbox.rows(state)] for state in ("sent", "failed", "pending")}


def version(outbox):
    with outbox.engine.begin() as connection:
        return schema.stored_version(connection)


def test_a_database_without_a_version_keeps_every_row_in_its_state(old):
    assert version(old) is None
    assert states(old) == {"sent": ["R1"], "failed": ["R2"], "pending": ["R3", "R4", "R5"]}
    assert version(old) == schema.VERSION
    row = old.row("R1")
    assert (row.reply, row.receipt, row.kind, row.suspicious) == ("250 OK queued as 4F2", '{"n": "Žluť"}', "", False)
    assert row.message.startswith(b"Subject: x\r\n")
    assert old.claim(NOW, 600).reference == "R5"
    assert old.add(envelope(6, kind="contact")) == "token6"


def test_the_versions_make_the_very_tables_that_the_code_knows(outbox):
    outbox.ping()
    with outbox.engine.begin() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, schema.metadata) == []


def test_the_newest_version_is_the_one_that_the_code_asks_for():
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [schema.VERSION]


def test_code_of_the_version_before_goes_on_writing(outbox):
    outbox.ping()
    columns = [sa.column(name) for name in schema.table.c.keys() if name not in ("kind", "suspicious", "alarmed_at")]  # noqa: SIM118
    values = {key: value for key, value in vars(envelope(1)).items() if key not in ("kind", "suspicious")}
    with outbox.engine.execution_options(write=True).begin() as connection:
        insert = sa.table("outbox", *columns).insert()
        connection.execute(insert.values(**values, next_attempt_at=NOW, attempts=0, reply=""))
    assert outbox.claim(NOW, 600).reference == "R1"


def test_a_database_of_newer_code_is_left_alone_and_the_cure_is_said(outbox, database_url):
    outbox.add(envelope(1))
    with outbox.engine.execution_options(write=True).begin() as connection:
        connection.execute(schema.versions.update().values(version_num="9999"))
    with pytest.raises(OutboxError, match=r"version 9999, this code knows .*: install the newer code"):
        Outbox(database_url).rows()
    with outbox.engine.begin() as connection:
        assert connection.scalar(sa.select(schema.table.c.reference)) == "R1"


def test_starts_on_an_old_database_that_come_together_do_not_clash(old, database_url):
    failures = []

    def start(number):
        try:
            Outbox(database_url).add(envelope(number))
        except OutboxError as error:
            failures.append(error)

    threads = [threading.Thread(target=start, args=(number,)) for number in range(10, 18)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(old.rows()) == 5 + 8


def test_an_upgrade_that_is_killed_leaves_the_database_as_it_was(old, database_url):
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
    assert states(old)["failed"] == ["R2"]


def test_a_start_on_a_database_of_today_does_without_alembic(outbox, database_url):
    outbox.ping()
    script = """
import sys
from forms.outbox import Outbox
Outbox(sys.argv[1]).ping()
assert "alembic" not in sys.modules
"""
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", script, database_url], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
