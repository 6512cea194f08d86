"""What a build must know from outside: three settings, by the same rules as the forms read them."""

from collections.abc import Mapping

from forms.settings import SETTINGS

REQUIRED = {
    "FORMS_SITE_URL": "veřejná adresa webu, třeba https://podpora.firma.cz",
    "FORMS_SALES_ADDRESS": "adresa obchodního oddělení, třeba obchod@firma.cz",
    "FORMS_TECHNICAL_ADDRESS": "adresa technického oddělení, třeba technik@firma.cz",
}
PARSE = {f"FORMS_{setting.name}": setting.parse for setting in SETTINGS}


class SettingsError(Exception):
    """Settings are missing or wrong; the text names each, with its cure."""


def is_right(name: str, value: str) -> bool:
    """Tell whether the forms would start with this value."""
    try:
        PARSE[name](value)
    except ValueError:
        return False
    return value.split() == [value]


def demand(environ: Mapping[str, str]) -> None:
    """Raise SettingsError unless the settings are right; with FORMS_DEVELOPMENT=1 they may also be left out."""
    development = environ.get("FORMS_DEVELOPMENT") == "1"
    wrong = []
    for name, meaning in REQUIRED.items():
        value = environ.get(name)
        if value is None and development:
            continue
        if not value or not is_right(name, value):
            state = f"nemůže být „{value}“" if value else "chybí"
            wrong.append(f"  {name} {state}; je to {meaning}")
    if wrong:
        cure = "" if development else "Na zkoušku stačí FORMS_DEVELOPMENT=1 make publish."
        raise SettingsError("\n".join(["Web nejde sestavit, nastavení prostředí není úplné:", *wrong, cure]).strip())
