"""Every page of the forms app in every state that it has, for those who look at finished pages."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from flask.testing import FlaskClient
from werkzeug.exceptions import InternalServerError
from werkzeug.test import TestResponse

from forms import create_app, theme
from forms.views import problem

OWN = {"Sec-Fetch-Site": "same-origin"}
EXTENSIONS = {
    "answer": "?until=2017-03-31&ordered=2017-09-12&years=1",
    "late": "?until=2014-06-30&ordered=2017-09-12&years=1",
    "error": "?until=31.3.&years=x",
}


SEARCHES = {"": "", "found": "?q=ISPadmin", "some": "?q=4.28+nic", "none": "?q=xyzzy", "odd": "?q=%22%3Cb%3E%00"}


def every_page(folder: Path, valid: Mapping[str, Mapping[str, str]], index: Path) -> dict[str, str]:
    """Return the HTML of every page by a name that says which; `valid` answers each form, `index` the search."""
    environ = {"FORMS_DEVELOPMENT": "1", "FORMS_RATE_LIMIT": "1000 per minute", "FORMS_SEARCH_INDEX": str(index)}
    good = environ | {"FORMS_DATABASE_URL": f"sqlite:///{folder}/outbox.sqlite3"}
    (folder / "none.sqlite3").mkdir()
    broken = environ | {"FORMS_DATABASE_URL": f"sqlite:///{folder}/none.sqlite3", "FORMS_SEARCH_INDEX": str(folder)}
    busy = create_app(good | {"FORMS_RATE_LIMIT": "1 per hour"}).test_client()
    clients = {"good": create_app(good).test_client(), "broken": create_app(broken).test_client(), "busy": busy}
    busy.post("/formulare/kontakt/", data=valid["contact"], headers=OWN)
    pages: dict[str, str] = {}
    for lang in theme.load()["LANGUAGES"]:
        pages |= {f"{lang}-{name}": html for name, html in in_language(clients, lang, valid)}
    return pages


def in_language(
    clients: Mapping[str, FlaskClient], lang: str, valid: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[str, str]]:
    """Give the pages of one language, each with its name."""
    client, addresses = clients["good"], {key: at[lang] for key, at in theme.load()["FORM_ADDRESSES"].items()}
    for kind, answers in valid.items():
        at = addresses[kind]
        yield f"{kind}", answered(client.get(at), 200)
        yield f"{kind}-empty", answered(client.post(at, data={}, headers=OWN), 422)
        wrong = {**dict.fromkeys(answers, "x" * 11_000), "email": "<b>@", "phone": "?", "updates_until": "2017-02-30"}
        yield f"{kind}-wrong", answered(client.post(at, data=wrong, headers=OWN), 422)
        yield f"{kind}-token", answered(client.post(at, data=answers), 403)
        yield f"{kind}-busy", answered(clients["busy"].post(at, data=answers, headers=OWN), 429)
        yield f"{kind}-unsaved", answered(clients["broken"].post(at, data=answers, headers=OWN), 503)
        yield f"{kind}-receipt", answered(client.get(client.post(at, data=answers, headers=OWN).location), 200)
    for name, query in {"": "", **EXTENSIONS}.items():
        yield f"extension-{name}", answered(client.get(addresses["extension"] + query), 422 if name == "error" else 200)
    for name, query in SEARCHES.items():
        yield f"search-{name}", answered(client.get(addresses["search"] + query), 200)
    yield "search-away", answered(clients["broken"].get(addresses["search"] + "?q=x"), 503)
    yield "404", answered(client.get(addresses["received"] + "nothing/"), 404)
    yield "away", answered(clients["broken"].get(addresses["received"] + "any/"), 503)
    yield "405", answered(client.delete(addresses["contact"]), 405)
    yield "413", answered(client.post(addresses["contact"], data={"message": "x" * 3_000_000}, headers=OWN), 413)
    yield "415", answered(client.post(addresses["contact"], json={}, headers=OWN), 415)
    with client.application.test_request_context(addresses["contact"]):
        yield "500", client.application.make_response(problem(InternalServerError())).get_data(as_text=True)


def answered(response: TestResponse, status: int) -> str:
    """Return the page of an answer, which must have the status that its state asks for."""
    assert response.status_code == status, (response.request.path, response.status_code)
    return response.text
