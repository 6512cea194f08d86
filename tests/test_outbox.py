import contextlib
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from forms.outbox import Envelope, Outbox, OutboxError, ReferenceTakenError

pytestmark = pytest.mark.both_databases
ROOT = Path(__file__).parent.parent
NOW = 1_800_000_000.0


def envelope(number, received_at=NOW, **values):
    fields = {
        "reference": f"R{number}",
        "token": f"token{number}",
        "digest": f"{number:064x}",
        "email": "jan@example.cz",
        "receipt": "{}",
        "sender": "web@example.cz",
        "recipient": "obchod@example.cz",
        "message": b"Subject: x\r\n\r\nx",
        "received_at": received_at,
    }
    return Envelope(**{**fields, **values})


def test_a_row_is_pending_until_it_is_sent(outbox):
    outbox.add(envelope(1))
    claim = outbox.claim(NOW, 600)
    assert (claim.reference, claim.attempts, claim.message) == ("R1", 1, b"Subject: x\r\n\r\nx")
    outbox.mark_sent(claim, NOW + 1, "250 OK")
    (row,) = outbox.rows("sent")
    assert (row.sent_at, row.reply) == (NOW + 1, "250 OK")
    assert outbox.claim(NOW + 9999, 600) is None


def test_a_claimed_row_is_nobody_elses_until_its_lease_ends(outbox):
    outbox.add(envelope(1))
    first = outbox.claim(NOW, 600)
    assert outbox.claim(NOW + 599, 600) is None
    second = outbox.claim(NOW + 600, 600)
    assert second.reference == first.reference
    outbox.defer(first, NOW, "too late")  # the first deliverer comes back: the row is not his any more
    assert outbox.claim(NOW + 601, 600) is None


def test_two_deliverers_never_get_the_same_row(outbox):
    for number in range(40):
        outbox.add(envelope(number))
    got = []

    def take():
        while claim := outbox.claim(NOW, 600):
            got.append(claim.reference)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == sorted(f"R{number}" for number in range(40))


def test_a_deferred_row_waits_and_a_parked_one_stays(outbox):
    outbox.add(envelope(1))
    outbox.defer(outbox.claim(NOW, 600), NOW + 60, "451 later")
    assert outbox.claim(NOW + 59, 600) is None
    outbox.mark_failed(outbox.claim(NOW + 60, 600), NOW + 61, "550 no")
    assert outbox.claim(NOW + 10**6, 600) is None
    assert outbox.rows("failed")[0].reply == "550 no"
    assert outbox.retry(NOW, "R1") == 1
    again = outbox.claim(NOW + 99, 600)
    assert (again.attempts, again.tried_since) == (1, NOW + 99)


def test_what_the_relay_took_is_recorded_whatever_was_decided_meanwhile(outbox):
    outbox.add(envelope(1))
    claim = outbox.claim(NOW, 600)
    assert outbox.park("R1", NOW + 1)
    outbox.mark_sent(claim, NOW + 2, "250 OK")
    assert outbox.rows("sent")
    assert not outbox.rows("failed")
    assert outbox.retry(NOW + 3, "R1") == 0


def test_a_row_in_hand_is_not_given_to_another_by_a_retry(outbox):
    outbox.add(envelope(1))
    outbox.claim(NOW, 600)
    assert outbox.retry(NOW + 1, "R1") == 0
    assert outbox.claim(NOW + 1, 600) is None
    assert outbox.retry(NOW + 601, "R1") == 1


def test_the_same_text_within_ten_minutes_is_the_same_submission(outbox):
    assert outbox.add(envelope(1, digest="5a" * 32)) == "token1"
    assert outbox.add(envelope(2, digest="5a" * 32, received_at=NOW + 599)) == "token1"
    assert outbox.add(envelope(3, digest="5a" * 32, received_at=NOW + 600)) == "token3"
    assert [row.reference for row in outbox.rows()] == ["R1", "R3"]


def test_a_clock_that_was_set_back_holds_up_no_row(outbox):
    day = 86400
    outbox.add(envelope(1))
    outbox.add(envelope(2))
    outbox.claim(NOW, 600)
    assert outbox.claim(NOW - day, 600).reference == "R2"  # new: due whatever the clock says
    assert outbox.claim(NOW - day, 600).reference == "R1"  # its lease ends later than any that could be given now
    assert outbox.claim(NOW - day, 600) is None
    outbox.defer(outbox.claim(NOW - day + 600, 600), NOW - day + 4 * 3600 * 1.2, "451 later")
    outbox.claim(NOW - day + 600, 600)
    assert outbox.claim(NOW - day + 601, 600) is None  # the longest pause is kept


