"""The caught mails at /_mail/: a list, each mail as the helpdesk gets it, its attachments and its bytes."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

from flask import Flask, Response, abort, render_template
from jinja2 import StrictUndefined

from forms import wording

SHOWN = (
    ("From", "Od"),
    ("To", "Komu"),
    ("Reply-To", "Odpověď na"),
    ("X-Webform-Reference", "Kód zprávy"),
)
NEWEST = 200  # how many mails the list shows; older ones are still files


@dataclass(frozen=True)
class Mail:
    """One caught mail: its file's name, its bytes and what they mean."""

    name: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def head(self) -> str:
        """All headers, to the letter."""
        return self.raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode("utf-8", "replace")

    @property
    def when(self) -> str:
        date = self.message["Date"]
        return wording.moment(date.datetime, "cs") if date and date.datetime else ""

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain",))
        return str(body.get_content()) if body else ""

    @property
    def attachments(self) -> list[EmailMessage]:
        return list(cast("Any", self.message.iter_attachments()))


def create_mailbox(folder: Path, stylesheet: str) -> Flask:
    """Return the app that shows the mails in `folder`, dressed by the site's own stylesheet."""
    app = Flask(__name__, static_url_path="/_mail/static")
    app.jinja_env.undefined = StrictUndefined

    def read(name: str) -> Mail:
        path = folder / f"{name}.eml"
        if path.parent != folder or not path.is_file():
            abort(404)
        return Mail(name, path.read_bytes())

    @app.get("/_mail/")
    def mails() -> str:
        names = sorted((path.stem for path in folder.glob("*.eml")), reverse=True)[:NEWEST]
        return render_template("mails.html", mails=[read(name) for name in names], stylesheet=stylesheet)

    @app.get("/_mail/<name>/")
    def mail(name: str) -> str:
        return render_template("mail.html", mail=read(name), shown=SHOWN, stylesheet=stylesheet)

    @app.get("/_mail/<name>.eml")
    def raw(name: str) -> Response:
        return download(read(name).raw, f"{name}.eml")

    @app.get("/_mail/<name>/<int:number>")
    def attachment(name: str, number: int) -> Response:
        attachments = read(name).attachments
        if number >= len(attachments):
            abort(404)
        part = attachments[number]
        return download(cast(bytes, part.get_payload(decode=True)), part.get_filename() or f"{number}")

    return app


def download(content: bytes, name: str) -> Response:
    response = Response(content, mimetype="application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
