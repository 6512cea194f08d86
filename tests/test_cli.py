"""The commands, run as an operator runs them; the worker as the process that it is."""

import email
import email.policy
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta

import pytest
from werkzeug.serving import make_server

from conftest import CONTACT, OWN
from forms import cli, create_app
from forms.notice import Operator
from forms.relay import Relay
from forms.wording import PRAGUE
from forms.worker import Stop
from serving import free_port
from test_outbox import NOW, envelope


@pytest.fixture
def environ(environ, smtp):
    return {**environ, "FORMS_SMTP_URL": smtp.url}


def worker(environ, *arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "forms", "deliver", *arguments],
        env={**os.environ, **environ},
        stderr=subprocess.PIPE,
        text=True,
    )


def until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_once_sends_what_is_due_and_ends(runner, smtp, reference, ledger):
    assert runner.invoke(args=["deliver", "--once"]).exit_code == 0
    assert reference in smtp.taken[0].original_content.decode()
    assert ledger.rows("sent")


@pytest.mark.both_databases
def test_the_worker_takes_a_new_row_within_a_second_and_ends_at_sigterm(environ, client, smtp, ledger):
    process = worker(environ)
    try:
        client.post("/formulare/kontakt/", data=CONTACT, headers=OWN)
        until(lambda: ledger.rows("sent"))
        client.post("/formulare/kontakt/", data={**CONTACT, "message": "druhá"}, headers=OWN)
        posted = time.monotonic()
        until(lambda: len(ledger.rows("sent")) == 2)
        assert time.monotonic() - posted < 2
    finally:
        process.terminate()
        _, log = process.communicate(timeout=10)
    assert process.returncode == 0
    assert ledger.rows()[0].reference in log
    assert CONTACT["email"] not in log


def test_sigterm_cuts_off_a_relay_that_chews_and_leaves_the_row_to_its_lease(environ, client, ledger, reference):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        process = worker({**environ, "FORMS_SMTP_URL": f"smtp://127.0.0.1:{silent.getsockname()[1]}"})
        until(lambda: ledger.rows()[0].attempts == 1)
        asked = time.monotonic()
        process.terminate()
        _, log = process.communicate(timeout=15)
    assert process.returncode == 0
    assert 7 < time.monotonic() - asked < 10
    assert "same Message-ID" in log
    (row,) = ledger.rows("pending")
    assert row.next_attempt_at > time.time() + 500


def test_check_prints_what_is_right_and_what_is_not(runner, environ):
    result = runner.invoke(args=["check"])
    assert result.exit_code == 1  # no site was built or is served, no worker runs
    assert max(map(len, result.output.splitlines())) <= 80
    found = json.loads(runner.invoke(args=["check", "--json"]).output)
    assert {finding["part"]: finding["right"] for finding in found} == {
        "settings": True,
        "database": True,
        "disk": True,
        "relay": True,
        "limits": True,
        "search": False,
        "site": False,
        "worker": False,
    }
    broken = create_app({**environ, "FORMS_SMTP_URL": "smtp://127.0.0.1:1"}).test_cli_runner().invoke(args=["check"])
    assert "relay     WRONG  it cannot be reached" in broken.output


def test_once_says_when_the_relay_or_the_database_is_away(environ, reference, tmp_path):
    down = create_app({**environ, "FORMS_SMTP_URL": "smtp://127.0.0.1:1"}).test_cli_runner()
    result = down.invoke(args=["deliver", "--once"])
    assert result.exit_code == 1
    assert "The relay takes no mail now" in result.output
    (tmp_path / "folder").mkdir()
    away = create_app({**environ, "FORMS_DATABASE_URL": f"sqlite:///{tmp_path}/folder"}).test_cli_runner()
    for command in (["deliver", "--once"], ["outbox", "list"], ["outbox", "retry", "--all"]):
        result = away.invoke(args=command)
        assert result.exit_code == 1
        assert result.output.startswith("Error: The database cannot be used")


@pytest.mark.both_databases
def test_once_deletes_old_rows_too(runner, outbox, ledger, reference):
    claim = outbox.claim(time.time(), 600)
    outbox.record(claim.sent(time.time() - 31 * 86400, "250"))
    assert runner.invoke(args=["deliver", "--once"]).exit_code == 0
    assert not ledger.rows()


def test_the_worker_deletes_old_rows_in_portions_and_looks_again_in_an_hour(app, outbox, ledger, monkeypatch):
    monkeypatch.setattr("forms.outbox.PORTION", 2)
    with app.app_context():
        diligent = cli._worker()

    def left_of(old):
        for number in old:
            outbox.add(envelope(number))
            outbox.record(outbox.claim(NOW, 600).sent(1, "250"))
        diligent.purge()
        return len(ledger.rows())

    assert [left_of(range(3)), left_of([]), left_of([])] == [1, 0, 0]
    assert left_of([3]) == 1


# -- What the operator is told -----------------------------------------------------------------------------------------
DAY = datetime(2026, 11, 24, tzinfo=PRAGUE)


