import itsdangerous.timed
import pytest

from conftest import ADDRESSES, CONTACT, OWN
from forms.canary import MARK_SECONDS, _signer, marked

KEY = "a key of thirty-two characters or more"


def test_a_mark_gives_its_reference_and_soon_is_too_old(monkeypatch):
    mark = _signer(KEY).dumps("C-AAAAAA")
    assert marked(mark, KEY) == "C-AAAAAA"
    now = itsdangerous.timed.time.time()
    monkeypatch.setattr(itsdangerous.timed.time, "time", lambda: now + MARK_SECONDS + 2)
    assert marked(mark, KEY) == ""


@pytest.mark.parametrize("mark", ["C-AAAAAA", _signer(KEY).dumps("C-AAAAAA")], ids=["unsigned", "by another"])
def test_a_mark_that_is_not_ours_stores_nothing_and_loses_no_text(client, ledger, mark):
    response = client.post(ADDRESSES["contact"], data={**CONTACT, "canary": mark}, headers=OWN)
    assert response.status_code == 403
    assert CONTACT["message"] in response.text
    assert ledger.rows() == []
