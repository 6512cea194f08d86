"""A real helpdesk, Roundup: its own mail gateway makes an issue of a frozen mail."""

import email
import email.policy
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import roundup.instance

from forms import mail
from test_mail import ADDRESSING, CONTACT, TEXTS, TRAINING

BOOKING = replace(TRAINING, email="jiri@example.cz", answers=TRAINING.answers + CONTACT.answers[-1:])
SETTINGS = "mail_domain=ispadmin.example,mail_host=localhost,tracker_email=obchod,tracker_web=http://localhost/"
ANSWER = "nosy_messages_to_author=new"  # who writes is sent his issue's number
STRANGERS = "\ndb.security.addPermissionToRole('Anonymous', 'Email Access')\n"  # may write, as customers do


def run(tool, *arguments, given=b""):
    command = [Path(sys.executable).with_name(tool), *arguments]
    subprocess.run(command, input=given, check=True, capture_output=True, timeout=60)


@pytest.fixture
def tracker(tmp_path):
    home = tmp_path / "tracker"
    run("roundup-admin", "-i", home, "install", "classic", "anydbm", f"{SETTINGS},{ANSWER},mail_debug={tmp_path}/sent")
    with (home / "schema.py").open("a") as schema:
        schema.write(STRANGERS)
    run("roundup-admin", "-i", home, "initialise", "admin")
    return home


@pytest.mark.parametrize("identity", ["site", "visitor"])
def test_a_mail_makes_one_issue_and_its_number_goes_to_the_visitor(tracker, tmp_path, identity):
    frozen = mail.compose(BOOKING, TEXTS, replace(ADDRESSING, identity=identity))
    run("roundup-mailgw", tracker, given=frozen)
    database = roundup.instance.open(str(tracker)).open("admin")
    (issue,) = (database.issue.getnode(number) for number in database.issue.list())
    (text,) = (database.msg.get(number, "content") for number in issue.messages)
    (file,) = (database.file.getnode(number) for number in issue.files)
    requester = database.user.getnode(issue.creator)

    sent = email.message_from_bytes(frozen, policy=email.policy.default)
    (calendar,) = sent.iter_attachments()
    assert (requester.realname, requester.address) == ("Jiří Žluťoučký", "jiri@example.cz")
    assert issue.title == sent["Subject"]
    assert text.splitlines() == sent.get_body().get_content().splitlines()
    assert (file.name, file.content) == (calendar.get_filename(), calendar.get_content())
    database.close()
    assert "\nTO: jiri@example.cz\n" in (tmp_path / "sent").read_text()
