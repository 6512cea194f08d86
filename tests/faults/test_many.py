"""Several web processes and workers on one database, and how they end."""

import threading
import time
from collections import Counter

import pytest

from faults.chaos import HANG
from faults.scale import DATABASES, SCALE
from faults.service import Service, Visitors, references, until_all_is_sent
from serving import eventually


@pytest.mark.both_databases
def test_three_workers_and_two_web_processes_send_each_once(environ, ledger, relay, tmp_path, say, request):
    environ["FORMS_LEASE_SECONDS"] = "600"  # nobody dies here, and a slow machine is no reason to send twice
    with Service(environ, tmp_path, webs=2, workers=3) as service:
        with Visitors(service, SCALE.clients, "many") as visitors:
            while len(visitors.shown) < SCALE.each_once:
                assert visitors.is_alive(), visitors.wrong
                time.sleep(0.1)
                say.progress(f"{len(visitors.shown)} of {SCALE.each_once} shown")
        assert not visitors.wrong
        until_all_is_sent(ledger, len(visitors.shown))
    sent = Counter(references(relay.mails))
    say.at_the_end(f"{request.node.callspec.id}: {len(visitors.shown)} shown, by three workers {len(relay.mails)} sent")
    assert sent == dict.fromkeys(visitors.shown, 1)
    assert sum(bool(session.mails) for session in relay.sessions) > 1, "one worker did it all"


@pytest.mark.parametrize("database_url", DATABASES, indirect=True)
def test_all_end_within_ten_seconds_while_the_relay_chews(environ, ledger, relay, tmp_path):
    environ["FORMS_LEASE_SECONDS"] = "60"
    relay.trouble = lambda stage, sender: HANG if stage == "dot" else ""
    with Service(environ, tmp_path, webs=1, workers=1) as service:
        assert service.post("chewed on")[0] == 303
        eventually(lambda: relay.mails)
        with Visitors(service, SCALE.clients, "end") as visitors:
            eventually(lambda: len(visitors.shown) >= 20, 60)
            took = []
            ends = [
                threading.Thread(target=lambda process=process: took.append(process.terminate()))
                for process in (*service.webs, *service.workers)
            ]
            for end in ends:
                end.start()
            for end in ends:
                end.join()
            service.webs[0].start()  # so that the visitors can end too
        assert not visitors.wrong
        assert len(took) == 2
        assert max(took) < 10
        relay.trouble = lambda stage, sender: ""
        chewed = relay.mails[0]
        with ledger.database.engine.begin() as connection:  # its lease is over
            connection.exec_driver_sql("UPDATE outbox SET next_attempt_at = 1, leased_until = 1 WHERE attempts = 1")
        service.workers.append(service.worker())
        eventually(lambda: not ledger.rows("pending"), 60)
        assert service.webs[0].terminate() < 10
    sent = Counter(relay.mails)
    assert sent.pop(chewed) == 2
    assert set(sent.values()) == {1}
    assert len(sent) == len(visitors.shown)
