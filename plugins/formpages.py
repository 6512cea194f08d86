"""Puts the forms into the static pages: Flask renders the very markup that it renders itself when answering."""

from typing import Any

from pelican import signals

from forms import create_app


def lend_forms(pelican: Any) -> None:
    """Offer `form_markup(kind, lang)` to templates."""
    app = create_app({"FORMS_DEVELOPMENT": "1", "FORMS_SITE_URL": pelican.settings["ORIGIN"]})
    app.extensions["theme"]["SITEURL"] = pelican.settings["SITEURL"]
    pelican.settings["JINJA_GLOBALS"]["form_markup"] = app.extensions["form_markup"]


def register() -> None:
    """Run once, before Pelican makes its Jinja environments."""
    signals.initialized.connect(lend_forms)
