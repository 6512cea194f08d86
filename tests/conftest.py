"""The parts that tests talk to: the app, its client and commands, its outbox, a real SMTP server, finished sites."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner

from forms import create_app
from forms.database import Database
from forms.intake import Intake
from forms.ledger import Ledger
from forms.outbox import Outbox
from forms.wording import PRAGUE
from formstates import every_page
from history import write_history
from newsroom.build import build
from postgres import Postgres
from serving import free_port

OWN = {"Sec-Fetch-Site": "same-origin"}  # what a browser says when a page of the site posts

CONTACT = {
    "department": "technical",
    "name": "Jiří Žluťoučký",
    "email": "jiri@example.cz",
    "message": "Po aktualizaci nevidíme zákazníky.",
}
TOMORROW = datetime.now(PRAGUE).date() + timedelta(days=1)
PRICE_LIST = {"name": "Jan Novák", "company": "Síť s.r.o.", "email": "jan@example.cz", "customer": "licence"}
TRAINING = {
    "name": "Jan Novák",
    "company": "Síť s.r.o.",
    "email": "jan@example.cz",
    "variant": "vendor",
    "date_1": TOMORROW.isoformat(),
    "participants": "5",
}
ADDRESSES = {"contact": "/en/forms/contact/", "price-list": "/en/forms/price-list/", "training": "/en/forms/training/"}
VALID = {"contact": CONTACT, "price-list": PRICE_LIST, "training": TRAINING}
HISTORY = 60
NOTICE = """Title: Zkouška
Date: 2017-01-02

První odstavec.

## Nadpis

Odstavec s `kódem` a [odkazem](/podpora/).

| Jedna | Dvě |
| --- | --- |
| a | b |

> Citát
>
> o dvou odstavcích.

- položka

```
dlouhý řádek kódu, který se na telefon nevejde, a proto se zalomí, aby k němu nebylo třeba posouvat stránku
```

### Menší nadpis

Konec.
"""

# Of random times; set here, where the run begins, so that all processes of the run have the same.
os.environ["SEED"] = os.environ.get("SEED") or str(random.randrange(10**6))  # noqa: S311 - no secret


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the numbers of the fault suite, and how to have the same random times again."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    said = [line for report in reports for name, line in report.user_properties if name == "said"]
    if said:
        terminalreporter.write_line(f"Fault suite, SEED={os.environ['SEED']}:")
    for line in said:
        terminalreporter.write_line(f"  {line}")


class Relay:
    """An SMTP server that keeps what it takes, or answers as a test tells it to: `answers` by command."""

    def __init__(self, url: str = "") -> None:
        self.url = url
        self.taken: list[Envelope] = []
        self.answers: dict[str, str] = {}
        self.sessions = 0

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if "DATA" in self.answers:
            return self.answers["DATA"]
        self.taken.append(envelope)
        return f"250 OK queued as {len(self.taken)}"


@pytest.fixture
def smtp() -> Iterator[Relay]:
    port = free_port()
    relay = Relay(f"smtp://127.0.0.1:{port}")
    controller = Controller(relay, hostname="127.0.0.1", port=port)
    controller.start()
    yield relay
    controller.stop()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests that are marked `both_databases` on each; the others have SQLite."""
    if "database_url" in metafunc.fixturenames and metafunc.definition.get_closest_marker("both_databases"):
        metafunc.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.remove()


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of the test's own."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield f"sqlite:///{tmp_path}/outbox.sqlite3"
        return
    server = request.getfixturevalue("postgres")
    name = server.database()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def environ(database_url: str, tmp_path: Path) -> dict[str, str]:
    return {
        "FORMS_DEVELOPMENT": "1",
        "FORMS_DATABASE_URL": database_url,
        "FORMS_SEARCH_INDEX": f"{tmp_path}/search.sqlite3",
        "FORMS_SITE_URL": "https://podpora.example.cz",
        "FORMS_RATE_LIMIT": "1000 per minute",
    }


@pytest.fixture
def app(environ: dict[str, str]) -> Flask:
    return create_app(environ)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def outbox(app: Flask) -> Outbox:
    intake: Intake = app.extensions["intake"]
    return intake.outbox


@pytest.fixture
def ledger(app: Flask) -> Ledger:
    books: Ledger = app.extensions["ledger"]
    return books


@pytest.fixture
def database(ledger: Ledger) -> Database:
    return ledger.database


@pytest.fixture
def reference(client: FlaskClient, ledger: Ledger) -> str:
    """The reference of a submission that waits."""
    client.post("/formulare/kontakt/", data=CONTACT, headers=OWN)
    return str(ledger.rows()[0].reference)


# -- Finished pages ----------------------------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real content as it goes out; building it is itself a test: any warning or fault of any page fails it."""
    built = tmp_path_factory.mktemp("built") / "output"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORMS_DEVELOPMENT", "1")
        build(built, drafts=False)
    return built


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with HISTORY made-up releases, so many that its longest way is as long as ways get, and NOTICE."""
    folder = tmp_path_factory.mktemp("history")
    content = write_history(folder / "content", HISTORY)
    (content / "news" / "2017-01-02-zkouska.cs.md").write_text(NOTICE, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORMS_DEVELOPMENT", "1")
        build(folder / "site", drafts=True, content=content)
    return folder / "site"


@pytest.fixture(scope="session")
def form_pages(tmp_path_factory: pytest.TempPathFactory, site: Path) -> dict[str, str]:
    """Every page of the forms app in every state, by name."""
    return every_page(tmp_path_factory.mktemp("forms"), VALID, site / "search.sqlite3")
