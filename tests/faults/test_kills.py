"""Power cuts for single processes: whoever was shown a reference is answered, and once but for the one known gap."""

import random
import time
from collections import Counter

import pytest

from faults.scale import SCALE, SEED
from faults.service import Service, Visitors, references, until_all_is_sent
from serving import eventually

pytestmark = pytest.mark.both_databases


def test_every_reference_that_was_shown_arrives_whoever_is_killed(environ, relay, ledger, tmp_path, say, request):
    dice = random.Random(SEED)  # noqa: S311 - no secret
    # Slow enough that a killed worker mostly had a mail in hand, before the relay had it or after.
    relay.trouble = lambda stage, sender: f"SLOW {dice.random() / 30}" if stage in ("MAIL", "dot") else ""
    kills = Counter()
    with Service(environ, tmp_path, webs=2, workers=2) as service:
        with Visitors(service, SCALE.clients, "kill") as visitors:
            while sum(kills.values()) < SCALE.kills or len(visitors.shown) < SCALE.submissions:
                assert visitors.is_alive(), visitors.wrong
                eventually(lambda: any(map(service.answers, service.ports)), 60)  # else nobody would see anything
                time.sleep(dice.uniform(0, SCALE.between))
                kind = dice.choice(["web", "worker"])
                victim = dice.choice(service.webs if kind == "web" else service.workers)
                victim.kill()
                victim.start()
                kills[kind] += 1
                say.progress(f"{sum(kills.values())} of {SCALE.kills} killed, {len(visitors.shown)} shown")
        assert not visitors.wrong
        until_all_is_sent(ledger, len(visitors.shown))
    lost = set(visitors.shown) - set(references(relay.mails))
    twice = sent_twice(relay)
    say.at_the_end(
        f"{request.node.callspec.id}: {len(visitors.shown)} shown, {len(lost)} lost, {len(twice)} sent twice, "
        f"{visitors.refused} told to try later; killed: {kills['web']} web processes, {kills['worker']} workers"
    )
    assert not lost
    assert len(ledger.rows("sent")) == len(visitors.shown)
    assert len(twice) <= kills["worker"]


def test_what_the_lost_machine_had_arrives_by_the_other(environ, relay, ledger, tmp_path):
    relay.trouble = lambda stage, sender: "SLOW 0.1" if stage == "dot" else ""
    with Service(environ, tmp_path, webs=2, workers=2) as service:
        with Visitors(service, SCALE.clients, "lost") as visitors:
            eventually(lambda: len(visitors.shown) >= 20, 60)
            for process in (service.webs[0], service.workers[0]):
                process.kill()  # for good
            shown = len(visitors.shown)
            eventually(lambda: len(visitors.shown) >= shown + 20, 60)
        assert not visitors.wrong
        until_all_is_sent(ledger, len(visitors.shown))
        assert service.answers(service.ports[1]) and not service.answers(service.ports[0])
    assert set(references(relay.mails)) == set(visitors.shown)
    assert len(sent_twice(relay)) <= 1


def sent_twice(relay):
    """Return the references that came more than once; fail where it was not the same mail, or no kill explains it."""
    by_reference = {}
    for session in relay.sessions:
        for number, mail in enumerate(session.mails, 1):
            last = number == len(session.mails) and not session.quit  # then the worker was killed
            by_reference.setdefault(references([mail])[0], []).append((mail, last))
    twice = {reference: copies for reference, copies in by_reference.items() if len(copies) > 1}
    for reference, copies in twice.items():
        assert len({mail for mail, _ in copies}) == 1, f"{reference} is not the same mail again"
        assert [last for _, last in copies].count(False) <= 1, f"{reference} was sent twice and nobody was killed"
    return list(twice)
