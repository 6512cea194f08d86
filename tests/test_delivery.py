"""Delivery to a real SMTP server: what each answer does to a row."""

import asyncio
import smtplib
import socket
import ssl
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller

from conftest import Relay as KeepingRelay
from forms.database import OutboxError
from forms.delivery import GIVE_UP_SECONDS, deliver_due, pause
from forms.relay import DeferredError, RefusedError, Relay, RelayDownError, SessionLostError
from serving import IPV6_ONLY, free_port
from test_outbox import NOW, envelope

CERTIFICATE = Path(__file__).with_name("localhost.pem")


def deliver(outbox, url, now=NOW, ca_file="", **options):
    relay = Relay(url, 80, ca_file)
    try:
        return deliver_due(outbox, relay.send, 60, 600, clock=lambda: now, **options)
    finally:
        relay.quit()


def test_the_frozen_bytes_arrive_as_they_are_in_one_session(outbox, ledger, smtp):
    for number in range(3):
        outbox.add(envelope(number, message=b"Subject: %d\r\n\r\n.a line that begins with a dot\r\n" % number))
    assert deliver(outbox, smtp.url) == (3, True)
    assert [e.original_content for e in smtp.taken] == [ledger.row(f"R{n}").message for n in range(3)]
    assert {(e.mail_from, *e.rcpt_tos) for e in smtp.taken} == {("web@example.cz", "obchod@example.cz")}
    assert smtp.sessions == 1
    assert ledger.row("R2").reply == "250 OK queued as 3"


def test_a_call_that_ends_with_a_session_that_was_lost_says_so(outbox, smtp):
    for number in range(2):
        outbox.add(envelope(number))
    smtp.answers = {"RCPT": "421 bye"}
    assert deliver(outbox, smtp.url, stopped=lambda: smtp.sessions > 0) == (0, False)


@pytest.mark.both_databases
@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_transient_answer_defers_and_a_permanent_one_parks(outbox, ledger, smtp, command):
    outbox.add(envelope(1))
    smtp.answers = {command: "451 try later"}
    assert deliver(outbox, smtp.url) == (0, True)
    row = ledger.row("R1")
    assert NOW + 48 <= row.next_attempt_at <= NOW + 72
    assert row.reply == "451 try later"
    smtp.answers = {command: "550 no such user"}
    deliver(outbox, smtp.url, now=NOW + 72)
    assert ledger.row("R1").failed_at == NOW + 72
    assert ledger.row("R1").reply == "550 no such user"


@pytest.mark.both_databases
def test_one_refused_message_does_not_hold_up_the_others(outbox, ledger, smtp):
    outbox.add(envelope(1, recipient="x" * 70 + "@example.cz"))
    outbox.add(envelope(2))
    original = smtp.handle_RCPT

    async def refuse_one(server, session, mail, address, options):
        return "550 too long" if len(address) > 70 else await original(server, session, mail, address, options)

    smtp.handle_RCPT = refuse_one
    assert deliver(outbox, smtp.url) == (1, True)
    assert [row.reference for row in ledger.rows("failed")] == ["R1"]
    assert smtp.sessions == 1


def test_a_message_that_cannot_be_said_in_smtp_is_parked_and_holds_up_nothing(outbox, ledger, smtp):
    outbox.add(envelope(1, recipient="obchod@háčky.cz"))
    outbox.add(envelope(2))
    assert deliver(outbox, smtp.url) == (1, True)
    assert [row.reference for row in ledger.rows("failed")] == ["R1"]


def test_a_database_that_is_busy_when_the_relay_has_taken_a_message_sends_it_only_once(
    outbox, ledger, smtp, monkeypatch
):
    outbox.add(envelope(1))
    claim = outbox.claim
    troubles = iter([OutboxError("locked"), OutboxError("locked")])

    def busy(now, lease, record=None):
        if record is not None and (trouble := next(troubles, None)):
            raise trouble
        return claim(now, lease, record)

    monkeypatch.setattr(outbox, "claim", busy)
    assert deliver(outbox, smtp.url) == (1, True)
    assert len(smtp.taken) == 1
    assert ledger.rows("sent")