def test_a_clock_that_was_set_back_does_not_make_a_new_text_an_old_one(outbox):
    assert outbox.add(envelope(1, digest="5a" * 32)) == "token1"
    assert outbox.add(envelope(2, digest="5a" * 32, received_at=NOW - 86400)) == "token2"


def test_a_reference_is_given_once(outbox):
    outbox.add(envelope(1))
    with pytest.raises(ReferenceTakenError):
        outbox.add(envelope(2, reference="R1"))


def test_only_old_sent_rows_are_purged(outbox):
    for number in range(3):
        outbox.add(envelope(number))
    outbox.mark_sent(outbox.claim(NOW, 600), NOW, "250")
    outbox.mark_sent(outbox.claim(NOW, 600), NOW + 100, "250")
    outbox.mark_failed(outbox.claim(NOW, 600), NOW, "550")
    assert outbox.purge(NOW + 50, dry_run=True) == 1
    assert len(outbox.rows()) == 3
    assert outbox.purge(NOW + 50) == 1
    assert sorted(bool(row.sent_at) for row in outbox.rows()) == [False, True]


def test_many_are_purged_in_portions(outbox, monkeypatch):
    monkeypatch.setattr("forms.outbox.PORTION", 2)
    for number in range(3):
        outbox.add(envelope(number))
        outbox.mark_sent(outbox.claim(NOW, 600), NOW, "250")
    assert [outbox.purge(NOW + 1) for _ in range(3)] == [2, 1, 0]


def test_parked_by_hand_and_let_go_again(outbox):
    outbox.add(envelope(1))
    assert outbox.park("R1", NOW)
    assert not outbox.park("R1", NOW)
    assert outbox.retry(NOW) == 1
    assert outbox.claim(NOW, 600)


def test_postgresql_commits_to_the_disk(postgres):
    outbox = Outbox(postgres.url("postgres"))
    with outbox._transaction() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


def test_who_died_in_a_transaction_holds_up_nobody_for_long(postgres):
    name = postgres.database()
    outbox = Outbox(postgres.url(name))
    outbox.add(envelope(1))
    with outbox.engine.connect() as dead:  # a machine without power says no more
        dead.exec_driver_sql("SELECT * FROM outbox FOR UPDATE")
        while not time.sleep(1):
            with contextlib.suppress(OutboxError):
                assert outbox.claim(NOW, 600)
                break
        dead.invalidate()
    postgres.drop(name)


def test_sqlite_commits_to_the_disk(tmp_path):
    outbox = Outbox(f"sqlite:///{tmp_path}/outbox.sqlite3")
    outbox.add(envelope(1))
    with outbox._transaction() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_a_database_that_is_away_is_said_without_the_visitors_text(tmp_path):
    (tmp_path / "x.sqlite3").mkdir()
    with pytest.raises(OutboxError) as error:
        Outbox(f"sqlite:///{tmp_path}/x.sqlite3").add(envelope(1, receipt="secret answers"))
    assert "secret" not in str(error.value)


def test_only_the_owner_may_read_the_files(tmp_path):
    outbox = Outbox(f"sqlite:///{tmp_path}/outbox.sqlite3")
    outbox.ping()
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("outbox.sqlite3", "outbox.sqlite3-shm", "outbox.sqlite3-wal"), 0o600)
    outbox.ping()  # it is open until here


def test_ping_notices_a_full_disk(tmp_path):
    script = """
import resource, signal, sys
from forms.outbox import Outbox, OutboxError
outbox = Outbox(sys.argv[1])
outbox.ping()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))
try:
    outbox.ping()
except OutboxError as error:
    print("noticed", error)
"""
    url = f"sqlite:///{tmp_path}/o.sqlite3"
    done = subprocess.run([sys.executable, "-c", script, url], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.startswith("noticed"), done.stderr


def test_starts_that_create_the_table_together_do_not_fail(outbox, database_url):
    failures = []

    def start(number):
        try:
            Outbox(database_url).add(envelope(number))
        except OutboxError as error:
            failures.append(error)

    threads = [threading.Thread(target=start, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(outbox.rows()) == 8
