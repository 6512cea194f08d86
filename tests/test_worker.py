"""The worker's turns, beside those that test_cli.py lets it take."""

from types import SimpleNamespace

from forms.relay import Relay
from forms.worker import Worker
from test_outbox import envelope


def test_between_two_mails_of_a_long_turn_it_keeps_house_within_one_session(outbox, ledger, smtp):
    alarm = envelope(9, kind="alarm")
    worker = Worker(outbox, ledger, lambda: Relay(smtp.url, 80), 1, 60, 600, 86400, lambda parked, now: alarm)
    for number in range(3):
        outbox.add(envelope(number, recipient="x" * 70 + "@example.cz" if number == 0 else "obchod@example.cz"))
    original = smtp.handle_RCPT

    async def refuse_one(server, session, mail, address, options):
        worker.house_due = 0.0  # ten seconds have passed
        return "550 too long" if len(address) > 70 else await original(server, session, mail, address, options)

    smtp.handle_RCPT = refuse_one
    assert worker.turn(SimpleNamespace(asked=False)) == (3, True)
    assert [row.reference for row in ledger.rows("sent")] == ["R1", "R2", "R9"]
    assert smtp.sessions == 1