@pytest.mark.both_databases
def test_what_became_of_a_message_and_the_next_claim_are_one_commit(outbox, smtp):
    for number in range(3):
        outbox.add(envelope(number))
    commits = []
    sa.event.listen(outbox.database.engine, "commit", commits.append)
    assert deliver(outbox, smtp.url) == (3, True)
    assert len(commits) == 4


def test_a_deliverer_that_is_told_to_stop_records_what_it_has_sent_and_takes_no_other(outbox, ledger, smtp):
    for number in range(2):
        outbox.add(envelope(number))
    assert deliver(outbox, smtp.url, stopped=lambda: bool(smtp.taken)) == (1, True)
    assert [(row.attempts, bool(row.sent_at)) for row in ledger.rows()] == [(1, True), (0, False)]


def test_the_last_answer_may_take_longer_than_the_others(outbox, smtp):
    outbox.add(envelope(1))
    original = smtp.handle_DATA

    async def slow(server, session, mail):
        await asyncio.sleep(2.5)
        return await original(server, session, mail)

    smtp.handle_DATA = slow
    relay = Relay(smtp.url, 80)  # two seconds for an answer, forty for the last
    assert deliver_due(outbox, relay.send, 60, 600, clock=lambda: NOW) == (1, True)
    relay.quit()


def test_the_relays_words_are_kept_on_one_line(outbox, ledger, smtp):
    outbox.add(envelope(1))
    smtp.answers = {"RCPT": "550-no\r\n550 such \x1b[31muser"}
    deliver(outbox, smtp.url)
    assert ledger.row("R1").reply.isprintable()


@pytest.mark.both_databases
def test_a_dead_relay_is_asked_once_and_every_row_waits(outbox, ledger):
    for number in range(5):
        outbox.add(envelope(number))
    assert deliver(outbox, "smtp://127.0.0.1:1") == (0, False)
    assert [row.attempts for row in ledger.rows()] == [1, 0, 0, 0, 0]
    assert outbox.claim(NOW, 600).reference == "R1"


def test_421_ends_the_session_and_twice_in_a_row_the_turn(outbox, ledger, smtp):
    for number in range(4):
        outbox.add(envelope(number))
    smtp.answers = {"MAIL": "421 closing"}
    assert deliver(outbox, smtp.url) == (0, False)
    assert [row.attempts for row in ledger.rows("pending")] == [1, 1, 0, 0]


@pytest.mark.both_databases
def test_a_message_that_makes_the_relay_break_off_does_not_hold_up_the_others(outbox, ledger, smtp):
    for number in range(5):
        outbox.add(envelope(number, recipient="poison@example.cz" if number in (0, 2) else "obchod@example.cz"))
    original = smtp.handle_RCPT

    async def break_off(server, session, mail, address, options):
        if "poison" in address:
            server.transport.abort()
        return await original(server, session, mail, address, options)

    smtp.handle_RCPT = break_off
    assert deliver(outbox, smtp.url) == (3, True)
    assert [row.reference for row in ledger.rows("pending")] == ["R0", "R2"]
    assert deliver(outbox, smtp.url, now=NOW + 72) == (0, False)
    assert [row.attempts for row in ledger.rows("pending")] == [2, 2]


def test_after_an_outage_what_was_tried_meanwhile_waits_no_longer_than_a_first_pause(outbox, smtp):
    outbox.add(envelope(1))
    for hour in range(20):
        assert deliver(outbox, "smtp://127.0.0.1:1", now=NOW + 3600 * hour) == (0, False)
    assert deliver(outbox, smtp.url, now=NOW + 3600 * 19 + 60) == (1, True)


def test_a_password_that_smtp_cannot_say_is_the_relays_trouble_and_parks_nothing(outbox, ledger):
    outbox.add(envelope(1))
    port = free_port()
    controller = Controller(KeepingRelay(), hostname="127.0.0.1", port=port, auth_require_tls=False)
    controller.start()
    assert deliver(outbox, f"smtp://user:%C5%BE@127.0.0.1:{port}") == (0, False)
    controller.stop()
    assert "UnicodeEncodeError" in ledger.rows("pending")[0].reply


