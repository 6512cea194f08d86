import time

import pytest

from conftest import ADDRESSES, CONTACT, OWN
from forms.canary import MARK_SECONDS, _signer, marked

KEY = "a key of thirty-two characters or more"


@pytest.mark.parametrize("apart", [-1, 1], ids=["behind", "ahead"])
def test_a_mark_gives_its_reference_to_a_clock_that_is_minutes_apart_but_no_more(monkeypatch, apart):
    mark, now = _signer(KEY).dumps("C-AAAAAA"), time.time()
    monkeypatch.setattr(time, "time", lambda: now + apart * (MARK_SECONDS - 2))
    assert marked(mark, KEY) == "C-AAAAAA"
    monkeypatch.setattr(time, "time", lambda: now + apart * (MARK_SECONDS + 2))
    assert marked(mark, KEY) == ""


@pytest.mark.parametrize("mark", ["C-AAAAAA", _signer(KEY).dumps("C-AAAAAA")], ids=["unsigned", "by another"])
def test_a_mark_that_is_not_ours_stores_nothing_and_loses_no_text(client, ledger, mark):
    response = client.post(ADDRESSES["contact"], data={**CONTACT, "canary": mark}, headers=OWN)
    assert response.status_code == 403
    assert CONTACT["message"] in response.text
    assert ledger.rows() == []


def test_a_mark_stores_one_canary_only(client, ledger, app):
    mark = _signer(app.config["SECRET_KEY"]).dumps("C-AAAAAA")
    posts = [{**CONTACT, "canary": mark, "message": text} for text in ("first", "first", "second")]
    assert [client.post(ADDRESSES["contact"], data=post, headers=OWN).status_code for post in posts] == [303, 303, 503]
    assert [(row.reference, row.recipient) for row in ledger.rows()] == [("C-AAAAAA", app.config["OPERATOR_ADDRESS"])]
