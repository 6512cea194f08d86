"""Who may import whom: the table that keeps each file to what it knows."""

import ast
import re
import sys
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, meta

from forms import theme

ROOT = Path(__file__).parent.parent
FRAMEWORK = {"flask", "flask_wtf", "flask_limiter", "wtforms", "werkzeug", "markupsafe", "jinja2"}
STORE = {"sqlalchemy"}
MAIL = {"email", "smtplib"}

NEVER = {
    "search": FRAMEWORK | STORE | MAIL | {"forms", "pelican", "plugins"},
    "submission": None,  # nothing but the standard library
    "extension": None,
    "timeline": None,
    "mime": None,
    "forms": STORE | MAIL | {"forms.outbox", "forms.delivery", "forms.relay", "forms.mail", "forms.views"},
    "fields": STORE | MAIL | {"flask", "forms.forms.FORMS", "forms.outbox", "forms.delivery", "forms.relay"},
    "worker": FRAMEWORK | {"sqlalchemy", "smtplib", "email"},
    "monitoring": STORE | MAIL | {"forms.delivery", "forms.relay", "forms.mail", "forms.cli", "forms.views"},
    "views": STORE | MAIL | {"forms.delivery", "forms.relay", "forms.mail", "forms.cli"},
    "intake": STORE | MAIL | {"flask", "smtplib", "forms.delivery", "forms.relay", "forms.views", "forms.cli"},
    "counts": FRAMEWORK | STORE | MAIL | {"forms"},
    "guard": STORE | MAIL | {"flask", "forms.outbox", "forms.forms"},
    "database": FRAMEWORK | MAIL | {"forms.outbox", "forms.ledger"},
    "outbox": FRAMEWORK
    | MAIL
    | {"forms.ledger", "forms.mail", "forms.delivery", "forms.relay", "forms.views", "forms.cli"},
    "ledger": FRAMEWORK | MAIL | {"forms.mail", "forms.delivery", "forms.relay", "forms.views", "forms.cli"},
    "schema": FRAMEWORK | MAIL | {"forms.database", "forms.outbox", "forms.ledger"},
    "postgresql": FRAMEWORK | MAIL | {"forms"},
    "mail": FRAMEWORK | STORE | {"smtplib", "time", "forms.outbox", "forms.forms"},
    "booking": FRAMEWORK | STORE | MAIL,
    "wording": FRAMEWORK | STORE | MAIL,
    "relay": FRAMEWORK | STORE | {"email", "forms"},
    "delivery": FRAMEWORK | STORE | MAIL | {"forms.mail", "forms.views"},
    "calculator": FRAMEWORK | STORE | MAIL,
    "canary": FRAMEWORK | STORE | MAIL | {"forms"},
    "settings": FRAMEWORK | STORE | MAIL,
    "parsers": FRAMEWORK | STORE | MAIL | {"forms"},
    "theme": FRAMEWORK | STORE | MAIL | {"pelican", "forms"},
    "notice": FRAMEWORK | STORE | {"smtplib", "time", "forms.delivery", "forms.relay", "forms.forms"},
    "bounce": FRAMEWORK | STORE | {"smtplib", "time", "forms"},
    "check": FRAMEWORK | STORE | {"email", "forms.mail", "forms.views"},
    "cli": {"sqlalchemy", "wtforms", "smtplib", "email", "forms.views", "forms.forms", "forms.mail"},
    "cli_outbox": {"sqlalchemy", "wtforms", "smtplib", "email", "forms.views"},
    "__init__": {"sqlalchemy", "smtplib", "wtforms", "email"},
}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name, forbidden):
    return any(name == module or name.startswith(module + ".") for module in forbidden)


