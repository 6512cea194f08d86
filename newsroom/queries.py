"""Links that fill in a form: what may stand behind the question mark."""

from html import unescape
from urllib.parse import parse_qsl

import pelicanconf
from newsroom.frontmatter import Findings, suggestion

ASKED = {  # form -> its fields; forms/forms.py, from which a test holds them, takes half a second to import
    "contact": ("department", "name", "company", "email", "phone", "message"),
    "price-list": ("name", "company", "email", "phone", "customer", "tier", "updates_until", "message"),
    "training": (
        *("name", "company", "email", "phone", "variant", "venue"),
        *("date_1", "date_2", "date_3", "participants", "message"),
    ),
    "extension": ("until", "ordered", "years"),
    "search": ("q",),
    "from": ("verze",),
}
FORM_AT = {path: kind for kind, paths in pelicanconf.FORM_ADDRESSES.items() for path in paths.values()}
FORM_OF_PAGE = {
    path: pelicanconf.FORM_ADDRESSES[kind][lang]
    for kind in pelicanconf.FORM_ADDRESSES.keys() & pelicanconf.ADDRESSES.keys()
    for lang, path in pelicanconf.ADDRESSES[kind].items()
}


def problems(target: str, path: str, query: str) -> Findings:
    """Tell what is wrong with the query of a link to an address of ours: only forms read one."""
    if path not in FORM_AT:
        form = FORM_OF_PAGE.get(path, "")
        cure = f"formulář vyplní {form}?{query}" if form else "smažte ho i s tím, co je za ním"
        yield f"odkaz „{target}“ má otazník, který tahle stránka nečte", cure
        return
    fields = ASKED.get(FORM_AT[path], ())
    for name, value in parse_qsl(unescape(query), keep_blank_values=True):
        if name not in fields:
            yield f"formulář na {path} nemá pole „{name}“", suggestion(name, fields)
        elif (choices := choices_of(name)) and value not in choices:
            yield f"pole {name} nemá volbu „{value}“", suggestion(value, choices)


def choices_of(name: str) -> list[str]:
    """Return what a field lets one choose from."""
    return [*pelicanconf.TEXTS["cs"]["field"].get(name, {}).get("choices", ())]


def ids(kind: str) -> set[str]:
    """Return the ids of a form's fields, but for choices, each of which has a number of its own."""
    return {name for name in ASKED.get(kind, ()) if not choices_of(name)}
