"""The commands `flask --app forms ...`: deliver, outbox, check. Wires the parts, prints for people."""

from __future__ import annotations

import contextlib
import json
import logging
import smtplib
import time
from datetime import UTC, datetime
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from forms.delivery import Relay
from forms.fields import parsed_email
from forms.outbox import Outbox, OutboxError
from forms.worker import Stop, Worker

NO_DATABASE = "The database does not answer: {}. Look at FORMS_DATABASE_URL and the rights to its file or server."


class OutboxGroup(AppGroup):
    """Commands that say it in one line when the database is away."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(context)
        except OutboxError as error:
            raise click.ClickException(NO_DATABASE.format(error)) from error


outbox_commands = OutboxGroup("outbox", help="Look at the stored submissions and act on them.")


def register(app: Flask) -> None:
    """Give the app its commands."""
    app.cli.add_command(deliver)
    app.cli.add_command(check)
    app.cli.add_command(outbox_commands)


def _outbox() -> Outbox:
    return current_app.extensions["intake"].outbox  # type: ignore[no-any-return]


def _relay() -> Relay:
    return Relay(current_app.config["SMTP_URL"], current_app.config["LEASE_SECONDS"])


def _worker() -> Worker:
    config = current_app.config
    return Worker(
        outbox=_outbox(),
        relay=_relay,
        poll=config["POLL_SECONDS"],
        retry=config["RETRY_SECONDS"],
        lease=config["LEASE_SECONDS"],
        retention=config["RETENTION_DAYS"] * 86400,
    )


@click.command("deliver")
@click.option("--once", is_flag=True, help="Send what is due and end.")
@with_appcontext
def deliver(once: bool) -> None:
    """Send the stored submissions to the helpdesk until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    if not once:
        _worker().run(Stop())
        return
    try:
        if not _worker().once(Stop()):
            raise click.ClickException("The relay takes no mail now. What waits is kept; `check` tries the relay.")
    except OutboxError as error:
        raise click.ClickException(NO_DATABASE.format(error)) from error


# -- outbox ------------------------------------------------------------------------------------------------------------
@outbox_commands.command("list")
@click.option("--state", type=click.Choice(["pending", "sent", "failed"]), help="Only these.")
@click.option("--json", "as_json", is_flag=True, help="One JSON list, for machines.")
def list_rows(state: str | None, as_json: bool) -> None:
    """List submissions by reference: no names, no answers."""
    rows = [_summary(row) for row in _outbox().rows(state)]
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    click.echo(f"{'REFERENCE':10}{'STATE':9}{'RECEIVED (UTC)':18}{'NEXT ATTEMPT':17}{'TRIES':>5}  LAST REPLY")
    for row in rows:
        received, following = _time(row["received_at"]), _time(row["next_attempt_at"])
        click.echo(
            f"{row['reference']:10}{row['state']:9}{received:18}{following:17}{row['attempts']:>5}  {row['reply'][:18]}"
        )
    click.echo(f"{len(rows)} submission{'' if len(rows) == 1 else 's'}")


@outbox_commands.command("show")
@click.argument("reference")
def show(reference: str) -> None:
    """Print one submission: its state, the relay's words and the whole frozen mail."""
    row = _outbox().row(reference.upper())
    if row is None:
        raise click.ClickException(f"There is no submission {reference}. `outbox list` shows those there are.")
    for key, value in _summary(row).items():
        click.echo(f"{key}: {_time(value) if key.endswith('_at') else value}")
    click.echo(f"sender: {row.sender}\nrecipient: {row.recipient}\n")
    click.echo(row.message.decode("utf-8", "replace").replace("\r\n", "\n"))


@outbox_commands.command("retry")
@click.argument("reference", required=False)
@click.option("--all", "every", is_flag=True, help="Every parked one.")
def retry(reference: str | None, every: bool) -> None:
    """Send a parked or waiting submission at the next turn of the worker."""
    if bool(reference) == every:
        raise click.UsageError("Give one reference, or --all for every parked one.")
    count = _outbox().retry(time.time(), reference.upper() if reference else None)
    if reference and not count:
        raise click.ClickException(f"There is no unsent submission {reference} that the worker has not in hand.")
    click.echo(f"{count} due now")


@outbox_commands.command("park")
@click.argument("reference")
def park(reference: str) -> None:
    """Keep a waiting submission from being sent; `retry` lets it go again."""
    if not _outbox().park(reference.upper(), time.time()):
        raise click.ClickException(f"There is no waiting submission {reference}.")
    click.echo(f"{reference.upper()} parked")


@outbox_commands.command("purge")
@click.option("--dry-run", is_flag=True, help="Only say how many.")
def purge(dry_run: bool) -> None:
    """Delete submissions that were sent more than FORMS_RETENTION_DAYS ago; never unsent ones."""
    click.echo(f"{_worker().purge(dry_run)} {'would be ' if dry_run else ''}deleted")


@outbox_commands.command("erase")
@click.argument("email")
@click.option("--dry-run", is_flag=True, help="Only say how many.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(email: str, dry_run: bool, yes: bool) -> None:
    """Delete everything that one person sent, by e-mail address, delivered or not."""
    with contextlib.suppress(ValueError):
        email = parsed_email(email).ascii_email
    references = _outbox().erase(email, dry_run=True)
    click.echo(f"{len(references)} would be erased: {' '.join(references)}" if references else "Nothing is stored.")
    if dry_run or not references:
        return
    if not yes:
        click.confirm("Erase them for good?", abort=True)
    click.echo(f"{len(_outbox().erase(email))} erased")


def _summary(row: Any) -> dict[str, Any]:
    state = "sent" if row.sent_at else "failed" if row.failed_at else "pending"
    following = row.next_attempt_at if state == "pending" else None
    return {
        "reference": row.reference,
        "state": state,
        "received_at": row.received_at,
        "next_attempt_at": following,
        "attempts": row.attempts,
        "sent_at": row.sent_at,
        "failed_at": row.failed_at,
        "reply": row.reply,
    }


def _time(seconds: float | None) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M") if seconds else "-"


# -- check -------------------------------------------------------------------------------------------------------------
@click.command("check")
@with_appcontext
def check() -> None:
    """Try the settings, the database and the relay for real; exit 1 when one is not right."""
    click.echo("settings  right")
    wrong = False
    try:
        _outbox().ping()
        click.echo("database  right: takes a write")
    except OutboxError as error:
        wrong = True
        click.echo(f"database  WRONG: {NO_DATABASE.format(error)}")
    relay = _relay()
    try:
        relay.open()
        click.echo("relay     right: answers" + (" and lets us in" if relay.url.username else ""))
    except (smtplib.SMTPException, OSError) as error:
        wrong = True
        click.echo(f"relay     WRONG: {type(error).__name__}. Look at FORMS_SMTP_URL and whether the relay runs.")
    finally:
        relay.quit()
    if wrong:
        raise SystemExit(1)
