"""Puts the forms into the static pages: Flask renders the very markup that it renders itself when answering."""

from functools import cache
from typing import Any

from pelican import signals


def lend_forms(pelican: Any) -> None:
    """Offer `form_markup(kind, lang)` to templates."""
    settings = pelican.settings

    @cache
    def markup() -> Any:
        from forms import create_app  # here, for it takes longer than all else that Pelican begins with

        app = create_app({"FORMS_DEVELOPMENT": "1", "FORMS_SITE_URL": settings["ORIGIN"]})
        app.extensions["theme"]["SITEURL"] = settings["SITEURL"]
        return app.extensions["form_markup"]

    settings["JINJA_GLOBALS"]["form_markup"] = lambda kind, lang: markup()(kind, lang)


def register() -> None:
    """Run once, before Pelican makes its Jinja environments."""
    signals.initialized.connect(lend_forms)