@pytest.mark.parametrize("path", sorted((ROOT / "forms").glob("*.py")), ids=lambda path: path.name)
def test_every_room_of_forms_imports_only_what_it_may(path):
    forbidden = NEVER[path.stem]
    for name in imports(path):
        if forbidden is None:
            assert name.split(".")[0] in sys.stdlib_module_names, f"{path.name} imports {name}"
        elif forbidden >= {"forms"}:
            assert not within(name, forbidden) and name != "forms", f"{path.name} imports {name}"
        else:
            assert not within(name, forbidden), f"{path.name} imports {name}"


@pytest.mark.parametrize("path", sorted((ROOT / "forms").glob("*.py")), ids=lambda path: path.name)
def test_only_the_edges_see_the_configuration(path):
    if path.stem not in ("__init__", "views", "cli", "cli_outbox"):
        assert "current_app" not in path.read_text("utf-8")
        assert ".config" not in path.read_text("utf-8")


@pytest.mark.parametrize("path", sorted((ROOT / "plugins").glob("*.py")), ids=lambda path: path.name)
def test_plugins_know_nothing_of_forms_but_its_factory(path):
    for name in imports(path):
        assert not name.startswith("forms") or name in ("forms", "forms.create_app"), f"{path.name} imports {name}"


class Filters(dict):
    """Takes any filter for granted; only names are asked about here."""

    def get(self, name, default=None):
        return super().get(name, str)


ENVIRONMENT = Environment(loader=FileSystemLoader(theme.TEMPLATES), autoescape=True)
ENVIRONMENT.filters = Filters(ENVIRONMENT.filters)
FLASK = {"url_for", "request", "g", "config", "session", "get_flashed_messages"}
OF_EVERY_PAGE = {*theme.NAMES, "lang", "t", "address", "alternates", "active"}
OPTIONAL = {"noindex", "jsonld", "PREVIEW", "self"}  # asked for by `is defined`, or Jinja's own
OF_SEARCH = {"query", "found", "days", "said", "away"}
OF_FORMS = {"picture", "form", "result", "trouble", "mailto", "receipt", "received", "answers"} | OF_SEARCH
LOCAL = {"attributes"}  # of a macro, which Jinja takes for a name from outside


def names(template):
    """The names that a template takes from its context, and those of the templates that it extends or includes."""
    parsed = ENVIRONMENT.parse(ENVIRONMENT.loader.get_source(ENVIRONMENT, template)[0])
    others = [name for name in meta.find_referenced_templates(parsed) if name]
    return meta.find_undeclared_variables(parsed).union(*map(names, others))


def test_every_page_of_the_forms_app_gets_the_same_names():
    facts = theme.load()
    assert {*facts, *theme.page(facts, "cs", facts["ADDRESSES"]["home"])} == OF_EVERY_PAGE


def test_the_base_uses_only_what_both_programs_give_it():
    assert names("base.html") <= OF_EVERY_PAGE | OPTIONAL


@pytest.mark.parametrize("template", [name for name in ENVIRONMENT.list_templates() if name.startswith("forms/")])
def test_pages_of_the_forms_app_use_only_what_it_gives_them(template):
    assert names(template) <= OF_EVERY_PAGE | OPTIONAL | OF_FORMS | LOCAL


@pytest.mark.parametrize("template", ENVIRONMENT.list_templates())
def test_templates_know_nothing_of_flask(template):
    assert not names(template) & FLASK


def test_every_target_of_the_makefile_says_what_it_does():
    lines = (ROOT / "Makefile").read_text("utf-8").splitlines()
    targets = [line for line in lines if re.match(r"[a-z]+:(?!=)", line)]
    assert [line for line in targets if not re.fullmatch(r"[a-z]+:.*## \S.*", line)] == []
    phony = next(line for line in lines if line.startswith(".PHONY:")).split()[1:]
    assert phony == [line.split(":")[0] for line in targets]


def test_pelicanconf_is_data():
    others = {name for name in imports(ROOT / "pelicanconf.py") if name.split(".")[0] not in sys.stdlib_module_names}
    assert others <= {"jinja2", "jinja2.StrictUndefined", "newsroom.typography", "newsroom.typography.typeset_texts"}
