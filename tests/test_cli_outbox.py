"""The commands about the outbox, run as an operator runs them."""

import json
import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from conftest import CONTACT, OWN
from forms import create_app
from forms.database import OutboxError
from test_bounce import sample
from test_outbox import NOW, envelope


@pytest.fixture
def environ(environ, smtp):
    return {**environ, "FORMS_SMTP_URL": smtp.url}


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
    assert re.search(r"received_at: \d{4}-\d\d-\d\d \d\d:\d\d UTC\n", shown)
    assert "sent_at: -\n" in shown
    assert "Reply-To: Jiří Žluťoučký <jiri@example.cz>" in shown
    assert "Kód zprávy: " in shown
    assert "K=C3=B3d zpr=C3=A1vy: " in runner.invoke(args=["outbox", "show", reference, "--raw"]).output
    assert runner.invoke(args=["outbox", "show", "NONE"]).exit_code == 1


@pytest.mark.both_databases
def test_park_retry_and_purge(runner, reference, ledger):
    assert runner.invoke(args=["outbox", "park", reference]).exit_code == 0
    assert ledger.rows("failed")
    assert runner.invoke(args=["outbox", "retry", "--all"]).output == "1 due now\n"
    assert runner.invoke(args=["deliver", "--once"]).exit_code == 0
    assert runner.invoke(args=["outbox", "retry", reference]).exit_code == 1
    assert runner.invoke(args=["outbox", "retry"]).exit_code == 2
    assert runner.invoke(args=["outbox", "purge"]).output == "0 would be deleted\n"


@pytest.mark.both_databases
def test_erase_finds_all_of_a_person_by_address(runner, client, reference, ledger):
    client.post("/formulare/kontakt/", data={**CONTACT, "email": "nekdo@example.cz"}, headers=OWN)
    assert "1 would be erased" in runner.invoke(args=["outbox", "erase", "JIRI@example.cz", "--dry-run"]).output
    assert runner.invoke(args=["outbox", "erase", "jiri@example.cz"], input="n\n").exit_code == 1
    assert len(ledger.rows()) == 2
    assert "1 erased" in runner.invoke(args=["outbox", "erase", "jiri@example.cz", "--yes"]).output
    assert [row.reference for row in ledger.rows()] != [reference]
    assert len(ledger.rows()) == 1


def test_many_that_would_be_erased_fit_a_terminal(runner, outbox):
    for number in range(30):
        outbox.add(envelope(number, email="jiri@example.cz"))
    lines = runner.invoke(args=["outbox", "erase", "jiri@example.cz", "--dry-run"]).output.splitlines()
    assert " ".join(lines).startswith("30 would be erased: R0 R1 ")
    assert max(map(len, lines)) <= 80


# -- list --------------------------------------------------------------------------------------------------------------
def test_the_list_is_filtered_limited_and_fits_a_terminal(runner, outbox, monkeypatch):
    for number in range(12):
        outbox.add(envelope(number, kind="price-list" if number % 2 else "contact", suspicious=number == 3))
    outbox.add(envelope(99, reference="A-2026112521", kind="alarm"))
    outbox.record(outbox.claim(NOW, 600).failed(NOW, "550 5.7.1 " + "long words " * 40))
    listed = runner.invoke(args=["outbox", "list", "--limit", "3"]).output.splitlines()
    assert [line.split()[0] for line in listed] == ["REFERENCE", "R10", "R11", "A-2026112521", "3"]
    assert listed[-1] == "3 mails, the newest; older ones with --limit 30"
    for width in (80, 120):
        monkeypatch.setenv("COLUMNS", str(width))
        assert max(map(len, runner.invoke(args=["outbox", "list"]).output.splitlines())) == width
    assert "6 mails\n" in runner.invoke(args=["outbox", "list", "--kind", "price-list"]).output
    assert "'contact', 'price-list'" in runner.invoke(args=["outbox", "list", "--kind", "pricelist"]).output
    assert "R3 " in runner.invoke(args=["outbox", "list", "--suspicious"]).output
    rows = json.loads(runner.invoke(args=["outbox", "list", "--limit", "0", "--json"]).output)
    assert len(rows) == 13
    failed = json.loads(runner.invoke(args=["outbox", "list", "--state", "failed", "--json"]).output)
    assert failed[0]["reply"].endswith("long words ")
    assert "long words " * 40 in runner.invoke(args=["outbox", "show", failed[0]["reference"]]).output


def test_purge_asks_before_it_destroys(runner, outbox, ledger):
    outbox.add(envelope(1))
    outbox.record(outbox.claim(NOW, 600).sent(time.time() - 31 * 86400, "250"))
    assert runner.invoke(args=["outbox", "purge", "--dry-run"]).output == "1 would be deleted\n"
    assert runner.invoke(args=["outbox", "purge"], input="n\n").exit_code == 1
    assert ledger.rows()
    assert "1 deleted" in runner.invoke(args=["outbox", "purge", "--yes"]).output
    assert not ledger.rows()


def test_what_is_erased_is_gone_from_the_files_too(runner, client, outbox, tmp_path):
    client.post("/formulare/kontakt/", data={**CONTACT, "message": "pronajaty tajny text"}, headers=OWN)
    runner.invoke(args=["outbox", "erase", "jiri@example.cz", "--yes"])
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"SQLite format" in files
    assert b"tajny text" not in files


