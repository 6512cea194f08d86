import pytest

from test_outbox import NOW, envelope

pytestmark = pytest.mark.both_databases


def test_what_the_relay_took_is_recorded_whatever_was_decided_meanwhile(outbox, ledger):
    outbox.add(envelope(1))
    claim = outbox.claim(NOW, 600)
    assert ledger.park("R1", NOW + 1)
    outbox.record(claim.sent(NOW + 2, "250 OK"))
    assert ledger.rows("sent")
    assert not ledger.rows("failed")
    assert ledger.retry(NOW + 3, "R1") == 0


def test_a_row_in_hand_is_not_given_to_another_by_a_retry(outbox, ledger):
    outbox.add(envelope(1))
    outbox.claim(NOW, 600)
    assert ledger.retry(NOW + 1, "R1") == 0
    assert outbox.claim(NOW + 1, 600) is None
    assert ledger.retry(NOW + 601, "R1") == 1


def test_parked_by_hand_and_let_go_again(outbox, ledger):
    outbox.add(envelope(1))
    assert ledger.park("R1", NOW)
    assert not ledger.park("R1", NOW)
    assert ledger.retry(NOW) == 1
    assert outbox.claim(NOW, 600)