def at(hour, minute=0):
    return (DAY + timedelta(hours=hour, minutes=minute)).timestamp()


def text_of(row):
    return email.message_from_bytes(row.message, policy=email.policy.default).get_content().replace("\r\n", "\n")


@pytest.mark.both_databases
def test_the_digest_counts_a_day_in_prague_and_comes_once(runner, outbox, ledger):
    outbox.add(envelope(1, received_at=at(0) - 1, kind="contact"))
    outbox.add(envelope(2, received_at=at(0), kind="contact"))
    outbox.add(envelope(3, received_at=at(23, 59), kind="training", suspicious=True))
    outbox.add(envelope(4, received_at=at(24), kind="contact"))
    outbox.add(envelope(5, received_at=at(12), kind="canary"))
    ledger.park("R4", at(25))
    result = runner.invoke(args=["digest", "--day", "2026-11-24"])
    assert result.output == "D-20261124 is in the outbox: 2 received on 2026-11-24.\n"
    text = text_of(ledger.row("D-20261124"))
    assert "Přijato zpráv: 2\nR2 R3\n" in text
    assert "možný spam: 1\nR3\n" in text
    assert "Čeká na odeslání: 3\nR1 R2 R3\n" in text
    assert "člověk: 1\nR4\n" in text
    again = runner.invoke(args=["digest", "--day", "2026-11-24"])
    assert (again.exit_code, again.output) == (0, "D-20261124 was written before, no second one.\n")


def test_the_digest_is_of_yesterday_and_of_no_day_that_is_not_over(runner, ledger):
    yesterday = datetime.now(PRAGUE).date() - timedelta(days=1)
    assert f"0 received on {yesterday}" in runner.invoke(args=["digest"]).output
    assert ledger.row(f"D-{yesterday:%Y%m%d}")
    for wrong in (f"{datetime.now(PRAGUE):%Y-%m-%d}", "yesterday"):
        assert runner.invoke(args=["digest", "--day", wrong]).exit_code == 2


def test_the_digest_reaches_the_operator_and_no_helpdesk(runner, smtp):
    runner.invoke(args=["digest"])
    assert runner.invoke(args=["deliver", "--once"]).exit_code == 0
    assert [mail.rcpt_tos for mail in smtp.taken] == [["spravce@ispadmin.example"]]


@pytest.mark.both_databases
def test_many_that_are_parked_make_one_alarm_an_hour_which_names_all(runner, outbox, ledger, smtp):
    for number in range(5):
        outbox.add(envelope(number, kind="contact"))
    smtp.answers = {"RCPT": "550 no such user"}
    runner.invoke(args=["deliver", "--once"])
    (alarm,) = ledger.rows(kind="alarm")
    assert all(f"R{number}: 550 no such user\n" in text_of(ledger.row(alarm.reference)) for number in range(5))
    outbox.add(envelope(9, kind="contact"))
    runner.invoke(args=["deliver", "--once"])  # parks R9, and the alarm too: about that there is no alarm
    assert len(ledger.rows("failed")) == 7
    in_an_hour = time.time() + 3600
    ledger.announce(lambda parked: Operator("w@a.cz", "o@a.cz", "w@a.cz").alarm(parked, in_an_hour), in_an_hour)
    second = ledger.rows(kind="alarm")[1]
    assert "R9: 550" in text_of(ledger.row(second.reference))
    assert "R1: 550" not in text_of(ledger.row(second.reference))


def test_what_was_parked_by_hand_alarms_nobody(runner, ledger, reference):
    runner.invoke(args=["outbox", "park", reference])
    runner.invoke(args=["deliver", "--once"])
    assert ledger.rows(kind="alarm") == []


