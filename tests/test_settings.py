import re
from pathlib import Path

import pytest

from forms import create_app, settings

ROOT = Path(__file__).parent.parent

PRODUCTION = {
    "FORMS_SECRET_KEY": "k" * 32,
    "FORMS_SITE_URL": "https://podpora.example.cz",
    "FORMS_SALES_ADDRESS": "obchod@example.cz",
    "FORMS_TECHNICAL_ADDRESS": "technik@example.cz",
    "FORMS_SITE_ADDRESS": "web@example.cz",
    "FORMS_OPERATOR_ADDRESS": "spravce@example.cz",
    "FORMS_SMTP_URL": "smtp+starttls://user:p%40ss@relay.example.cz:587",
}


def test_development_needs_no_setting():
    assert settings.load({"FORMS_DEVELOPMENT": "1"})["SITE_URL"] == "http://127.0.0.1:8000"


def test_production_names_everything_that_is_missing_at_once():
    with pytest.raises(settings.SettingsError) as error:
        create_app({})
    lines = str(error.value).splitlines()
    assert [line.split()[0] for line in lines] == list(PRODUCTION)
    assert all("): give " in line for line in lines)


def test_production_starts_with_what_it_asks_for():
    config = settings.load(PRODUCTION)
    assert config["BOUNCE_ADDRESS"] == "web@example.cz"
    assert config["RETENTION_DAYS"] == 30


@pytest.mark.parametrize("setting", [s for s in settings.SETTINGS if s.development], ids=lambda setting: setting.name)
def test_production_refuses_every_development_default(setting):
    with pytest.raises(settings.SettingsError) as error:
        settings.load({**PRODUCTION, f"FORMS_{setting.name}": setting.development})
    assert f"FORMS_{setting.name} is the development default: set your own." in str(error.value)


@pytest.mark.parametrize("name", ["SITE", "BOUNCE", "OPERATOR"])
def test_a_helpdesk_is_not_sent_what_would_go_round(name):
    with pytest.raises(settings.SettingsError) as error:
        settings.load({**PRODUCTION, f"FORMS_{name}_ADDRESS": "Obchod@Example.cz"})
    assert str(error.value).startswith(f"FORMS_{name}_ADDRESS: 'Obchod@example.cz' is wrong: it is a helpdesk's")


@pytest.mark.parametrize(("name", "meant"), [("RETENTION_DAY", "RETENTION_DAYS"), ("SMTPURL", "SMTP_URL")])
def test_a_misspelt_name_stops_the_start_lest_the_default_holds_unseen(name, meant):
    with pytest.raises(settings.SettingsError) as error:
        settings.load({**PRODUCTION, f"FORMS_{name}": "60"})
    assert str(error.value) == f"FORMS_{name} is no setting: did you mean FORMS_{meant}?"


def test_a_name_unlike_any_setting_is_somebody_elses():
    assert settings.load({**PRODUCTION, "FORMS_COLOUR_SCHEME": "dark"}) == settings.load(PRODUCTION)


def test_all_faults_are_named_at_once_each_with_its_cure():
    wrong = {
        "FORMS_SECRET_KEY": "short",
        "FORMS_SITE_URL": "http://podpora.example.cz",
        "FORMS_OPERATOR_ADDRESS": "technik@example.cz",
        "FORMS_RETENTION_DAYS": "1",
        "FORMS_METRICS_NETWORKS": "10.0.0.1/8",
    }
    with pytest.raises(settings.SettingsError) as error:
        settings.load({**PRODUCTION, **wrong})
    lines = str(error.value).splitlines()
    assert sorted(line.split(":")[0] for line in lines) == sorted(wrong)
    assert "short" not in str(error.value)
    assert all(re.search("give ", line) for line in lines)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SITE_URL", "podpora.example.cz"),
        ("SITE_URL", "https://example.cz/podpora"),
        ("SITE_URL", "https://example.cz#x"),
        ("SITE_URL", "https://exa mple.cz"),
        ("SITE_URL", "https://example.cz:port"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "postgresql+psycopg://u:p@host:port/x"),
        ("RATELIMIT_STORAGE", "nonsense"),
        ("SALES_HEADERS", "X-Loop: a"),
        ("SALES_HEADERS", "X-Webform: a"),
        ("SALES_ADDRESS", "obchod"),
        ("SALES_ADDRESS", "a@example.cz, b@example.cz"),
        ("SMTP_URL", "relay.example.cz"),
        ("SMTP_CA_FILE", "/nowhere/relay.pem"),
        ("SMTP_CA_FILE", "README.md"),
        ("SMTP_URL", "smtp://relay.example.cz:port"),
        ("DATABASE_URL", "mysql://x"),
        ("RETENTION_DAYS", "0"),
        ("SITE_URL", "http://podpora.example.cz"),
        ("METRICS_NETWORKS", "everywhere"),
        ("POLL_SECONDS", "soon"),
        ("RATE_LIMIT", "many"),
        ("IDENTITY", "me"),
        ("SALES_HEADERS", "Bcc: x@example.cz"),
        ("SALES_HEADERS", "X-Queue"),
        ("SALES_HEADERS", "X-Queue: a\r\nBcc: x@example.cz"),
    ],
)
def test_a_wrong_setting_is_named_and_secrets_are_not_shown(name, value):
    with pytest.raises(settings.SettingsError) as error:
        settings.load({**PRODUCTION, f"FORMS_{name}": value})
    assert str(error.value).startswith(f"FORMS_{name}: ")
    secret = name in ("SECRET_KEY", "SMTP_URL", "DATABASE_URL", "RATELIMIT_STORAGE")
    assert ("not shown" in str(error.value)) == secret


