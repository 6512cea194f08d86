import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from forms.database import Database, OutboxError
from forms.outbox import Outbox
from serving import eventually
from test_outbox import NOW, envelope, start_together

ROOT = Path(__file__).parent.parent


def test_postgresql_commits_to_the_disk(postgres):
    database = Database(postgres.url("postgres"))
    with database.transaction() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


def test_who_died_in_a_transaction_holds_up_nobody_for_long(postgres):
    name = postgres.database()
    outbox = Outbox(Database(postgres.url(name)))
    outbox.add(envelope(1))
    with outbox.database.engine.connect() as dead:  # a machine without power says no more
        dead.exec_driver_sql("SELECT * FROM outbox FOR UPDATE")
        assert outbox.claim(NOW, 600) is None
        eventually(lambda: outbox.claim(NOW, 600))
        dead.invalidate()
    postgres.drop(name)


def test_sqlite_commits_to_the_disk(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/outbox.sqlite3")
    database.ping()
    with database.transaction() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 5000  # of who reads


def test_who_waits_to_write_looks_again_every_millisecond(tmp_path, monkeypatch):
    database, pauses = Database(f"sqlite:///{tmp_path}/outbox.sqlite3"), []
    database.ping()
    other = sqlite3.connect(tmp_path / "outbox.sqlite3")
    other.execute("BEGIN IMMEDIATE")

    def sleep(seconds):
        pauses.append(seconds)
        if len(pauses) == 3:
            other.rollback()

    monkeypatch.setattr("forms.schema.time.sleep", sleep)
    database.ping()
    assert pauses == [0.001] * 3
    other.close()


def test_a_database_that_is_away_is_said_without_the_visitors_text(tmp_path):
    (tmp_path / "x.sqlite3").mkdir()
    with pytest.raises(OutboxError) as error:
        Outbox(Database(f"sqlite:///{tmp_path}/x.sqlite3")).add(envelope(1, receipt="secret answers"))
    assert "secret" not in str(error.value)


def test_only_the_owner_may_read_the_files(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/outbox.sqlite3")
    database.ping()
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("outbox.sqlite3", "outbox.sqlite3-shm", "outbox.sqlite3-wal"), 0o600)
    database.ping()  # it is open until here


def test_ping_notices_a_full_disk(tmp_path):
    script = """
import resource, signal, sys
from forms.database import Database, OutboxError
database = Database(sys.argv[1])
database.ping()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))
try:
    database.ping()
except OutboxError as error:
    print("noticed", error)
"""
    url = f"sqlite:///{tmp_path}/o.sqlite3"
    done = subprocess.run([sys.executable, "-c", script, url], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.startswith("noticed"), done.stderr


@pytest.mark.both_databases
def test_starts_that_create_the_table_together_do_not_fail(ledger, database_url):
    assert not start_together(database_url, range(8))
    assert len(ledger.rows()) == 8
