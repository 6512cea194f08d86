"""What monitors ask: /healthz (a balancer, or whoever calls a person) and /metrics. Numbers, nothing personal."""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from werkzeug.exceptions import NotFound

from forms import guard
from forms.database import OutboxError
from forms.ledger import Ledger, Status

LONG_PENDING_SECONDS = 3600  # greylisting and a relay's short rest are over by then
Networks = Collection[IPv4Network | IPv6Network]


def create_blueprint(ledger: Ledger, networks: Networks, proxies_believed: int) -> Blueprint:
    """Return the two pages; /metrics is there for clients within `networks` only."""
    pages = Blueprint("monitoring", __name__)
    pages.add_url_rule("/healthz", "healthz", lambda: health(ledger, request.args.get("strict") == "1", time.time()))

    @pages.get("/metrics")
    def metrics() -> Response:
        # What a proxy that is not believed brings in looks like the proxy itself.
        hidden = not proxies_believed and "X-Forwarded-For" in request.headers
        client = guard.client_address(request.remote_addr or "")
        if hidden or not any(client and client in network for network in networks):
            raise NotFound
        return Response(generate_latest(numbers(ledger, time.time())), content_type=CONTENT_TYPE_LATEST)

    return pages


def health(ledger: Ledger, strict: bool, now: float) -> ResponseReturnValue:
    """Say how the service is: 503 where no submission can be accepted, and when strict, where a person must act."""
    try:
        ledger.database.ping()
        status = ledger.status(now)
    except OutboxError:
        why = ["No submission can be accepted: the database cannot be written to."]
        return {"status": "unavailable", "database_writable": False, "why": why}, 503
    why = reasons(status, now)
    success = status.last_success_at
    answer = {
        "status": "attention" if why else "ok",
        "database_writable": True,
        "pending": status.pending,
        "oldest_pending_seconds": _age(status, now),
        "parked": status.parked,
        "last_success": datetime.fromtimestamp(success, UTC).isoformat(timespec="seconds") if success else None,
        "worker_alive": status.workers > 0,
        "why": why,
    }
    return answer, 503 if strict and why else 200


def reasons(status: Status, now: float) -> list[str]:
    """Return why a person must act, in plain words; nothing where nobody must."""
    age, found = _age(status, now), []
    if status.parked:
        found.append(f"{status.parked} parked: no machine sends them any more, see `outbox list --state failed`.")
    if status.pending and not status.workers:
        found.append("Mails wait and no worker is alive: start `flask --app forms deliver`.")
    if age > LONG_PENDING_SECONDS:
        found.append(f"The oldest mail has waited for {age // 60} minutes, see `outbox list --state pending`.")
    return found


def numbers(ledger: Ledger, now: float) -> CollectorRegistry:
    """Return the gauges, read from the database and so the same from every machine; of one that is away only that."""
    registry = CollectorRegistry()

    def gauge(name: str, words: str, value: float) -> None:
        Gauge(f"forms_{name}", words, registry=registry).set(value)

    try:
        status, received = ledger.status(now), ledger.received(now - 86400)
    except OutboxError:
        gauge("database_up", "Whether the database answers.", 0)
        return registry
    gauge("database_up", "Whether the database answers.", 1)
    gauge("pending", "Mails that wait.", status.pending)
    gauge("parked", "Mails that no machine sends any more.", status.parked)
    gauge("oldest_pending_seconds", "Age of the oldest that waits.", _age(status, now))
    gauge("last_success_timestamp_seconds", "When the relay took one; 0: never.", status.last_success_at or 0)
    gauge("workers_alive", "Workers seen in the last two minutes.", status.workers)
    submissions = Gauge("forms_submissions_day", "Submissions of a day, by form.", ["kind"], registry=registry)
    for kind, count in sorted(received.items()):
        submissions.labels(kind or "unknown").set(count)
    Gauge("forms_schema_info", "Version of the tables.", ["version"], registry=registry).labels(status.version).set(1)
    return registry


def _age(status: Status, now: float) -> int:
    return max(0, round(now - (status.oldest_pending_at or now)))
