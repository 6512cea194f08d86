"""The guide's own commands make a backup while all is running, and a restore brings every row back."""

import re
import sqlite3
import subprocess
from pathlib import Path

from forms.database import Database
from forms.ledger import Ledger
from forms.outbox import Outbox
from postgres import programs
from test_outbox import NOW, envelope

GUIDE = (Path(__file__).parent.parent / "docs" / "operator.md").read_text("utf-8")


def filled(database):
    outbox, ledger = Outbox(database), Ledger(database)
    for number in range(3):
        outbox.add(envelope(number))
    outbox.record(outbox.claim(NOW, 600).sent(NOW, "250"))
    ledger.park("R2", NOW)
    return [tuple(row) for row in ledger.rows()]


def test_sqlite(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/outbox.sqlite3")
    rows = filled(database)
    command = r'^umask 077\nsqlite3 /var/lib/support/outbox.sqlite3 "(VACUUM INTO .*)"$'
    statement = re.search(command, GUIDE, re.MULTILINE)[1]
    connection = sqlite3.connect(tmp_path / "outbox.sqlite3")
    connection.execute(statement.replace("/backup/outbox.sqlite3", f"{tmp_path}/backup.sqlite3"))
    Ledger(database).erase("jan@example.cz")
    database.engine.dispose()
    (tmp_path / "backup.sqlite3").rename(tmp_path / "outbox.sqlite3")
    for name in ("outbox.sqlite3-wal", "outbox.sqlite3-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    restored = Database(f"sqlite:///{tmp_path}/outbox.sqlite3")
    assert [tuple(row) for row in Ledger(restored).rows()] == rows
    assert Outbox(restored).claim(NOW, 600).reference == "R1"


def test_postgresql(postgres, tmp_path):
    name = postgres.database()
    database = Database(postgres.url(name))
    rows = filled(database)
    dump, restore = re.findall(r"^(pg_dump|pg_restore) (.*)$", GUIDE, re.MULTILINE)
    address = postgres.url(name).replace("+psycopg", "")

    def run(command):
        program, arguments = command
        parts = arguments.replace("postgresql://user:password@host/name", address).split()
        subprocess.run([programs() / program, *parts], cwd=tmp_path, check=True)

    run(dump)
    Ledger(database).erase("jan@example.cz")
    Outbox(database).add(envelope(9))
    run(restore)
    restored = Database(postgres.url(name))
    assert [tuple(row) for row in Ledger(restored).rows()] == rows
    assert Outbox(restored).add(envelope(7)) == "token7"
    database.engine.dispose()
    restored.engine.dispose()
    postgres.drop(name)
