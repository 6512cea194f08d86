"""The commands `flask --app forms outbox ...`: look at what is stored and act on it. References, never answers."""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
import textwrap
import time
from datetime import UTC, datetime
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup, ScriptInfo

from forms import bounce, mail, schema
from forms.check import DATABASE_CURE
from forms.database import OutboxError
from forms.fields import parsed_email
from forms.forms import FORMS
from forms.ledger import NOTICES, Ledger
from forms.outbox import Outbox

NO_DATABASE = f"The database cannot be used: {{}}: {DATABASE_CURE}."
LARGEST_BOUNCE = 1024 * 1024  # bytes: the delivery status comes before the mail that is returned
PURGE_REST = 0.2  # seconds between two portions, in which visitors and worker write
TRY_AGAIN = 75  # EX_TEMPFAIL: the mail server keeps the bounce and pipes it once more


class Answering:
    """Says it in one line when the database is away."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(context)  # type: ignore[misc]  # mixed into click's own
        except OutboxError as error:
            raise click.ClickException(NO_DATABASE.format(error)) from error


class OutboxGroup(Answering, AppGroup):
    """The group."""

    def invoke(self, context: click.Context) -> Any:
        """Run a command."""
        be_patient(context.ensure_object(ScriptInfo).load_app())
        return super().invoke(context)


outbox_commands = OutboxGroup("outbox", help="Look at the stored submissions and act on them.")


def be_patient(app: Flask) -> None:
    """Let the database take its time: a table may be huge, and who calls sees that it works."""
    schema.be_patient(app.extensions["ledger"].database.engine)


def outbox() -> Outbox:
    """Return the app's outbox."""
    return current_app.extensions["intake"].outbox  # type: ignore[no-any-return]


def ledger() -> Ledger:
    """Return the app's ledger."""
    return current_app.extensions["ledger"]  # type: ignore[no-any-return]


