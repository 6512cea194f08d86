import time

import pytest
from sqlalchemy import event

from conftest import ADDRESSES as FORMS
from conftest import CONTACT, OWN, VALID
from forms import create_app
from forms.ledger import ALIVE_SECONDS
from test_outbox import envelope

STRICT = "/healthz?strict=1"


def gauges(client, **options):
    text = client.get("/metrics", **options).text
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


@pytest.mark.both_databases
def test_health_of_a_service_that_nothing_ails(client, outbox, ledger):
    outbox.add(envelope(1, received_at=time.time()))
    ledger.beat("host:1", time.time())
    outbox.record(outbox.claim(time.time(), 600).sent(1_800_000_000, "250"))
    response = client.get(STRICT)
    assert response.status_code == 200
    assert response.get_json() == {
        "status": "ok",
        "database_writable": True,
        "pending": 0,
        "oldest_pending_seconds": 0,
        "parked": 0,
        "last_success": "2027-01-15T08:00:00+00:00",
        "worker_alive": True,
        "why": [],
    }


def test_what_a_person_must_mend_is_said_but_takes_no_machine_out_of_the_balance(client, outbox, ledger):
    client.post("/formulare/kontakt/", data=CONTACT, headers=OWN)
    outbox.add(envelope(1, received_at=time.time() - 7200))
    outbox.add(envelope(2))
    ledger.park("R2", time.time())
    ledger.beat("host:1", time.time() - ALIVE_SECONDS - 1)
    assert client.get("/healthz").status_code == 200
    response = client.get(STRICT)
    assert response.status_code == 503
    answer = response.get_json()
    assert (answer["status"], answer["parked"], answer["pending"], answer["worker_alive"]) == ("attention", 1, 2, False)
    parked, nobody, old = answer["why"]
    assert parked.startswith("1 parked")
    assert "no worker is alive" in nobody
    assert "for 120 minutes" in old
    assert "jiri" not in response.text


def test_health_when_no_submission_can_be_accepted(environ, tmp_path):
    (tmp_path / "folder").mkdir()
    client = create_app({**environ, "FORMS_DATABASE_URL": f"sqlite:///{tmp_path}/folder"}).test_client()
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.get_json()["status"] == "unavailable"
    assert gauges(client) == {"forms_database_up": 0}


def test_a_worker_that_was_seen_before_the_clock_was_set_back_is_not_taken_for_alive(ledger):
    ledger.beat("host:1", time.time() + 3600)
    assert ledger.status(time.time()).workers == 0


@pytest.mark.both_databases
def test_metrics_count_submissions_by_form_and_mails_to_the_operator_only_where_they_wait(client, outbox, ledger):
    for kind, answers in VALID.items():
        client.post(FORMS[kind], data=answers, headers=OWN)
    outbox.add(envelope(1, received_at=time.time() - 60))
    outbox.add(envelope(2, kind="digest", received_at=time.time()))
    ledger.beat("host:1", time.time())
    found = gauges(client)
    assert 60 <= found.pop("forms_oldest_pending_seconds") < 120
    assert found == {
        "forms_database_up": 1,
        "forms_pending": 5,
        "forms_parked": 0,
        "forms_last_success_timestamp_seconds": 0,
        "forms_workers_alive": 1,
        'forms_submissions_day{kind="contact"}': 1,
        'forms_submissions_day{kind="price-list"}': 1,
        'forms_submissions_day{kind="training"}': 1,
        'forms_submissions_day{kind="unknown"}': 1,
        'forms_schema_info{version="0002"}': 1,
    }


@pytest.mark.parametrize(
    ("settings", "client_address", "forwarded", "status"),
    [
        ({}, "127.0.0.1", None, 200),
        ({}, "::ffff:127.0.0.1", None, 200),
        ({}, "::1", None, 200),
        ({}, "198.51.100.7", None, 404),
        ({}, "2001:db8:5::1", None, 404),
        ({"FORMS_METRICS_NETWORKS": "10.0.0.0/8, 2001:db8:5::/48"}, "2001:db8:5::1", None, 200),
        ({"FORMS_METRICS_NETWORKS": "10.0.0.0/8, 2001:db8:5::/48"}, "2001:db8:6::1", None, 404),
        ({}, "", None, 404),  # a Unix socket
        ({}, "127.0.0.1", "198.51.100.7", 404),  # a proxy on this machine that nobody told us of
        ({"FORMS_PROXY_HOPS": "1"}, "127.0.0.1", "198.51.100.7", 404),
        ({"FORMS_PROXY_HOPS": "1"}, "127.0.0.1", "127.0.0.1, 198.51.100.7", 404),
        ({"FORMS_PROXY_HOPS": "1", "FORMS_METRICS_NETWORKS": "10.0.0.0/8"}, "127.0.0.1", "10.1.2.3", 200),
        ({"FORMS_METRICS_NETWORKS": ""}, "127.0.0.1", None, 404),
    ],
)
def test_metrics_are_there_for_the_operators_network_only(environ, settings, client_address, forwarded, status):
    client = create_app({**environ, **settings}).test_client()
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    response = client.get("/metrics", environ_base={"REMOTE_ADDR": client_address}, headers=headers)
    assert response.status_code == status


def test_counts_read_indexes_and_no_message(ledger, database):
    database.ping()
    statements = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: statements.append(given[2:4]))
    ledger.status(time.time())
    ledger.received(time.time() - 86400)
    with database.transaction() as connection:
        for statement, parameters in [pair for pair in statements if "FROM outbox" in pair[0]]:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            assert "USING COVERING INDEX" in plan[0][3], (statement, plan)
        assert len(statements) > 5


def test_what_waits_or_is_parked_is_listed_without_walking_through_all_rows(ledger, database):
    database.ping()
    statements = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: statements.append(given[2:4]))
    for state in ("pending", "failed"):
        assert ledger.rows(state, limit=30) == ledger.rows(state) == []
    with database.transaction() as connection:
        for statement, parameters in [pair for pair in statements if "FROM outbox" in pair[0]]:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            assert "SCAN outbox" not in plan, (statement, plan)
    assert len(statements) > 7
