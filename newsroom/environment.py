"""What a production build must know from outside: three settings, the same that the forms read."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


class SettingsError(Exception):
    """Settings are missing or wrong; the text names each, with its cure."""


def is_origin(value: str) -> bool:
    """Tell whether the value is scheme and host, and nothing more."""
    url = urlsplit(value)
    more = url.path.strip("/") or url.query or url.fragment
    return url.scheme in ("http", "https") and bool(url.hostname) and not more


def is_address(value: str) -> bool:
    """Tell whether the value looks like one e-mail address."""
    return ADDRESS.fullmatch(value) is not None


REQUIRED = {
    "FORMS_SITE_URL": (is_origin, "veřejná adresa webu, třeba https://podpora.firma.cz"),
    "FORMS_SALES_ADDRESS": (is_address, "adresa obchodního oddělení, třeba obchod@firma.cz"),
    "FORMS_TECHNICAL_ADDRESS": (is_address, "adresa technického oddělení, třeba technik@firma.cz"),
}


def demand(environ: Mapping[str, str]) -> None:
    """Raise SettingsError unless production's settings are there; FORMS_DEVELOPMENT=1 asks for none."""
    if environ.get("FORMS_DEVELOPMENT") == "1":
        return
    wrong = []
    for name, (is_right, meaning) in REQUIRED.items():
        value = environ.get(name, "")
        if not is_right(value):
            state = f"nemůže být „{value}“" if value else "chybí"
            wrong.append(f"  {name} {state}; je to {meaning}")
    if wrong:
        cure = "Na zkoušku stačí FORMS_DEVELOPMENT=1 make publish."
        raise SettingsError("\n".join(["Web nejde vydat, nastavení prostředí není úplné:", *wrong, cure]))