@pytest.mark.parametrize("answer", ["354 more", "999 what", "Ahoj"])
def test_an_answer_that_is_not_smtp_ends_the_session(smtp, answer):
    smtp.answers = {"RCPT": answer}
    relay = Relay(smtp.url, 80)
    with pytest.raises(SessionLostError):
        relay.send("a@example.cz", "b@example.cz", b"x: y\r\n\r\n")
    assert relay.session is None


@pytest.mark.both_databases
def test_after_five_days_a_message_is_parked_for_a_person(outbox, ledger, smtp, caplog):
    outbox.add(envelope(1))
    smtp.answers = {"DATA": "451 full"}
    first = NOW + 10 * GIVE_UP_SECONDS  # the worker was away for long: the days count from its first attempt
    deliver(outbox, smtp.url, now=first)
    deliver(outbox, smtp.url, now=first + GIVE_UP_SECONDS - 1)
    assert ledger.rows("pending")
    deliver(outbox, smtp.url, now=first + 2 * GIVE_UP_SECONDS)
    assert "five days" in ledger.rows("failed")[0].reply
    assert "R1" in caplog.text
    ledger.retry(first + 3 * GIVE_UP_SECONDS)
    deliver(outbox, smtp.url, now=first + 3 * GIVE_UP_SECONDS)
    assert ledger.rows("pending")


@pytest.mark.both_databases
def test_a_crash_between_the_relays_answer_and_its_record_sends_the_same_bytes_again(outbox, smtp):
    outbox.add(envelope(1))
    claim = outbox.claim(NOW, 600)
    relay = Relay(smtp.url, 80)
    relay.send(claim.sender, claim.recipient, claim.message)
    relay.quit()
    assert deliver(outbox, smtp.url, now=NOW + 599) == (0, True)
    assert deliver(outbox, smtp.url, now=NOW + 600) == (1, True)
    assert smtp.taken[0].original_content == smtp.taken[1].original_content


def test_a_lost_session_is_opened_again(outbox, smtp):
    relay = Relay(smtp.url, 80)
    relay.send("a@example.cz", "b@example.cz", b"x: y\r\n\r\n")
    relay.session.sock.shutdown(socket.SHUT_RDWR)
    relay.send("a@example.cz", "b@example.cz", b"x: y\r\n\r\n")
    assert (smtp.sessions, len(smtp.taken)) == (2, 2)


def test_a_relay_that_takes_one_message_a_session_gets_each_at_once(outbox, ledger, smtp):
    async def one_a_session(server, session, mail, address, options):
        if hasattr(session, "had_one"):
            return "421 one is enough"
        session.had_one, mail.mail_from = True, address
        return "250 OK"

    smtp.handle_MAIL = one_a_session
    for number in range(3):
        outbox.add(envelope(number))
    assert deliver(outbox, smtp.url) == (3, True)
    assert (smtp.sessions, [row.attempts for row in ledger.rows()]) == (3, [1, 1, 1])


def test_a_session_that_ends_with_a_message_begun_is_lost_at_once(smtp):
    relay = Relay(smtp.url, 80)
    relay.send("a@example.cz", "b@example.cz", b"x: y\r\n\r\n")
    smtp.answers = {"RCPT": "421 bye"}
    with pytest.raises(SessionLostError):
        relay.send("a@example.cz", "b@example.cz", b"x: y\r\n\r\n")
    assert smtp.sessions == 1


def test_a_kept_session_that_drips_leaves_no_time_for_another(smtp):
    async def drip_at_the_second(server, session, mail, address, options):
        mail.mail_from = address
        while smtp.taken:
            server._writer.write(b"2")
            await asyncio.sleep(0.1)
        return "250 OK"

    smtp.handle_MAIL = drip_at_the_second
    relay = Relay(smtp.url, 2)
    relay.send("a@example.cz", "b@example.cz", b"x: y\r\n\r\n")
    with pytest.raises(SessionLostError):
        relay.send("a@example.cz", "b@example.cz", b"x: y\r\n\r\n")
    assert smtp.sessions == 1


