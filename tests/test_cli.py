"""The commands, run as an operator runs them; the worker as the process that it is."""

import json
import os
import socket
import subprocess
import sys
import time

import pytest

from conftest import CONTACT, OWN
from forms import create_app


@pytest.fixture
def environ(environ, smtp):
    return {**environ, "FORMS_SMTP_URL": smtp.url}


@pytest.fixture
def reference(client, outbox):
    client.post("/formulare/kontakt/", data=CONTACT, headers=OWN)
    return outbox.rows()[0].reference


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


def test_once_sends_what_is_due_and_ends(runner, smtp, reference, outbox):
    assert runner.invoke(args=["deliver", "--once"]).exit_code == 0
    assert reference in smtp.taken[0].original_content.decode()
    assert outbox.rows("sent")


@pytest.mark.both_databases
def test_the_worker_takes_a_new_row_within_a_second_and_ends_at_sigterm(environ, client, smtp, outbox):
    process = worker(environ)
    try:
        client.post("/formulare/kontakt/", data=CONTACT, headers=OWN)
        until(lambda: outbox.rows("sent"))
        client.post("/formulare/kontakt/", data={**CONTACT, "message": "druhá"}, headers=OWN)
        posted = time.monotonic()
        until(lambda: len(outbox.rows("sent")) == 2)
        assert time.monotonic() - posted < 2
    finally:
        process.terminate()
        _, log = process.communicate(timeout=10)
    assert process.returncode == 0
    assert outbox.rows()[0].reference in log
    assert CONTACT["email"] not in log


def test_sigterm_cuts_off_a_relay_that_chews_and_leaves_the_row_to_its_lease(environ, client, outbox, reference):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        process = worker({**environ, "FORMS_SMTP_URL": f"smtp://127.0.0.1:{silent.getsockname()[1]}"})
        until(lambda: outbox.rows()[0].attempts == 1)
        asked = time.monotonic()
        process.terminate()
        _, log = process.communicate(timeout=15)
    assert process.returncode == 0
    assert 7 < time.monotonic() - asked < 10
    assert "same Message-ID" in log
    (row,) = outbox.rows("pending")
    assert row.next_attempt_at > time.time() + 500


def test_list_and_show(runner, reference):
    listed = runner.invoke(args=["outbox", "list"]).output
    assert reference in listed
    assert "pending" in listed
    assert "jiri" not in listed
    assert max(map(len, listed.splitlines())) <= 80
    (row,) = json.loads(runner.invoke(args=["outbox", "list", "--json"]).output)
    assert row["reference"] == reference
    shown = runner.invoke(args=["outbox", "show", reference.lower()]).output
    assert "state: pending" in shown
    assert "Reply-To: " in shown
    assert runner.invoke(args=["outbox", "show", "NONE"]).exit_code == 1


@pytest.mark.both_databases
def test_park_retry_and_purge(runner, reference, outbox):
    assert runner.invoke(args=["outbox", "park", reference]).exit_code == 0
    assert outbox.rows("failed")
    assert runner.invoke(args=["outbox", "retry", "--all"]).output == "1 due now\n"
    assert runner.invoke(args=["deliver", "--once"]).exit_code == 0
    assert runner.invoke(args=["outbox", "retry", reference]).exit_code == 1
    assert runner.invoke(args=["outbox", "retry"]).exit_code == 2
    assert runner.invoke(args=["outbox", "purge"]).output == "0 deleted\n"


@pytest.mark.both_databases
def test_erase_finds_all_of_a_person_by_address(runner, client, reference, outbox):
    client.post("/formulare/kontakt/", data={**CONTACT, "email": "nekdo@example.cz"}, headers=OWN)
    assert "1 would be erased" in runner.invoke(args=["outbox", "erase", "JIRI@example.cz", "--dry-run"]).output
    assert runner.invoke(args=["outbox", "erase", "jiri@example.cz"], input="n\n").exit_code == 1
    assert len(outbox.rows()) == 2
    assert "1 erased" in runner.invoke(args=["outbox", "erase", "jiri@example.cz", "--yes"]).output
    assert [row.reference for row in outbox.rows()] != [reference]
    assert len(outbox.rows()) == 1


def test_check_tries_database_and_relay_for_real(runner, environ):
    assert runner.invoke(args=["check"]).exit_code == 0
    broken = create_app({**environ, "FORMS_SMTP_URL": "smtp://127.0.0.1:1"}).test_cli_runner().invoke(args=["check"])
    assert broken.exit_code == 1
    assert "FORMS_SMTP_URL" in broken.output


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
        assert result.output.startswith("Error: The database does not answer")


@pytest.mark.both_databases
def test_once_deletes_old_rows_too(runner, outbox, reference):
    claim = outbox.claim(time.time(), 600)
    outbox.mark_sent(claim, time.time() - 31 * 86400, "250")
    assert runner.invoke(args=["deliver", "--once"]).exit_code == 0
    assert not outbox.rows()
