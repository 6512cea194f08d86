"""A relay in every kind of trouble: nothing is lost, one bad message holds up no other, a dead one is not hammered."""

import time
from collections import Counter
from itertools import pairwise

import pytest

from faults.chaos import DRIP, DROP, HANG, Chaos
from faults.scale import DATABASES, SCALE, TORTURE
from faults.service import Service
from forms.delivery import deliver_due
from forms.relay import Relay
from serving import eventually
from test_outbox import NOW, envelope

ON_EACH = pytest.mark.parametrize("database_url", DATABASES, indirect=True)
STAGES = ("MAIL", "RCPT", "DATA", "body", "dot")
DRIPPING = STAGES if TORTURE else ("MAIL", "dot")
GARBAGE = "\x00\xff what? 250 not at all"
NOT_YET = [
    (stage, answer) for stage in STAGES if stage != "body" for answer in ("451 later", "452 full", "421 closing")
]
BROKEN = [(stage, trouble) for stage in STAGES for trouble in (DROP, HANG)]
WRONG = [(stage, GARBAGE) for stage in STAGES if stage != "body"]
REFUSED = [("RCPT", "550 no such user"), ("dot", "554 no")]
ALWAYS = [("dot", DROP), ("body", DROP), ("RCPT", "421 closing")]  # at every attempt


@ON_EACH
def test_each_trouble_with_one_message_is_that_messages_alone(environ, relay, outbox, ledger, tmp_path):
    """Each message meets its trouble once, but for the last three; a healthy one goes before each."""
    troubles = [*NOT_YET, *BROKEN, *WRONG, ("dot", "SLOW 3"), *REFUSED, *ALWAYS]
    always = range(len(troubles))[-len(ALWAYS) :]
    met = Counter()

    def trouble(stage, sender):
        number, _, host = sender.partition("@")
        if host != "trouble.example" or troubles[int(number)][0] != stage:
            return ""
        met[number] += 1
        return troubles[int(number)][1] if met[number] == 1 or int(number) in always else ""

    relay.trouble = trouble
    for number in range(len(troubles)):
        outbox.add(envelope(number, message=mail(f"healthy {number}")))
        bad = {"message": mail(f"bad {number}"), "sender": f"{number}@trouble.example"}
        outbox.add(envelope(1000 + number, **bad))
    with Service(environ, tmp_path, workers=2):
        eventually(lambda: len(ledger.rows("pending")) == len(ALWAYS), 90)
        eventually(lambda: all(row.attempts > 2 for row in ledger.rows("pending")), 60)  # so two have ended
    taken = Counter(relay.mails)
    assert all(taken[mail(f"healthy {number}")] == 1 for number in range(len(troubles)))
    assert [row.reference for row in ledger.rows("failed")] == [
        f"R{1000 + troubles.index(refused)}" for refused in REFUSED
    ]
    for number, (stage, what) in enumerate(troubles):
        # What came whole before the trouble and is due again comes again, the same; all else comes once or not at all.
        came = taken[mail(f"bad {number}")]
        if number in always:
            assert came > 1 if stage == "dot" else came == 0
        else:
            assert came == (stage == "dot") + ((stage, what) not in REFUSED), (stage, what)


@pytest.mark.parametrize(
    ("stage", "trouble"),
    [
        *[(stage, trouble) for stage in ("greeting", "EHLO") for trouble in (DROP, HANG, DRIP, "421 closing", GARBAGE)],
        ("STARTTLS", DROP),
        ("STARTTLS", "454 not now"),
        ("STARTTLS", "220 go on\r\nthis is not TLS"),
        ("STARTTLS", GARBAGE),
    ],
)
def test_a_relay_that_opens_no_session_is_asked_once_and_all_waits(outbox, ledger, stage, trouble):
    for number in range(3):
        outbox.add(envelope(number))
    with Chaos(extensions=("STARTTLS",)) as chaos:
        url = chaos.url.replace("smtp:", "smtp+starttls:") if stage == "STARTTLS" else chaos.url
        chaos.trouble = lambda at, sender: trouble if at.replace("HELO", "EHLO") == stage else ""
        relay = Relay(url, 2)
        assert deliver_due(outbox, relay.send, 60, 2, clock=lambda: NOW) == (0, False)
        assert len(chaos.sessions) == 1
        assert not chaos.mails
    assert [row.attempts for row in ledger.rows("pending")] == [1, 0, 0]