def test_erase_says_when_somebody_who_reads_keeps_the_text(runner, client, outbox, tmp_path):
    client.post("/formulare/kontakt/", data={**CONTACT, "message": "pronajaty tajny text"}, headers=OWN)
    with closing(sqlite3.connect(tmp_path / "outbox.sqlite3")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM outbox").fetchone()
        kept = runner.invoke(args=["outbox", "erase", "jiri@example.cz", "--yes"])
        assert kept.exit_code == 1
        assert "Call this again" in kept.output
    again = runner.invoke(args=["outbox", "erase", "jiri@example.cz", "--yes"])
    assert (again.exit_code, again.output) == (0, "Nothing is stored.\n")
    assert not any(b"tajny text" in file.read_bytes() for file in tmp_path.glob("outbox.sqlite3*"))


# -- bounce ------------------------------------------------------------------------------------------------------------
SLOW = """
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(2.5); RETURN OLD; END $$;
CREATE TRIGGER slow BEFORE DELETE ON outbox FOR EACH ROW EXECUTE FUNCTION slow()
"""


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_command_waits_for_a_large_table_longer_than_a_visitor_does(environ, outbox, database, monkeypatch):
    for number in (1, 2):  # each its own, for the server goes on with what nobody waits for
        outbox.add(envelope(number, email=f"{number}@example.cz"))
    with database.transaction(write=True) as connection:
        connection.exec_driver_sql(SLOW)
    monkeypatch.setattr("forms.schema.BUSY_SECONDS", 1)  # and two for a statement of a visitor's
    app = create_app(environ)
    with pytest.raises(OutboxError, match="wait timeout expired"):
        app.extensions["ledger"].erase("1@example.cz")
    erased = app.test_cli_runner().invoke(args=["outbox", "erase", "--yes", "2@example.cz"])
    assert "1 erased" in erased.output


def pipe(environ, notification):
    """Run the command as a mail alias does."""
    command = [sys.executable, "-m", "flask", "--app", "forms", "outbox", "bounce"]
    return subprocess.run(command, input=notification, env=environ, capture_output=True, timeout=60)


@pytest.fixture
def sent(outbox):
    """A submission that the relay has taken, the one that the samples are about."""
    identifier = b"Message-ID: <W7KQ4R.20261122150005@ispadmin.example>\r\n\r\nx"
    outbox.add(envelope(1, reference="W7KQ4R", kind="contact", message=identifier))
    outbox.record(outbox.claim(NOW, 600).sent(NOW, "250 Ok: queued as 4F2A1203EF"))
    return outbox


@pytest.mark.both_databases
@pytest.mark.parametrize("name", ["postfix", "exim", "exchange"])
def test_a_bounce_puts_the_submission_before_human_eyes(sent, ledger, environ, runner, name, smtp):
    environ = {"PATH": "/usr/bin:/bin", **environ}
    for words in (b"W7KQ4R parked: 5.", b"W7KQ4R was parked before."):  # the same bounce may come twice
        done = pipe(environ, sample(name))
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.startswith(words)
    (row,) = ledger.rows("failed")
    assert row.reply.startswith("250 Ok: queued as 4F2A1203EF; bounced: 5.")
    assert not ledger.rows("sent")
    assert "W7KQ4R" in runner.invoke(args=["outbox", "list", "--state", "failed"]).output
    assert sent.purge(time.time()) == 0
    runner.invoke(args=["deliver", "--once"])
    assert len(ledger.rows(kind="alarm")) == 1
    assert runner.invoke(args=["outbox", "retry", "W7KQ4R"]).output == "1 due now\n"
    runner.invoke(args=["deliver", "--once"])
    assert [row.reference for row in ledger.rows("sent", kind="contact")] == ["W7KQ4R"]
    assert b"<W7KQ4R.20261122150005@ispadmin.example>" in b"".join(mail.original_content for mail in smtp.taken)


def test_a_bounce_that_overtakes_the_record_of_the_delivery_stays(outbox, ledger):
    outbox.add(envelope(1, message=b"Message-ID: <R1@x>"))
    claim = outbox.claim(NOW, 600)
    ledger.bounce("R1", "<R1@x>", "550 no", NOW + 1)
    outbox.record(claim.sent(NOW + 2, "250 OK"))
    assert [row.reference for row in ledger.rows("failed")] == ["R1"]
    assert outbox.claim(NOW + 700, 600) is None


@pytest.mark.parametrize(
    ("notification", "words"),
    [
        (sample("postfix-delayed"), b"W7KQ4R: the mail is not lost"),
        (sample("postfix-delivered"), b"W7KQ4R: the mail is not lost"),
        (sample("postfix").replace(b"W7KQ4R.2026", b"W7KQ4R.2025"), b"is not stored, or not with this Message-ID"),
        (sample("postfix").replace(b"W7KQ4R", b"AAAAAA"), b"AAAAAA is not stored"),
        (b"Subject: Jsem na dovolene\n\nVratim se.", b"Not a bounce: it has no delivery status"),
        (b"x" * 5_000_000, b"Not a bounce"),
        (b"", b"Not a bounce"),
    ],
)
def test_other_mail_changes_nothing_and_makes_no_bounce_of_its_own(sent, ledger, environ, notification, words):
    done = pipe({"PATH": "/usr/bin:/bin", **environ}, notification)
    assert done.returncode == 0
    assert words in done.stdout + done.stderr
    assert b"Traceback" not in done.stderr
    assert [row.reference for row in ledger.rows("sent")] == ["W7KQ4R"]


def test_a_bounce_is_kept_by_the_mail_server_while_the_database_is_away(environ, tmp_path):
    (tmp_path / "folder").mkdir()
    away = {"PATH": "/usr/bin:/bin", **environ, "FORMS_DATABASE_URL": f"sqlite:///{tmp_path}/folder"}
    done = pipe(away, sample("postfix"))
    assert done.returncode == 75
    assert b"The database cannot be used" in done.stderr
