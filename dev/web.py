"""The web process of `make serve`: the built site, then the forms, the caught mails and the reload, at one address."""

import argparse
import logging
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Flask
from markupsafe import escape
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.security import safe_join
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.utils import redirect, send_file
from werkzeug.wrappers import Request, Response

from dev.mailbox import create_mailbox
from forms import SECURITY_HEADERS, create_app, theme
from newsroom import redirects
from pelicanconf import RELEASES

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

STATIC = Path(__file__).parent / "static"
TYPES = {".atom.xml": "application/atom+xml", ".xml": "application/xml", ".js": "text/javascript"}
RELOAD_SECONDS = 20  # how long a browser's question stays open; its thread ends with it
SILENCE_SECONDS = 5  # after which a client that says nothing goes away, and its thread with it


class Handler(WSGIRequestHandler):
    """One client's connection. Browsers open some that they never use: that is no error worth a line."""

    timeout = SILENCE_SECONDS

    def log_error(self, format: str, *args: object) -> None:
        pass


class Web:
    """The WSGI application over `var`: site/ as built, mail/ as caught, `changed` as touched by the supervisor."""

    def __init__(self, var: Path, forms: Flask) -> None:
        self.site, self.mail, self.changed = var / "site", var / "mail", var / "changed"
        self.forms, self.mailbox = forms, create_mailbox(self.mail, theme.load()["ASSETS"]["css/site.css"])

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        stamp = self.stamp(request.path)
        response = self.answer(request)
        if request.path in RELEASES.values():
            response.headers["Access-Control-Allow-Origin"] = "*"
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        if request.method == "GET" and response.mimetype == "text/html":
            inject_reload(response, request.path, stamp)
        return response(environ, start_response)

    def answer(self, request: Request) -> Response:
        if request.path == "/_reload":
            return self.reload(request.args.get("page", "/"), request.args.get("stamp", ""))
        if request.path == "/_reload.js":
            return file(request, STATIC / "reload.js")
        if request.path.startswith("/_mail"):
            return Response.from_app(self.mailbox, request.environ)
        if request.method in ("GET", "HEAD") and (response := self.static(request)):
            return response
        if not self.is_form(request) and (page := self.not_found(request.path)):
            return page
        return Response.from_app(self.forms, request.environ)

    def static(self, request: Request) -> Response | None:
        """Return what the web server in front would: a file, a page, or a redirect of the build's map."""
        inside = safe_join(str(self.site), request.path.strip("/"))
        if inside is None:  # it would lead out of the site
            return None
        path = Path(inside)
        if is_file(path) and not request.path.endswith("/"):
            return file(request, path)
        if is_file(path / "index.html"):
            if request.path.endswith("/"):
                return file(request, path / "index.html")
            return redirect(f"/{request.path.strip('/')}/", 301)
        target = dict(redirects.read(self.site)).get(request.path)
        return redirect(target, 301) if target else None

    def is_form(self, request: Request) -> bool:
        """Return whether the forms app knows the address, be it for another method."""
        try:
            self.forms.url_map.bind("").match(request.path, request.method)
        except HTTPException as error:
            return not isinstance(error, NotFound)
        return True

    def not_found(self, path: str) -> Response | None:
        page = self.site / ("en" if path.startswith("/en/") else "") / "404.html"
        return Response(page.read_bytes(), 404, mimetype="text/html") if is_file(page) else None

    def stamp(self, page: str) -> str:
        """Return a word for what the page is made of; /_mail/ is made of the caught mails too."""
        watched = (self.changed, self.mail) if page.startswith("/_mail") else (self.changed,)
        return "-".join(str(path.stat().st_mtime_ns) for path in watched if path.exists())

    def reload(self, page: str, stamp: str) -> Response:
        """Answer a page that tells what it was made of: as soon as that has changed, else after a while."""
        end = time.monotonic() + RELOAD_SECONDS
        while self.stamp(page) == stamp:
            if time.monotonic() > end:
                return Response("the same")
            time.sleep(0.1)
        return Response("changed")


def inject_reload(response: Response, page: str, stamp: str) -> None:
    """Put the reloading script into the page, with what the page was made of."""
    response.direct_passthrough = False
    address = "/_reload.js?" + urlencode({"page": page, "stamp": stamp})
    script = f'<script src="{escape(address)}" defer></script>\n</body>'
    response.set_data(response.get_data().replace(b"</body>", script.encode(), 1))


def is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name too long for the file system
        return False


def file(request: Request, path: Path) -> Response:
    """Return a file; a browser asks for it each time, and gets a page anew, for the reloading script in it is new."""
    kind = next((kind for end, kind in TYPES.items() if path.name.endswith(end)), None)
    page = path.suffix == ".html"
    response = send_file(path, request.environ, mimetype=kind, conditional=not page, etag=not page)
    response.headers["Cache-Control"] = "no-cache"
    return response


def prove(forms: Flask) -> None:
    """Show every form, an answer with errors and an error page to nobody; raise what a broken template or view raises.

    A process that would fail so must not take the place of one that works.
    """
    forms.config["PROPAGATE_EXCEPTIONS"], client = True, forms.test_client()
    pages = theme.load()["FORM_ADDRESSES"]
    for kind, address in ((kind, address) for kind, addresses in pages.items() for address in addresses.values()):
        asked = {address: {"received": 404, "from": 302}.get(kind, 200)}  # only receipts with a token exist
        if kind == "extension":
            asked[f"{address}?until=x"] = 422
        for path, expected in asked.items():
            if (status := client.get(path).status_code) != expected:
                raise SystemExit(f"{path} odpovídá {status} místo {expected}")
    forms.config["PROPAGATE_EXCEPTIONS"] = None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--var", type=Path, required=True)
    parser.add_argument("--socket", type=int, required=True, help="file descriptor of the listening socket")
    arguments = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    forms = create_app()
    prove(forms)
    web = Web(arguments.var, forms)
    server = make_server("127.0.0.1", 0, web, threaded=True, request_handler=Handler, fd=arguments.socket)
    print("ready", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