@pytest.mark.parametrize("server", ["SMTP_URL smtps", "DATABASE_URL postgresql+psycopg"])
@pytest.mark.parametrize("password", ["sec#ret", "sec/ret", "12/ret", "12?ret", "sec@ret", "s[ecret", "secret℀"])
def test_of_a_password_that_is_not_encoded_nothing_is_shown(server, password):
    name, _, scheme = server.partition(" ")
    with pytest.raises(settings.SettingsError, match="percent-encoded") as error:
        settings.load({**PRODUCTION, f"FORMS_{name}": f"{scheme}://user:{password}@host/"})
    assert "sec" not in str(error.value)
    assert "ret" not in str(error.value)


def test_a_password_goes_to_another_machine_encrypted_only():
    with pytest.raises(settings.SettingsError, match=r"FORMS_SMTP_URL.*unencrypted") as error:
        settings.load({**PRODUCTION, "FORMS_SMTP_URL": "smtp://user:secret@relay.example.cz"})
    assert "secret" not in str(error.value)
    settings.load({**PRODUCTION, "FORMS_SMTP_URL": "smtp://user:secret@127.0.0.1:8025"})


@pytest.mark.parametrize(
    ("name", "typed", "read"),
    [
        ("SITE_URL", "HTTPS://Podpora.Example.CZ:443/", "https://podpora.example.cz"),
        ("SITE_URL", "http://127.0.0.1:8001", "http://127.0.0.1:8001"),
        ("SALES_ADDRESS", "obchod@háčky.example.cz", "obchod@xn--hky-ela4t.example.cz"),
        ("DATABASE_URL", "sqlite:///var/o.sqlite3", f"sqlite:///{ROOT}/var/o.sqlite3"),
        ("DATABASE_URL", "sqlite:////srv/o.sqlite3", "sqlite:////srv/o.sqlite3"),
    ],
)
def test_settings_are_read_as_they_are_meant(name, typed, read):
    assert settings.load({**PRODUCTION, f"FORMS_{name}": typed})[name] == read


def test_fixed_headers_are_read():
    headers = settings.load({**PRODUCTION, "FORMS_SALES_HEADERS": "X-OTRS-Queue: Obchod; X-Priority: 2"})[
        "SALES_HEADERS"
    ]
    assert headers == (("X-OTRS-Queue", "Obchod"), ("X-Priority", "2"))


def test_the_operators_guide_lists_every_setting_with_its_default():
    guide = (ROOT / "docs" / "operator.md").read_text("utf-8")
    for setting in settings.SETTINGS:
        default = "**required**" if setting.default is None else f"`{setting.default}`" if setting.default else "empty"
        assert f"| `FORMS_{setting.name}` | {default} | {setting.meaning} |" in guide


def test_the_operators_guide_lists_every_command(app):
    guide = (ROOT / "docs" / "operator.md").read_text("utf-8")
    for name in app.cli.commands["outbox"].commands:
        assert f"| `outbox {name}" in guide


@pytest.mark.parametrize(("lang", "words"), [("cs", "{} dní"), ("en", "{} days")])
def test_the_privacy_page_names_how_long_sent_messages_are_kept(lang, words):
    page = (ROOT / "content" / "pages" / f"privacy.{lang}.md").read_text("utf-8")
    assert words.format(settings.load(PRODUCTION)["RETENTION_DAYS"]) in page