@IPV6_ONLY
def test_a_relay_at_an_ipv6_address_takes_mail(outbox):
    port = free_port()
    keeper = KeepingRelay()
    controller = Controller(keeper, hostname="::1", port=port)
    controller.start()
    try:
        outbox.add(envelope(1))
        assert deliver(outbox, f"smtp://[::1]:{port}") == (1, True)
    finally:
        controller.stop()
    assert len(keeper.taken) == 1


def test_starttls_that_the_relay_does_not_offer_is_not_done_without(smtp):
    with pytest.raises(RelayDownError):
        Relay(smtp.url.replace("smtp:", "smtp+starttls:"), 2).send("a@example.cz", "b@example.cz", b"x: y\r\n\r\n")
    assert not smtp.taken


@pytest.fixture(params=["smtps", "smtp+starttls"])
def tls_relay(request):
    """A relay that speaks TLS, from the first byte or by STARTTLS, with a certificate that signed itself."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    port = free_port()
    keeper = KeepingRelay()
    how = {"ssl_context": context} if request.param == "smtps" else {"tls_context": context, "require_starttls": True}
    controller = Controller(keeper, hostname="localhost", port=port, **how)
    controller.start()
    yield f"{request.param}://localhost:{port}", keeper
    controller.stop()


def test_tls_relays_take_mail_where_their_certificate_is_trusted_for_their_name(outbox, tls_relay):
    url, keeper = tls_relay
    outbox.add(envelope(1))
    assert deliver(outbox, url.replace("localhost", "127.0.0.1"), ca_file=str(CERTIFICATE)) == (0, False)
    assert not keeper.taken
    assert deliver(outbox, url, now=NOW + 60, ca_file=str(CERTIFICATE)) == (1, True)
    assert len(keeper.taken) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused_and_the_mail_waits(outbox, ledger, tls_relay):
    url, keeper = tls_relay
    outbox.add(envelope(1))
    assert deliver(outbox, url) == (0, False)
    assert not keeper.taken
    assert "certificate verify failed" in ledger.rows("pending")[0].reply.lower()


def test_a_relay_that_drips_under_tls_is_broken_off(tls_relay):
    url, keeper = tls_relay

    async def drip(server, *_):
        while True:
            server._writer.write(b"2")
            await asyncio.sleep(0.1)

    keeper.handle_MAIL = drip
    with pytest.raises(SessionLostError):
        Relay(url, 2, str(CERTIFICATE)).send("a@example.cz", "b@example.cz", b"x: y\r\n\r\n")


def test_what_is_not_tls_is_no_smtps_relay(smtp):
    with pytest.raises((ssl.SSLError, smtplib.SMTPException, OSError)):
        Relay(smtp.url.replace("smtp:", "smtps:"), 2).open()


def test_a_relay_that_hangs_is_given_up(outbox):
    with socket.create_server(("127.0.0.1", 0)) as server:
        outbox.add(envelope(1))
        started = time.monotonic()
        relay = Relay(f"smtp://127.0.0.1:{server.getsockname()[1]}", 2)
        assert deliver_due(outbox, relay.send, 60, 600, clock=lambda: NOW) == (0, False)
        assert time.monotonic() - started < 5


def test_the_verdicts_of_the_relay(smtp):
    relay = Relay(smtp.url, 80)
    for answer, error in (("550 no", RefusedError), ("452 full", DeferredError), ("421 bye", SessionLostError)):
        smtp.answers = {"RCPT": answer}
        with pytest.raises(error):
            relay.send("a@example.cz", "b@example.cz", b"x: y\r\n\r\n")


def test_pauses_grow_up_to_four_hours():
    pauses = [pause(attempts, 60) for attempts in range(1, 40)]
    assert 48 <= pauses[0] <= 72
    assert 96 <= pauses[1] <= 144
    assert max(pauses) <= 4 * 3600 * 1.2
    # Waiting like that, a message is tried for the whole five days, a few dozen times.
    assert (
        25
        <= sum(1 for n in range(1, 99) if sum(min(60 * 2 ** (k - 1), 14400) for k in range(1, n)) < GIVE_UP_SECONDS)
        <= 60
    )
