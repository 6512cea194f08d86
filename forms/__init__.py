"""The forms app: three forms, each submission stored at once and mailed to the helpdesk. Where the parts meet."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial

from flask import Flask, Request, Response, request
from flask.sessions import SessionInterface
from flask_limiter import Limiter
from jinja2 import FileSystemLoader, StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from forms import cli, counts, guard, monitoring, settings, theme, views
from forms.database import Database
from forms.intake import Intake
from forms.ledger import Ledger
from forms.mail import Addressing
from forms.outbox import Outbox
from forms.search import Index

# What every answer has, errors too. deploy/nginx/headers.conf says the same for files; a test compares the answers.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
TRANSPORT_SECURITY = {"Strict-Transport-Security": "max-age=63072000"}  # two years; over TLS only (RFC 6797 7.2)
PRIVATE = {"X-Robots-Tag": "noindex", "Cache-Control": "no-store"}  # an answer is one visitor's
LARGEST_BODY = 2 * 1024 * 1024  # bytes: what is much too long is still read, to be given back with its error
REDIS: dict[str, str | int] = {"socket_timeout": 1, "socket_connect_timeout": 1}  # seconds that a visitor waits


def create_app(environ: Mapping[str, str] | None = None) -> Flask:
    """Return the WSGI application set by FORMS_* in `environ` (the process's own by default); opens no database yet.

    Raises settings.SettingsError, which names every missing or wrong setting with its cure.
    """
    config = settings.load(os.environ if environ is None else environ)
    app = Flask(__name__, static_folder=None)
    app.session_interface = NoSession()
    app.config.update(config)
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY, MAX_FORM_MEMORY_SIZE=LARGEST_BODY, MAX_FORM_PARTS=200)
    app.config["OWN_ADDRESSES"] = frozenset(
        config[f"{name}_ADDRESS"].lower() for name in ("SALES", "TECHNICAL", "SITE", "BOUNCE")
    )
    app.jinja_loader = FileSystemLoader(theme.TEMPLATES)
    app.jinja_env.undefined = StrictUndefined
    app.extensions["theme"] = theme.load()
    app.extensions["theme"]["ORIGIN"] = config["SITE_URL"]
    database = Database(config["DATABASE_URL"])
    app.extensions["ledger"] = Ledger(database)
    app.extensions["intake"] = Intake(
        outbox=Outbox(database),
        addressing={
            name: Addressing(
                site=config["SITE_ADDRESS"],
                department=config[f"{name.upper()}_ADDRESS"],
                identity=config["IDENTITY"],
                headers=config[f"{name.upper()}_HEADERS"],
            )
            for name in ("sales", "technical")
        }
        | {"operator": Addressing(config["SITE_ADDRESS"], config["OPERATOR_ADDRESS"])},
        bounce_address=config["BOUNCE_ADDRESS"],
        texts=app.extensions["theme"]["TEXTS"]["cs"],
    )
    app.extensions["search"] = Index(config["SEARCH_INDEX"])
    limiter = Limiter(
        lambda: guard.client_id(request.remote_addr or "", config["SECRET_KEY"]),
        app=app,
        application_limits=[config["RATE_LIMIT"]],
        storage_uri=counts.HERE if config["RATELIMIT_STORAGE"] == "memory://" else config["RATELIMIT_STORAGE"],
        storage_options=REDIS if config["RATELIMIT_STORAGE"].startswith("redis") else None,
        in_memory_fallback_enabled=True,  # while Redis is away each process counts alone
        swallow_errors=True,  # when the count cannot be kept at all, visitors come first
    )
    limiter.request_filter(lambda: request.method != "POST")  # only forms are posted to
    app.extensions["forms_limiter"] = limiter
    app.register_blueprint(views.create_blueprint(app.extensions["theme"]))
    ledger = app.extensions["ledger"]
    app.register_blueprint(monitoring.create_blueprint(ledger, config["METRICS_NETWORKS"], config["PROXY_HOPS"]))
    app.extensions["form_markup"] = lambda kind, language: _outside_requests(app, kind, language)
    secure = TRANSPORT_SECURITY if config["SITE_URL"].startswith("https:") else {}
    app.after_request(partial(_dress, SECURITY_HEADERS | secure | PRIVATE))
    cli.register(app)
    if hops := config["PROXY_HOPS"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


class NoSession(SessionInterface):
    """No cookie is read or written: who comes again is not to be known again."""

    def open_session(self, app: Flask, request: Request) -> None:
        """Return none."""


def _outside_requests(app: Flask, kind: str, language: str) -> str:
    with app.test_request_context():
        return views.form_markup(kind, language)


def _dress(headers: Mapping[str, str], response: Response) -> Response:
    response.headers.extend(headers)
    return response
