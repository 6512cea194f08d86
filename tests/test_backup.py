"""The guide's own commands make a backup while all is running, and a restore brings every row back."""

import re
import sqlite3
import subprocess
from pathlib import Path

from forms.outbox import Outbox
from postgres import programs
from test_outbox import NOW, envelope

GUIDE = (Path(__file__).parent.parent / "docs" / "operator.md").read_text("utf-8")


def filled(outbox):
    for number in range(3):
        outbox.add(envelope(number))
    outbox.mark_sent(outbox.claim(NOW, 600), NOW, "250")
    outbox.park("R2", NOW)
    return [tuple(row) for row in outbox.rows()]


def test_sqlite(tmp_path):
    outbox = Outbox(f"sqlite:///{tmp_path}/outbox.sqlite3")
    rows = filled(outbox)
    command = r'^umask 077\nsqlite3 /var/lib/support/outbox.sqlite3 "(VACUUM INTO .*)"$'
    statement = re.search(command, GUIDE, re.MULTILINE)[1]
    connection = sqlite3.connect(tmp_path / "outbox.sqlite3")
    connection.execute(statement.replace("/backup/outbox.sqlite3", f"{tmp_path}/backup.sqlite3"))
    outbox.erase("jan@example.cz")
    outbox.engine.dispose()
    (tmp_path / "backup.sqlite3").rename(tmp_path / "outbox.sqlite3")
    for name in ("outbox.sqlite3-wal", "outbox.sqlite3-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    restored = Outbox(f"sqlite:///{tmp_path}/outbox.sqlite3")
    assert [tuple(row) for row in restored.rows()] == rows
    assert restored.claim(NOW, 600).reference == "R1"


def test_postgresql(postgres, tmp_path):
    name = postgres.database()
    outbox = Outbox(postgres.url(name))
    rows = filled(outbox)
    dump, restore = re.findall(r"^(pg_dump|pg_restore) (.*)$", GUIDE, re.MULTILINE)
    address = postgres.url(name).replace("+psycopg", "")

    def run(command):
        program, arguments = command
        parts = arguments.replace("postgresql://user:password@host/name", address).split()
        subprocess.run([programs() / program, *parts], cwd=tmp_path, check=True)

    run(dump)
    outbox.erase("jan@example.cz")
    outbox.add(envelope(9))
    run(restore)
    restored = Outbox(postgres.url(name))
    assert [tuple(row) for row in restored.rows()] == rows
    assert restored.add(envelope(7)) == "token7"
    outbox.engine.dispose()
    restored.engine.dispose()
    postgres.drop(name)
