"""The least that would do, which the forms are measured against: Flask's hello, and bare WSGI with a durable commit."""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import psycopg
from flask import Flask

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ROW = b"x" * 2048  # bytes: about what a submission and its mail are


def hello() -> Flask:
    """Return Flask's hello world."""
    app = Flask("hello")
    app.add_url_rule("/formulare/kontakt/", view_func=lambda: "Hello")
    return app


def bare(url: str = os.environ.get("BARE_DATABASE", "")) -> "WSGIApplication":
    """Return an application without a framework that reads a post and commits a row durably."""
    commit = committer(url)

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        commit()
        start_response("303 See Other", [("Location", "/"), ("Content-Length", "0")])
        return [b""]

    return application


def committer(url: str) -> Callable[[], object]:
    """Return what commits one ROW that would outlast a power cut, on a connection of each thread's own."""
    local = threading.local()
    connect, statement = (postgresql, "%s") if url.startswith("postgresql") else (sqlite, "?")

    def commit() -> object:
        if not hasattr(local, "database"):
            local.database = connect(url)
        return local.database.execute(f"INSERT INTO bare VALUES ({statement})", (ROW,))  # noqa: S608 - nobody's text

    commit()  # makes the table, before there are threads
    return commit


def sqlite(url: str) -> Any:
    database = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=60, isolation_level=None)
    database.executescript(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS bare (content BLOB)"
    )
    return database


def postgresql(url: str) -> Any:
    database = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
    database.execute("CREATE TABLE IF NOT EXISTS bare (content BYTEA)")
    return database
