from dataclasses import replace
from datetime import UTC, datetime

from forms.submission import ALPHABET, Submission, new_reference

ONE = Submission("AAAAAA", "contact", "cs", "sales", "Jiří", "a@b.cz", (("name", "Jiří"),), datetime.now(UTC))


def test_a_reference_has_no_characters_that_look_alike():
    assert not set(ALPHABET) & set("0O1IL2Z5S8B")
    assert all(len(new_reference()) == 6 and set(new_reference()) <= set(ALPHABET) for _ in range(100))
    assert len({new_reference() for _ in range(1000)}) > 990


def test_the_digest_is_of_what_was_asked_and_answered():
    assert ONE.digest == replace(ONE, reference="BBBBBB", received_at=datetime(2020, 1, 1, tzinfo=UTC)).digest
    assert ONE.digest != replace(ONE, answers=(("name", "Jan"),)).digest
    assert ONE.digest != replace(ONE, kind="training").digest