@ON_EACH
def test_a_dead_relay_is_not_hammered_and_gets_all_when_it_is_back(environ, relay, outbox, ledger, tmp_path, say):
    for number in range(30):
        outbox.add(envelope(number, message=mail(f"{number}")))
    relay.trouble = lambda stage, sender: DROP if stage == "body" else ""
    with Service(environ, tmp_path, workers=1):
        eventually(lambda: relay.sessions)
        say.progress(f"for {SCALE.dead} s all is broken off")
        time.sleep(SCALE.dead)
        opened = [session.opened for session in relay.sessions]
        relay.trouble = lambda stage, sender: ""
        eventually(lambda: len(ledger.rows("sent")) == 30, 90)
    turns = opened[::2]  # who breaks off is asked with a second message at once
    pauses = [later - earlier for earlier, later in pairwise(turns)]
    assert len(pauses) > 1
    assert all(later > min(1.5 * earlier, 50) for earlier, later in pairwise(pauses))
    assert Counter(relay.mails) == {mail(f"{number}"): 1 for number in range(30)}


@ON_EACH
def test_a_relay_that_thinks_for_long_gets_a_mail_once(environ, relay, outbox, ledger, tmp_path):
    outbox.add(envelope(1, message=mail("slow")))
    relay.trouble = lambda stage, sender: f"SLOW {SCALE.slow}" if stage == "dot" else ""
    with Service({**environ, "FORMS_LEASE_SECONDS": str(round(4 * SCALE.slow))}, tmp_path, workers=2):
        eventually(lambda: ledger.rows("sent"), 60)
        time.sleep(1)  # in which nobody else takes it
    assert relay.mails == [mail("slow")]


def test_a_relay_that_drips_is_broken_off_before_another_worker_may_have_its_mail(
    environ, relay, outbox, ledger, tmp_path
):
    dripped = set()

    def trouble(stage, sender):
        if sender != f"{stage}@trouble.example" or stage in dripped:
            return ""
        dripped.add(stage)
        return DRIP

    relay.trouble = trouble
    environ["FORMS_LEASE_SECONDS"] = "6"
    for number, stage in enumerate(DRIPPING):
        outbox.add(envelope(number, message=mail(f"healthy {stage}")))
        outbox.add(envelope(1000 + number, message=mail(f"bad {stage}"), sender=f"{stage}@trouble.example"))
    with Service(environ, tmp_path, workers=2):
        eventually(lambda: len(ledger.rows("sent")) == 2 * len(DRIPPING), 90)
    assert relay.drips == len(DRIPPING)
    assert {row.attempts for row in ledger.rows() if row.sender.endswith("trouble.example")} == {2}
    twice = mail("bad dot")  # it came whole before its answer dripped
    assert Counter(relay.mails) == {
        mail(f"{which} {stage}"): 1 for which in ("healthy", "bad") for stage in DRIPPING
    } | {twice: 2}


def test_a_relay_that_drips_its_farewell_is_not_listened_to(relay):
    session = Relay(relay.url, 4)
    session.send("a@example.cz", "b@example.cz", mail("last"))
    relay.trouble = lambda stage, sender: DRIP if stage == "QUIT" else ""
    session.quit()
    assert relay.mails == [mail("last")]


def mail(text):
    return f"Subject: {text}\r\n\r\n{text}\r\n.\r\n..a line with dots\r\n".encode()
