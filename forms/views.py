"""HTTP: shows a form, checks a post, has it stored, and leads to the receipt."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial, update_wrapper
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, NotFound, ServiceUnavailable, UnsupportedMediaType

from forms import calculator, canary, guard, theme, wording
from forms.database import OutboxError
from forms.forms import FORMS, ExtensionForm, SiteForm
from forms.intake import Intake
from forms.search import SearchAwayError, readable

logger = logging.getLogger("forms.views")

MAILTO_ROOM = 1500  # characters of a prefilled mail; longer links are cut by mail programs (the form keeps the text)
VERSION = re.compile(r"\d{1,5}(\.\d{1,5}){1,3}", re.ASCII)
EXAMPLE = date(2017, 3, 31), date(2017, 9, 12)  # paid until and ordered, in the picture on the support page
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "")  # the last: an empty post
Page = tuple[str, int]  # HTML, status


def create_blueprint(names: Mapping[str, Any]) -> Blueprint:
    """Return the pages of the forms app, at the addresses that the site's own table gives them."""
    pages = Blueprint("forms", __name__)

    def page(address: str, endpoint: str, view: Callable[..., Any], methods: tuple[str, ...], **defaults: str) -> None:
        pages.add_url_rule(address, endpoint, view, methods=methods, defaults=defaults)

    blank = dict[tuple[str, str], Page]()
    shown = update_wrapper(partial(show, blank), show)  # with a name, which Flask-Limiter asks of every view
    for language in names["LANGUAGES"]:
        addresses = {key: by_language[language] for key, by_language in names["FORM_ADDRESSES"].items()}
        for kind in FORMS:
            page(addresses[kind], f"{kind}-{language}", shown, ("GET",), kind=kind, language=language)
            page(addresses[kind], f"{kind}-{language}-post", submit, ("POST",), kind=kind, language=language)
        page(addresses["extension"], f"extension-{language}", extension, ("GET",), language=language)
        page(addresses["from"], f"from-{language}", from_version, ("GET",), language=language)
        page(addresses["search"], f"search-{language}", search, ("GET",), language=language)
        page(addresses["received"] + "<token>/", f"received-{language}", received, ("GET",), language=language)
    pages.app_errorhandler(RateLimitExceeded)(limit_reached)
    pages.app_errorhandler(OutboxError)(database_away)
    pages.app_errorhandler(HTTPException)(problem)
    return pages


# -- Pages -------------------------------------------------------------------------------------------------------------
def show(blank: dict[tuple[str, str], Page], kind: str, language: str) -> Page:
    """Show a form, filled in from the query string; the blank one, always the same, is rendered once."""
    if request.args:
        return form_page(new_form(FORMS[kind], language, request.args))
    if (kind, language) not in blank:
        blank[kind, language] = form_page(new_form(FORMS[kind], language, None))
    return blank[kind, language]


def submit(kind: str, language: str) -> ResponseReturnValue:
    """Take a post: to the receipt when it is stored, else back to the form with everything typed and what is wrong."""
    if request.mimetype not in FORM_TYPES:
        raise UnsupportedMediaType
    form, source = posted_form(kind, language, request.form)
    valid, mark = form.validate(), request.form.get(canary.FIELD, "")
    marked = canary.marked(mark, current_app.config["SECRET_KEY"])
    if source is guard.Source.FOREIGN or "token" in form.errors or (mark and not marked):
        return form_page(form, 403)
    if not valid:
        return form_page(form, 422)
    try:
        token = intake().store(form, marked)
    except OutboxError as error:
        logger.error("a submission could not be stored: %s", error)
        body, status = form_page(form, 503)
        return body, status, {"Retry-After": "60"}
    return redirect(names()["FORM_ADDRESSES"]["received"][language] + token + "/", 303)


def extension(language: str) -> ResponseReturnValue:
    """Show the calculator, and its answer when dates were given."""
    asked = {"until", "ordered", "years"} & set(request.args)
    form = new_form(ExtensionForm, language, request.args if asked else None)
    result = None
    if asked and form.validate():
        result = calculator.answer(form, names()["FORM_ADDRESSES"]["price-list"][language])
    addresses = names()["FORM_ADDRESSES"]["extension"]
    return render("forms/extension.html", language, addresses, form=form, result=result), 422 if form.wrong else 200


def received(language: str, token: str) -> ResponseReturnValue:
    """Show what was sent and what happens next, for as long as the row exists."""
    stored = intake().outbox.receipt(token)
    if not stored:  # no such row, or a mail to the operator
        raise NotFound
    receipt = json.loads(stored)
    when = wording.moment(datetime.fromisoformat(receipt["received_at"]), language)
    answers = wording.labelled(receipt["answers"], names()["TEXTS"][language], language)
    addresses = {lang: f"{address}{token}/" for lang, address in names()["FORM_ADDRESSES"]["received"].items()}
    return render("forms/receipt.html", language, addresses, receipt=receipt, received=when, answers=answers)


def from_version(language: str) -> ResponseReturnValue:
    """Lead to what changed since the version that was chosen, or to the choice; which there are the site knows."""
    address, version = names()["NEWS_ADDRESSES"]["from"][language], request.args.get("verze", "")
    return redirect(names()["SITEURL"] + address + (f"{version}/" if VERSION.fullmatch(version) else ""))


