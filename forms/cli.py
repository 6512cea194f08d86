"""The commands `flask --app forms ...`: deliver, digest, canary, check. Wires the parts, prints for people."""

from __future__ import annotations

import json
import logging
import textwrap
import time
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from forms import check
from forms.canary import NotStoredError, post
from forms.cli_outbox import Answering, be_patient, ledger, outbox, outbox_commands
from forms.database import OutboxError, ReferenceTakenError
from forms.ledger import NOTICES
from forms.notice import ADDRESS, Operator
from forms.relay import Relay
from forms.submission import new_reference
from forms.wording import PRAGUE
from forms.worker import Stop, Worker

CANARY_KEPT_SECONDS = 86400


class Command(Answering, click.Command):
    """A command that says it in one line when the database is away."""


def register(app: Flask) -> None:
    """Give the app its commands."""
    for command in (deliver, digest, canary, try_all, outbox_commands):
        app.cli.add_command(command)


def _relay() -> Relay:
    config = current_app.config
    return Relay(config["SMTP_URL"], config["LEASE_SECONDS"], config["SMTP_CA_FILE"])


def _operator() -> Operator:
    config = current_app.config
    return Operator(config["SITE_ADDRESS"], config["OPERATOR_ADDRESS"], config["BOUNCE_ADDRESS"])


def _worker() -> Worker:
    config = current_app.config
    return Worker(
        outbox=outbox(),
        ledger=ledger(),
        relay=_relay,
        poll=config["POLL_SECONDS"],
        retry=config["RETRY_SECONDS"],
        lease=config["LEASE_SECONDS"],
        retention=config["RETENTION_DAYS"] * 86400,
        compose_alarm=_operator().alarm,
    )


@click.command("deliver", cls=Command)
@click.option("--once", is_flag=True, help="Send what is due and end.")
@with_appcontext
def deliver(once: bool) -> None:
    """Send what is stored, until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)  # tells of each step that goes well
    if not once:
        _worker().run(Stop())
    elif not _worker().once(Stop()):
        raise click.ClickException("The relay takes no mail now. What waits is kept; `check` tries the relay.")


@click.command("digest", cls=Command)
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Of that day, in Prague; by default of yesterday.")
@with_appcontext
def digest(day: datetime | None) -> None:
    """Send the operator a day's digest.

    Through the outbox; called twice for the same day it makes one mail.
    """
    be_patient(current_app)
    today = datetime.now(PRAGUE).replace(hour=0, minute=0, second=0, microsecond=0)
    start = day.replace(tzinfo=PRAGUE) if day else today - timedelta(days=1)
    end = start + timedelta(days=1)
    if end > today:
        raise click.UsageError(f"{start:%Y-%m-%d} is not over yet.")
    received, waiting, parked = (
        [row for row in rows if row.kind not in NOTICES]
        for rows in (
            ledger().rows(received=(start.timestamp(), end.timestamp())),
            ledger().rows("pending"),
            ledger().rows("failed"),
        )
    )
    envelope = _operator().digest(start.date(), received, waiting, parked, time.time())
    try:
        outbox().add(envelope)
    except ReferenceTakenError:
        click.echo(f"{envelope.reference} was written before, no second one.")
        return
    click.echo(f"{envelope.reference} is in the outbox: {len(received)} received on {start:%Y-%m-%d}.")


@click.command("canary", cls=Command)
@click.option("--timeout", default=120, show_default=True, type=click.IntRange(1), help="Seconds for the whole way.")
@with_appcontext
def canary(timeout: int) -> None:
    """Send a trial submission the whole way.

    From the contact form at the public address to the operator's, through web server, outbox, worker and relay. Ends
    with 1 when the relay has not taken it in time.
    """
    reference, started = f"C-{new_reference()}", time.monotonic()
    try:
        _post_canary(reference, timeout)
        row = _row_when_tried(reference, started + timeout)
        why = "" if row and row.sent_at else _why_not_sent(row)
    except NotStoredError as error:
        why = str(error)
    except OutboxError as error:
        why = f"the database cannot be used ({error})"
    with suppress(OutboxError):  # what stays now goes after a day
        ledger().clear_canaries(time.time() - CANARY_KEPT_SECONDS, reference if why else None)
    if why:
        raise click.ClickException(f"CANARY {reference} NOT TAKEN in {timeout} s: {why}. `check` tries every part.")
    click.echo(f"{reference}: the relay took it after {time.monotonic() - started:.1f} s: {_masked(row.reply)}")


def _row_when_tried(reference: str, until: float) -> Any:
    row = ledger().row(reference)
    while row and not (row.sent_at or row.failed_at) and time.monotonic() < until:
        time.sleep(0.2)
        row = ledger().row(reference)
    return row


def _masked(reply: str) -> str:
    return ADDRESS.sub("…", reply)  # the journal keeps it longer than we do


def _post_canary(reference: str, timeout: int) -> None:
    config, path = current_app.config, current_app.extensions["theme"]["FORM_ADDRESSES"]["contact"]["cs"]
    email = f"kanarek@{config['SITE_ADDRESS'].rpartition('@')[2]}"
    post(config["SITE_URL"], path, email, reference, config["SECRET_KEY"], timeout)


def _why_not_sent(row: Any) -> str:
    if row is None:
        return "the site stored it in another database than this one"
    if row.attempts:
        return f"the relay's last words: {_masked(row.reply)}" if row.reply else "the relay has not answered yet"
    alive = ledger().status(time.time()).workers
    return f"no worker took it: {'those seen in the last two minutes are busy or gone' if alive else 'none is alive'}"


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="One JSON list, for machines.")
@with_appcontext
def try_all(as_json: bool) -> None:
    """Try every part for real.

    Ends with 1 when one is not right.
    """
    development = current_app.config["DEVELOPMENT"]
    file = current_app.config["DATABASE_URL"].partition("sqlite:///")[2]
    findings = [
        check.Finding("settings", True, "of development only" if development else "complete, none is unsafe"),
        check.database(ledger()),
        *([check.disk(file)] if file else []),
        check.relay(_relay()),
        check.limits(current_app.extensions["forms_limiter"].storage),
        check.search(current_app.extensions["search"], current_app.extensions["theme"]["LANGUAGES"]),
        check.site(current_app.config["SITE_URL"]),
        check.worker(ledger(), time.time()),
    ]
    if as_json:
        click.echo(json.dumps([vars(finding) for finding in findings], indent=1))
    else:
        click.echo("\n".join(map(_table_row, findings)))
    if not all(finding.right for finding in findings):
        raise SystemExit(1)


def _table_row(finding: Any) -> str:
    head = f"{finding.part:10}{'right' if finding.right else 'WRONG':7}"
    return textwrap.fill(head + finding.words, 80, subsequent_indent=" " * len(head), break_long_words=False)
