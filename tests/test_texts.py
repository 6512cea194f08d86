"""The tables of UI texts: the same keys and placeholders in every language, and words for every field of every form."""

import re

from forms import theme
from forms.forms import FORMS, ExtensionForm

TEXTS = theme.load()["TEXTS"]


def leaves(table, path=""):
    for key, value in table.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def test_both_languages_have_the_same_keys_and_placeholders():
    czech, english = dict(leaves(TEXTS["cs"])), dict(leaves(TEXTS["en"]))
    assert sorted(czech) == sorted(english)
    for key, value in czech.items():
        assert set(re.findall(r"{\w*}", str(value))) == set(re.findall(r"{\w*}", str(english[key]))), key


def test_no_text_is_empty():
    for language, table in TEXTS.items():
        assert not [f"{language}: {key}" for key, value in leaves(table) if not value]


def test_every_field_and_choice_has_its_words(app):
    with app.test_request_context():
        for form in [*FORMS.values(), ExtensionForm]:
            for language, texts in TEXTS.items():
                made = form(None, texts=texts, language=language, today=None)
                assert all(field.label.text for field in made.questions)
