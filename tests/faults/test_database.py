"""A database in trouble: no thank-you without a row, the text kept, all well again without a restart of ours."""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import time

import psycopg
import pytest
import sqlalchemy as sa

from faults.scale import DATABASES, SCALE
from faults.service import Service, Visitors, references, until_all_is_sent
from forms.database import Database, OutboxError
from forms.ledger import Ledger
from serving import eventually
from test_outbox import envelope

ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")


def until_refused(service, name):
    """Post until the service says that it cannot; return how many it took."""
    for number in range(1000):
        status, page = service.post(f"{name} {number}")
        if status == 503:
            assert f"{name} {number}" in page, "the text was not kept"
            return number
        assert status == 303
    raise AssertionError("the service took everything")


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of its own, of 40 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "none", folder], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url_on_small_disk(request, small_disk):
    """A database there."""
    if request.param == "sqlite":
        yield f"sqlite:///{small_disk}/outbox.sqlite3"
        return
    server, name = request.getfixturevalue("postgres"), f"small{os.getpid()}"
    for folder in small_disk.parents:  # the server runs as another user
        if folder.stat().st_mode & 0o001 == 0:
            folder.chmod(0o711)
    shutil.chown(small_disk, "postgres", "postgres")
    server.execute(f"CREATE TABLESPACE {{}} LOCATION '{small_disk}'", name)
    server.execute("CREATE DATABASE {} TABLESPACE {}", name, name)
    yield server.url(name)
    server.drop(name)
    server.execute("DROP TABLESPACE {}", name)


@ROOT_ONLY
def test_a_full_disk_thanks_nobody_and_is_got_over(environ, url_on_small_disk, small_disk, relay, tmp_path):
    environ["FORMS_DATABASE_URL"] = url_on_small_disk
    ledger, ballast = Ledger(Database(url_on_small_disk)), small_disk / "ballast"
    with Service(environ, tmp_path, webs=1, workers=1) as service:
        assert service.post("before")[0] == 303
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while file.write(b"x" * 4096):
                pass
        taken = until_refused(service, "meanwhile")
        eventually(lambda: not service.healthy())
        ballast.unlink()
        eventually(service.healthy)
        assert service.post("after")[0] == 303
        eventually(lambda: len(ledger.rows("sent")) == taken + 2, 70)
    assert len(set(references(relay.mails))) == taken + 2
    ledger.database.engine.dispose()


@contextlib.contextmanager
def held(url):
    """Somebody else holds the whole database."""
    if url.startswith("sqlite"):
        holder = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
    else:
        holder = psycopg.connect(url.replace("+psycopg", ""))
        holder.execute("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE")
    yield
    holder.rollback()
    holder.close()


@pytest.mark.parametrize("database_url", DATABASES, indirect=True)
def test_a_locked_database_is_an_answer_and_is_got_over(environ, database_url, ledger, relay, tmp_path, say):
    with Service(environ, tmp_path, webs=1, workers=1) as service:
        assert service.post("before")[0] == 303
        eventually(lambda: ledger.rows("sent"))
        with held(database_url):
            end = time.monotonic() + SCALE.locked
            while time.monotonic() < end:
                assert until_refused(service, "meanwhile") == 0
                say.progress(f"locked for another {max(0, end - time.monotonic()):.0f} s")
        assert service.post("after")[0] == 303
        eventually(lambda: len(ledger.rows("sent")) == 2)
    assert len(relay.mails) == 2


@ON_POSTGRESQL
def test_a_restarted_postgresql_loses_nothing_and_needs_no_restart_of_ours(
    environ, postgres, ledger, relay, tmp_path, say
):
    with Service(environ, tmp_path, webs=2, workers=2) as service:
        with Visitors(service, SCALE.clients, "restart") as visitors:
            for number in range(SCALE.restarts):
                before = len(visitors.shown)
                eventually(lambda before=before: len(visitors.shown) > before + 20, 60)
                postgres.stop(signal.SIGQUIT if number % 2 else signal.SIGINT)
                eventually(lambda before=visitors.refused: visitors.refused > before)
                postgres.start()
                say.progress(f"{number + 1} of {SCALE.restarts} stops, {before} shown")
            before = len(visitors.shown)
            eventually(lambda: len(visitors.shown) > before + 20, 60)
        assert not visitors.wrong
        until_all_is_sent(ledger, len(visitors.shown))
    lost = set(visitors.shown) - set(references(relay.mails))
    say.at_the_end(
        f"PostgreSQL stopped {SCALE.restarts} times: {len(visitors.shown)} shown, {len(lost)} lost, "
        f"{len(relay.mails) - len(visitors.shown)} sent twice, {visitors.refused} told to try later"
    )
    assert not lost
    assert len(ledger.rows("sent")) == len(visitors.shown)


@ON_POSTGRESQL
def test_a_postgresql_that_keeps_its_connections_and_answers_nothing_is_not_waited_for(
    environ, postgres, ledger, relay, tmp_path, say
):
    environ["FORMS_LEASE_SECONDS"] = "30"
    with Service(environ, tmp_path, webs=2, workers=2) as service:
        with Visitors(service, SCALE.clients, "frozen") as visitors:
            for number in range(SCALE.freezes):
                before = len(visitors.shown)
                eventually(lambda before=before: len(visitors.shown) > before + 10, 60)
                refused = visitors.refused
                with postgres.frozen():
                    eventually(lambda refused=refused: visitors.refused >= refused + SCALE.clients, 60)
                say.progress(f"{number + 1} of {SCALE.freezes} times frozen, {before} shown")
            before = len(visitors.shown)
            eventually(lambda: len(visitors.shown) > before + 10, 60)
        assert not visitors.wrong
        assert not visitors.unanswered
        until_all_is_sent(ledger, len(visitors.shown))
        assert all(process.process.poll() is None for process in (*service.webs, *service.workers))
    lost = set(visitors.shown) - set(references(relay.mails))
    say.at_the_end(
        f"PostgreSQL frozen {SCALE.freezes} times: {len(visitors.shown)} shown, {len(lost)} lost, "
        f"{len(relay.mails) - len(visitors.shown)} sent twice, {visitors.refused} told to try later"
    )
    assert not lost
    assert len(ledger.rows("sent")) == len(visitors.shown)  # one row for each text, however often it was sent


@ON_POSTGRESQL
def test_what_was_committed_unheard_is_told_as_not_stored_and_found_when_it_is_sent_again(postgres, outbox, ledger):
    engine = ledger.database.engine
    ledger.database.ping()

    def freeze(connection):
        connection.connection.dbapi_connection.patience = 1
        frozen.enter_context(postgres.frozen())

    with contextlib.ExitStack() as frozen:
        sa.event.listen(engine, "commit", freeze, once=True)
        with pytest.raises(OutboxError):
            outbox.add(envelope(1, digest="f" * 64))
    assert outbox.add(envelope(2, digest="f" * 64)) == envelope(1).token
    assert [row.reference for row in ledger.rows()] == ["R1"]


@pytest.mark.both_databases
def test_a_clock_that_was_set_back_keeps_no_mail_back(environ, outbox, ledger, relay, tmp_path):
    tomorrow = time.time() + 86400
    for number in range(2):
        outbox.add(envelope(number, received_at=tomorrow))
    outbox.claim(tomorrow, 4)  # whoever took it died, and then the clock was set back
    with Service(environ, tmp_path, workers=1):
        eventually(lambda: len(ledger.rows("sent")) == 2)
    assert len(relay.mails) == 2
