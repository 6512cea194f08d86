import threading

import pytest

from forms.database import Database, OutboxError, ReferenceTakenError
from forms.outbox import Envelope, Outbox

pytestmark = pytest.mark.both_databases
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


def start_together(database_url, numbers):
    """Store an envelope from a start of its own for each number, all at once; return what went wrong."""
    failures = []

    def start(number):
        try:
            Outbox(Database(database_url)).add(envelope(number))
        except OutboxError as error:
            failures.append(error)

    threads = [threading.Thread(target=start, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def test_a_row_is_pending_until_it_is_sent(outbox, ledger):
    outbox.add(envelope(1))
    claim = outbox.claim(NOW, 600)
    assert (claim.reference, claim.attempts, claim.message) == ("R1", 1, b"Subject: x\r\n\r\nx")
    outbox.record(claim.sent(NOW + 1, "250 OK"))
    (row,) = ledger.rows("sent")
    assert (row.sent_at, row.reply) == (NOW + 1, "250 OK")
    assert outbox.claim(NOW + 9999, 600) is None


def test_a_claimed_row_is_nobody_elses_until_its_lease_ends(outbox):
    outbox.add(envelope(1))
    first = outbox.claim(NOW, 600)
    assert outbox.claim(NOW + 599, 600) is None
    second = outbox.claim(NOW + 600, 600)
    assert second.reference == first.reference
    outbox.record(first.deferred(NOW, "too late"))  # the first deliverer comes back: the row is not his any more
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


def test_a_deferred_row_waits_and_a_parked_one_stays(outbox, ledger):
    outbox.add(envelope(1))
    outbox.record(outbox.claim(NOW, 600).deferred(NOW + 60, "451 later"))
    assert outbox.claim(NOW + 59, 600) is None
    outbox.record(outbox.claim(NOW + 60, 600).failed(NOW + 61, "550 no"))
    assert outbox.claim(NOW + 10**6, 600) is None
    assert ledger.rows("failed")[0].reply == "550 no"
    assert ledger.retry(NOW, "R1") == 1
    again = outbox.claim(NOW + 99, 600)
    assert (again.attempts, again.tried_since) == (1, NOW + 99)


def test_the_same_text_within_ten_minutes_is_the_same_submission(outbox, ledger):
    assert outbox.add(envelope(1, digest="5a" * 32)) == "token1"
    assert outbox.add(envelope(2, digest="5a" * 32, received_at=NOW + 599)) == "token1"
    assert outbox.add(envelope(3, digest="5a" * 32, received_at=NOW + 600)) == "token3"
    assert [row.reference for row in ledger.rows()] == ["R1", "R3"]


def test_a_clock_that_was_set_back_holds_up_no_row(outbox):
    day = 86400
    outbox.add(envelope(1))
    outbox.add(envelope(2))
    outbox.claim(NOW, 600)
    assert outbox.claim(NOW - day, 600).reference == "R2"  # new: due whatever the clock says
    assert outbox.claim(NOW - day, 600).reference == "R1"  # its lease ends later than any that could be given now
    assert outbox.claim(NOW - day, 600) is None
    outbox.record(outbox.claim(NOW - day + 600, 600).deferred(NOW - day + 4 * 3600 * 1.2, "451 later"))
    outbox.claim(NOW - day + 600, 600)
    assert outbox.claim(NOW - day + 601, 600) is None  # the longest pause is kept


def test_a_clock_that_was_set_back_does_not_make_a_new_text_an_old_one(outbox):
    assert outbox.add(envelope(1, digest="5a" * 32)) == "token1"
    assert outbox.add(envelope(2, digest="5a" * 32, received_at=NOW - 86400)) == "token2"


def test_a_reference_is_given_once(outbox):
    outbox.add(envelope(1))
    with pytest.raises(ReferenceTakenError):
        outbox.add(envelope(2, reference="R1"))


def test_only_old_sent_rows_are_purged(outbox, ledger):
    for number in range(3):
        outbox.add(envelope(number))
    outbox.record(outbox.claim(NOW, 600).sent(NOW, "250"))
    outbox.record(outbox.claim(NOW, 600).sent(NOW + 100, "250"))
    outbox.record(outbox.claim(NOW, 600).failed(NOW, "550"))
    assert outbox.purge(NOW + 50, dry_run=True) == 1
    assert len(ledger.rows()) == 3
    assert outbox.purge(NOW + 50) == 1
    assert sorted(bool(row.sent_at) for row in ledger.rows()) == [False, True]


def test_many_are_purged_in_portions(outbox, monkeypatch):
    monkeypatch.setattr("forms.outbox.PORTION", 2)
    for number in range(3):
        outbox.add(envelope(number))
        outbox.record(outbox.claim(NOW, 600).sent(NOW, "250"))
    assert [outbox.purge(NOW + 1) for _ in range(3)] == [2, 1, 0]