def search(language: str) -> ResponseReturnValue:
    """Show the search and what it found; without an index, where else to look."""
    query = readable(request.args.get("q", ""))
    found, away = None, False
    try:
        found = current_app.extensions["search"].find(query, language) if query else None
    except SearchAwayError as error:
        logger.error("nothing can be found: %s", error)
        away = True
    days = [wording.day(page.date, language) if page.date else "" for page in found.pages] if found else []
    texts = names()["TEXTS"][language]
    said = texts["search"]["away"] if away else wording.said(found, texts, language)
    asked = f"?{urlencode({'q': query})}" if query else ""
    addresses = {lang: address + asked for lang, address in names()["FORM_ADDRESSES"]["search"].items()}
    words: dict[str, Any] = {"query": query, "found": found, "days": days, "said": said, "away": away}
    return render("forms/search.html", language, addresses, **words), 503 if away else 200


# -- When something is wrong -------------------------------------------------------------------------------------------
def limit_reached(error: RateLimitExceeded) -> ResponseReturnValue:
    """The form again, with what was typed and how long to wait."""
    limit = current_app.extensions["forms_limiter"].current_limit
    seconds = max(1, round(limit.reset_at - time.time())) if limit else 60
    typed: MultiDict[str, str] = MultiDict()
    with contextlib.suppress(HTTPException):  # a body too large to be read
        typed = request.form
    form, _ = posted_form(**(request.view_args or {}), data=typed)
    body, status = form_page(form, 429, seconds=seconds)
    return body, status, {"Retry-After": str(seconds)}


def database_away(error: OutboxError) -> ResponseReturnValue:
    """A page that cannot be shown without the database."""
    logger.error("a page could not be loaded: %s", error)
    return problem(ServiceUnavailable(), "away")


def problem(error: HTTPException, words: str = "") -> ResponseReturnValue:
    """A page of the site for any error, in the visitor's language."""
    code = error.code or 500
    language = "en" if request.path.startswith("/en/") else "cs"
    texts = names()["TEXTS"][language]["problem"]
    trouble = texts.get(words or str(code)) or texts["500" if code >= 500 else "400"]
    body = render("forms/problem.html", language, names()["ADDRESSES"]["home"], trouble=trouble)
    return body, code, [header for header in error.get_headers() if header[0] == "Allow"]


# -- Their parts -------------------------------------------------------------------------------------------------------
def names() -> Mapping[str, Any]:
    """The names that base.html may use."""
    return current_app.extensions["theme"]  # type: ignore[no-any-return]


def intake() -> Intake:
    """What takes valid forms in."""
    return current_app.extensions["intake"]  # type: ignore[no-any-return]


def posted_form(kind: str, language: str, data: Any) -> tuple[SiteForm, guard.Source]:
    """Return the form as it was posted, demanding a token of a client that proves nothing, and where it comes from."""
    source = guard.source(request.headers, current_app.config["SITE_URL"])
    return new_form(FORMS[kind], language, data, demand_token=source is guard.Source.UNKNOWN), source


def new_form(form: type[SiteForm], language: str, data: Any, demand_token: bool = False) -> SiteForm:
    """Return a form filled from `data`, a multi-dict or None."""
    return form(
        data,
        texts=names()["TEXTS"][language],
        language=language,
        today=datetime.now(wording.PRAGUE).date(),
        refused_addresses=current_app.config["OWN_ADDRESSES"],
        sign_with=current_app.config["SECRET_KEY"] if demand_token else None,
    )


def form_markup(kind: str, language: str) -> Markup:
    """Return the form of a kind, the calculator (`extension`) or its `example`, as the static pages carry it."""
    if kind == "example":
        texts, addresses = names()["TEXTS"][language], names()["FORM_ADDRESSES"]["extension"]
        picture = calculator.picture(*EXAMPLE, 1, texts, language)
        return Markup(render("forms/_timeline.html", language, addresses, picture=picture))  # noqa: S704 - our own template
    addresses = names()["FORM_ADDRESSES"][kind]
    if kind == "extension":
        form = new_form(ExtensionForm, language, None)
        return Markup(render("forms/_extension.html", language, addresses, form=form, result=None))  # noqa: S704
    form = new_form(FORMS[kind], language, None)
    return Markup(render("forms/_form.html", language, addresses, form=form))  # noqa: S704 - our own escaped template


def form_page(form: SiteForm, status: int = 200, **values: object) -> Page:
    """Return the page of a form and its status, with what is wrong on top."""
    trouble = None
    if status not in (200, 422):
        texts = form.texts["problem"][str(status)]
        trouble = {"title": texts["title"], "text": texts["text"].format(**values)}
    link = mailto(form) if status == 503 else None
    addresses = names()["FORM_ADDRESSES"][form.kind]
    return render("forms/form.html", form.language, addresses, form=form, trouble=trouble, mailto=link), status


def mailto(form: SiteForm) -> Mapping[str, str]:
    """A link that opens the visitor's own mail program with all that was typed (RFC 6068)."""
    address = intake().addressing[form.addressee].department
    lines = [
        f"{label.rstrip('?')}: {text}" for label, text in wording.labelled(form.answers(), form.texts, form.language)
    ]
    subject, body = quote(form.texts["form"][form.kind]["title"]), quote("\r\n".join(lines)[:MAILTO_ROOM])
    return {"address": address, "href": f"mailto:{quote(address, safe='@')}?subject={subject}&body={body}"}


def render(template: str, language: str, addresses: Mapping[str, str], **context: Any) -> str:
    """Return a page in the site's own clothes; `addresses` are its own by language, for the language switch."""
    return render_template(template, **names(), **theme.page(names(), language, addresses), **context)
