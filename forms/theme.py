"""Lends theme/ to Flask: the few names that base.html may use, read from pelicanconf.py as data."""

from __future__ import annotations

import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "theme" / "templates"
NAMES = (
    "SITENAME",
    "VENDOR",
    "ORIGIN",
    "SITEURL",
    "LANGUAGES",
    "TEXTS",
    "ADDRESSES",
    "NEWS_ADDRESSES",
    "MENU",
    "FORM_ADDRESSES",
    "ASSETS",
    "FIGURES_LINE",
)


def load() -> dict[str, Any]:
    """Return the names of base.html with their values, the same that Pelican gives it."""
    settings = runpy.run_path(str(ROOT / "pelicanconf.py"))
    return {name: settings[name] for name in NAMES}


def page(names: Mapping[str, Any], language: str, alternates: Mapping[str, str]) -> dict[str, Any]:
    """Return the names that differ from page to page, for a page of the forms app in `language`."""
    return {
        "lang": language,
        "t": names["TEXTS"][language],
        "address": alternates[language],
        "alternates": alternates,
        "active": "",
    }