@outbox_commands.command("list")
@click.option("--state", type=click.Choice(["pending", "sent", "failed"]), help="Only these.")
@click.option("--kind", type=click.Choice([*FORMS, *NOTICES]), help="Only these.")
@click.option("--suspicious", is_flag=True, help="Only those marked as possible spam.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(0), help="The newest so many; 0: all.")
@click.option("--json", "as_json", is_flag=True, help="One JSON list, for machines.")
def list_rows(state: str | None, kind: str | None, suspicious: bool, limit: int, as_json: bool) -> None:
    """List what is stored, by reference.

    Oldest first; no names, no answers.
    """
    found = ledger().rows(state, kind, suspicious=suspicious, limit=limit + 1 if limit else None)
    rows = [_summary(row) for row in (found[-limit:] if limit else found)]
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    width = max(80, shutil.get_terminal_size().columns)  # 80 where there is no terminal
    click.echo(f"{'REFERENCE':13}{'KIND':11}{'STATE':8}{'RECEIVED (UTC)':17}{'NEXT TRY':12}{'TRIES':6}LAST REPLY")
    for row in rows:
        received, following = _time(row["received_at"]), _time(row["next_attempt_at"])[-11:]
        line = f"{row['reference']:13}{row['kind']:11}{row['state']:8}{received:17}{following:12}{row['attempts']:<6}"
        words = row["reply"].rpartition("; bounced: ")[2]
        click.echo((line + words)[:width].rstrip())
    more = f", the newest; older ones with --limit {limit * 10}" if len(found) > len(rows) else ""
    click.echo(f"{len(rows)} mail{'' if len(rows) == 1 else 's'}{more}")


@outbox_commands.command("show")
@click.argument("reference")
@click.option("--raw", is_flag=True, help="The mail as it goes out.")
def show(reference: str, raw: bool) -> None:
    """Print one, with the whole mail.

    Its state and the relay's words come first; the mail is decoded, with --raw as it goes out.
    """
    row = ledger().row(reference.upper())
    if row is None:
        raise click.ClickException(f"There is no submission {reference}. `outbox list` shows those there are.")
    for key, value in _summary(row).items():
        click.echo(f"{key}: {_time(value) + ' UTC' * bool(value) if key.endswith('_at') else value}")
    click.echo(f"sender: {row.sender}\nrecipient: {row.recipient}\n")
    click.echo(row.message.decode("utf-8", "replace").replace("\r\n", "\n") if raw else mail.readable(row.message))


@outbox_commands.command("retry")
@click.argument("reference", required=False)
@click.option("--all", "every", is_flag=True, help="Every parked one.")
def retry(reference: str | None, every: bool) -> None:
    """Send a parked or waiting one again.

    At the next turn of the worker, as if it were new.
    """
    if bool(reference) == every:
        raise click.UsageError("Give one reference, or --all for every parked one.")
    count = ledger().retry(time.time(), reference.upper() if reference else None)
    if reference and not count:
        raise click.ClickException(f"There is no unsent submission {reference} that the worker has not in hand.")
    click.echo(f"{count} due now")


@outbox_commands.command("park")
@click.argument("reference")
def park(reference: str) -> None:
    """Keep a waiting one from being sent.

    `retry` lets it go again.
    """
    if not ledger().park(reference.upper(), time.time()):
        raise click.ClickException(f"There is no waiting submission {reference}.")
    click.echo(f"{reference.upper()} parked")


@outbox_commands.command("purge")
@click.option("--dry-run", is_flag=True, help="Only say how many.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def purge(dry_run: bool, yes: bool) -> None:
    """Delete what was sent long ago.

    More than FORMS_RETENTION_DAYS ago, as the worker does; never what is unsent or came back.
    """
    before = time.time() - current_app.config["RETENTION_DAYS"] * 86400
    count = outbox().purge(before, dry_run=True)
    click.echo(f"{count} would be deleted")
    if dry_run or not count:
        return
    if not yes:
        click.confirm("Delete them for good?", abort=True)
    total = 0
    while deleted := outbox().purge(before):
        total += deleted
        time.sleep(PURGE_REST)
    click.echo(f"{total} deleted")


@outbox_commands.command("erase")
@click.argument("email")
@click.option("--dry-run", is_flag=True, help="Only say how many.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(email: str, dry_run: bool, yes: bool) -> None:
    """Delete all that one person sent.

    By e-mail address, delivered or not.
    """
    with contextlib.suppress(ValueError):
        email = parsed_email(email).ascii_email
    references = ledger().erase(email, dry_run=True)
    found = f"{len(references)} would be erased: {' '.join(references)}" if references else "Nothing is stored."
    click.echo(textwrap.fill(found, 80))
    if dry_run:
        return
    if references and not yes:
        click.confirm("Erase them for good?", abort=True)
    if references:
        click.echo(f"{len(ledger().erase(email))} erased")
    if not schema.empty_log(ledger().database.engine):  # also after a call that could not
        raise click.ClickException(
            "What was erased still stands in the log beside the database, which somebody is reading (a backup?). "
            "Call this again when that has ended."
        )


@outbox_commands.command("bounce")
def take_bounce() -> None:
    """Park what a bounce is about.

    Reads one bounce from standard input, as a mail alias pipes it.

    Ends with 0 whatever the mail is, lest the mail server answers a bounce with a bounce; with 75 where the database is
    away, and the mail server tries again.
    """
    notification = sys.stdin.buffer.read(LARGEST_BOUNCE)
    while sys.stdin.buffer.read(65536):  # the mail server does not like a pipe that is closed early
        pass
    try:
        found = bounce.read(notification)
        if not found.failed:
            click.echo(f"{found.reference}: the mail is not lost ({found.words}), nothing to do.")
            return
        row = ledger().bounce(found.reference, found.message_id, found.words, time.time())
    except bounce.NotABounceError as error:
        click.echo(f"Not a bounce: {error}. Nothing was changed.", err=True)
    except OutboxError as error:
        click.echo(NO_DATABASE.format(error), err=True)
        raise SystemExit(TRY_AGAIN) from error
    else:
        known = "was parked before" if row and row.failed_at else f"parked: {found.words}"
        click.echo(f"{found.reference} {known if row else 'is not stored, or not with this Message-ID'}.", err=not row)


def _summary(row: Any) -> dict[str, Any]:
    state = "failed" if row.failed_at else "sent" if row.sent_at else "pending"
    following = row.next_attempt_at if state == "pending" else None
    return {
        "reference": row.reference,
        "kind": row.kind,
        "state": state,
        "received_at": row.received_at,
        "next_attempt_at": following,
        "attempts": row.attempts,
        "sent_at": row.sent_at,
        "failed_at": row.failed_at,
        "suspicious": row.suspicious,
        "reply": row.reply,
    }


def _time(seconds: float | None) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M") if seconds else "-"