@pytest.fixture
def public(environ, smtp):
    """The settings of a site that is served at its public address."""
    port = free_port()
    settings = {**environ, "FORMS_SITE_URL": f"http://127.0.0.1:{port}"}
    server = make_server("127.0.0.1", port, create_app(settings), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield settings
    server.shutdown()
    thread.join()
    server.server_close()


def canary_of(settings, *arguments):
    return create_app(settings).test_cli_runner().invoke(args=["canary", *arguments])


@pytest.mark.both_databases
def test_the_canary_goes_the_whole_way_and_says_how_long_it_took(public, outbox, ledger, smtp):
    outbox.add(envelope(1, kind="canary", received_at=time.time() - 2 * 86400))
    process = worker(public)
    try:
        result = canary_of(public, "--timeout", "20")
    finally:
        process.terminate()
        process.communicate(timeout=15)
    assert result.exit_code == 0, result.output
    assert re.fullmatch(r"C-[A-Z0-9]{6}: the relay took it after \d\.\d s: 250 OK queued as \d\n", result.output)
    (row,) = ledger.rows()  # the old one is gone
    assert (row.reference, row.kind) == (result.output[:8], "canary")
    assert smtp.taken[-1].rcpt_tos == ["spravce@ispadmin.example"]
    message = email.message_from_bytes(smtp.taken[-1].content, policy=email.policy.default)
    assert message["Subject"] == f"Zkouška formulářů: Kanárek, {row.reference}"
    assert message["X-Webform"] == "kanarek"
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_canary_that_is_not_taken_in_time_says_why_and_does_not_stay(public, ledger, smtp):
    result = canary_of(public, "--timeout", "5")
    assert result.exit_code == 1
    assert "NOT TAKEN in 5 s: no worker took it: none is alive" in result.output
    smtp.answers = {"MAIL": "451 <web@ispadmin.example> greylisted"}
    process = worker(public)
    try:
        until(lambda: ledger.status(time.time()).workers == 1, 30)
        result = canary_of(public, "--timeout", "5")
    finally:
        process.terminate()
        process.communicate(timeout=15)
    assert result.exit_code == 1
    assert "the relay's last words: 451 <…> greylisted" in result.output
    assert ledger.rows() == []


def test_a_canary_that_the_site_does_not_take_says_why(public, ledger):
    nowhere = canary_of({**public, "FORMS_SITE_URL": f"http://127.0.0.1:{free_port()}"})
    assert nowhere.exit_code == 1
    assert "does not answer ([Errno 111] Connection refused)" in nowhere.output
    forged = canary_of({**public, "FORMS_SECRET_KEY": "not the key that the site has, but another"})
    assert f"{public['FORMS_SITE_URL']} answers 403" in forged.output
    assert ledger.rows() == []


def test_a_canary_that_is_in_another_database_or_in_none_says_so(public, tmp_path):
    other = canary_of({**public, "FORMS_DATABASE_URL": f"sqlite:///{tmp_path}/other.sqlite3"})
    assert "the site stored it in another database than this one" in other.output
    (tmp_path / "folder").mkdir()
    away = canary_of({**public, "FORMS_DATABASE_URL": f"sqlite:///{tmp_path}/folder"})
    assert re.search(r"CANARY C-\w+ NOT TAKEN in 120 s: the database cannot be used", away.output)


def test_mails_to_the_operator_have_no_receipt(client, runner, ledger):
    runner.invoke(args=["digest"])
    token = ledger.row(ledger.rows()[0].reference).token
    assert client.get(f"/formulare/prijato/{token}/").status_code == 404


def test_the_worker_is_seen_until_it_ends(environ, ledger):
    process = worker(environ)
    try:
        until(lambda: ledger.status(time.time()).workers == 1)
    finally:
        process.terminate()
        process.communicate(timeout=15)
    assert ledger.status(time.time()).workers == 0  # it took its leave


def test_a_worker_that_was_killed_counts_as_gone_within_two_minutes(environ, ledger):
    process = worker(environ)
    until(lambda: ledger.status(time.time()).workers == 1)
    process.kill()
    process.communicate()
    assert ledger.status(time.time() + 30).workers == 1  # it may be between two beats
    assert ledger.status(time.time() + 121).workers == 0


@pytest.mark.both_databases
def test_a_worker_is_seen_while_the_relay_chews_on_a_mail(app, ledger, reference, monkeypatch):
    monkeypatch.setattr("forms.worker.BEAT_SECONDS", 0.1)
    stop = Stop.__new__(Stop)  # without its signals, which belong to the main thread
    stop.asked = False
    with app.app_context():
        waiting = cli._worker()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        waiting.relay = lambda: Relay(f"smtp://127.0.0.1:{silent.getsockname()[1]}", 600)
        running = threading.Thread(target=waiting.run, args=(stop,))
        running.start()
        until(lambda: ledger.rows()[0].attempts == 1)
        ledger.leave(waiting.name)
        until(lambda: ledger.status(time.time()).workers == 1)
        row = ledger.rows()[0]
        assert (row.attempts, row.reply) == (1, "")  # it waits still
        stop.asked = True
    running.join()


def test_a_worker_whose_house_takes_long_to_keep_sends_mail_all_the_same(app, ledger, reference, monkeypatch):
    monkeypatch.setattr("forms.worker.HOUSEKEEPING_SECONDS", 0.2)
    stop, kept = Stop.__new__(Stop), []
    stop.asked = False

    def purge():
        kept.append(time.sleep(0.3))
        stop.asked = len(kept) == 5

    with app.app_context():
        slow = cli._worker()
        slow.purge = purge
        assert slow.turn(stop) == (1, True)
    assert ledger.rows("sent")


def test_a_worker_that_is_stuck_for_longer_than_a_mail_may_take_is_not_seen(app, ledger):
    with app.app_context():
        stuck = cli._worker()
    ended = threading.Event()
    ended.set()
    stuck.stuck_at = time.monotonic() - 1
    stuck._beat_until(ended)
    assert ledger.status(time.time()).workers == 0
    stuck.stuck_at = time.monotonic() + 60
    stuck._beat_until(ended)
    assert ledger.status(time.time()).workers == 1
