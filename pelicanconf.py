"""The facts of the site: names, languages, addresses, paths. Pelican reads it as settings, `forms/theme.py` as data."""

import hashlib
import os
import tomllib
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined

from newsroom.typography import typeset_texts

ROOT = Path(__file__).parent


def _table(path: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / path).read_text("utf-8"))


def _fingerprinted(name: str) -> str:
    """The address of an asset with its content's hash in the name, so that browsers may keep it for ever."""
    path = ROOT / "theme" / "static" / name
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:10]
    return f"/assets/{Path(name).with_suffix('').as_posix()}.{digest}{path.suffix}"


def _figures_line(lang: str) -> str:
    """The figures that every page shows; empty while their file has a fault, which newsroom.check names."""
    separator = {"cs": "\N{NO-BREAK SPACE}", "en": ","}[lang]
    try:
        figures = _table("content/figures.toml")
        words = ((f"{figures[key]:,}".replace(",", separator), text) for key, text in TEXTS[lang]["figures"].items())
    except (OSError, KeyError, ValueError):
        return ""
    return " · ".join("\N{NO-BREAK SPACE}".join(pair) for pair in words)


# -- Names: what base.html, and so both Pelican and Flask, may use -----------------------------------------------------
SITENAME = "ISPadmin"
VENDOR = "NET service solution s.r.o."
ORIGIN = os.environ.get("FORMS_SITE_URL", "http://127.0.0.1:8000").rstrip("/")  # scheme and host, for absolute links
SITEURL = ""  # what comes before every path in a link; a preview under a folder sets it
PREVIEW = ""  # the name of the preview that is being built
LANGUAGES = ("cs", "en")
TEXTS = {lang: typeset_texts(_table(f"theme/texts/{lang}.toml"), lang) for lang in LANGUAGES}

# Every fixed page, with its address per language.
ADDRESSES = {
    "home": {"cs": "/", "en": "/en/"},
    "support": {"cs": "/podpora/", "en": "/en/support/"},
    "training": {"cs": "/skoleni/", "en": "/en/training/"},
    "price-list": {"cs": "/cenik/", "en": "/en/price-list/"},
    "contact": {"cs": "/kontakt/", "en": "/en/contact/"},
    "news": {"cs": "/aktuality/", "en": "/en/news/"},
    "privacy": {"cs": "/soukromi/", "en": "/en/privacy/"},
    "accessibility": {"cs": "/pristupnost/", "en": "/en/accessibility/"},
}
MENU = ("support", "training", "price-list", "news", "contact")
FIGURES_LINE = {lang: _figures_line(lang) for lang in LANGUAGES}

# Where the news are filtered, and where a customer reads what changed since his version; what follows is named there.
NEWS_ADDRESSES = {
    "kind": {"cs": "/aktuality/druh/", "en": "/en/news/kind/"},
    "module": {"cs": "/aktuality/modul/", "en": "/en/news/module/"},
    "from": {"cs": "/aktuality/od/", "en": "/en/news/from/"},
}

UPGRADE_PAGES = 50  # so many of the newest versions have their own page under "from"; older ones are led to the last

# What the forms app answers: at the root, for previews too, so templates write no SITEURL before it.
FORM_ADDRESSES = {
    "contact": {"cs": "/formulare/kontakt/", "en": "/en/forms/contact/"},
    "price-list": {"cs": "/formulare/cenik/", "en": "/en/forms/price-list/"},
    "training": {"cs": "/formulare/skoleni/", "en": "/en/forms/training/"},
    "extension": {"cs": "/formulare/prodlouzeni/", "en": "/en/forms/extension/"},
    "received": {"cs": "/formulare/prijato/", "en": "/en/forms/received/"},
    "from": {"cs": "/formulare/od/", "en": "/en/forms/from/"},
    "search": {"cs": "/hledani/", "en": "/en/search/"},
}

PREVIEWS = "/nahled/"  # below it stands what was pushed to a branch of that name, nahled/jana

# Files under theme/static and the fingerprinted addresses that serve them.
ASSETS = {
    path.relative_to(ROOT / "theme" / "static").as_posix(): _fingerprinted(
        path.relative_to(ROOT / "theme" / "static").as_posix()
    )
    for path in sorted((ROOT / "theme" / "static").rglob("*"))
    if path.is_file()
}

# The departments' addresses in two halves, so that no template can write one whole.
DEPARTMENTS = {
    "sales": tuple(os.environ.get("FORMS_SALES_ADDRESS", "obchod@ispadmin.example").split("@", 1)),
    "technical": tuple(os.environ.get("FORMS_TECHNICAL_ADDRESS", "technik@ispadmin.example").split("@", 1)),
}

# -- Content: where it lies and what its file names say ----------------------------------------------------------------
PATH = str(ROOT / "content")
OUTPUT_PATH = str(ROOT / "var" / "site")
ARTICLE_PATHS = ["news"]
PAGE_PATHS = ["pages"]
STATIC_PATHS: list[str] = []  # a picture goes out only with a page that shows it: ![alt]({attach}picture.png)
FILENAME_METADATA = r"(?P<key>(?P<slug>.+))\.(?P<lang>cs|en)$"  # 4.28.cs.md
ARTICLE_TRANSLATION_ID = PAGE_TRANSLATION_ID = "key"
DEFAULT_LANG = "cs"
TIMEZONE = "Europe/Prague"
FORMATTED_FIELDS: list[str] = []  # titles and summaries are plain text
MARKDOWN = {
    "extensions": [
        "markdown.extensions.attr_list",
        "markdown.extensions.def_list",
        "markdown.extensions.fenced_code",
        "markdown.extensions.sane_lists",
        "markdown.extensions.tables",
        "markdown.extensions.toc",  # every heading gets an id
        "plugins.comments",
        "plugins.marks",
        "plugins.tables",
    ],
    "extension_configs": {"markdown.extensions.toc": {"marker": ""}},  # ids only, and nothing searched for [TOC]
    "output_format": "html",
}

# -- Addresses ---------------------------------------------------------------------------------------------------------
ARTICLE_URL = DRAFT_URL = "aktuality/{slug}/"
ARTICLE_LANG_URL = DRAFT_LANG_URL = "{lang}/news/{slug}/"
PAGE_URL = DRAFT_PAGE_URL = "{slug}/"
PAGE_LANG_URL = DRAFT_PAGE_LANG_URL = "{lang}/{slug}/"
ARTICLE_SAVE_AS = DRAFT_SAVE_AS = ARTICLE_URL + "index.html"
ARTICLE_LANG_SAVE_AS = DRAFT_LANG_SAVE_AS = ARTICLE_LANG_URL + "index.html"
PAGE_SAVE_AS = DRAFT_PAGE_SAVE_AS = PAGE_URL + "index.html"
PAGE_LANG_SAVE_AS = DRAFT_PAGE_LANG_SAVE_AS = PAGE_LANG_URL + "index.html"
FEEDS = {lang: {"atom": f"/feeds/{lang}.atom.xml", "json": f"/feeds/{lang}.json"} for lang in LANGUAGES}
IMPORTANT_FEEDS = {"cs": "/feeds/cs-dulezite.atom.xml", "en": "/feeds/en-important.atom.xml"}
RELEASES = {"data": "/releases.json", "schema": "/releases.schema.json"}  # for machines

# What Pelican would write and nobody here reads.
DIRECT_TEMPLATES: list[str] = []
AUTHOR_SAVE_AS = CATEGORY_SAVE_AS = TAG_SAVE_AS = ""
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = TRANSLATION_FEED_ATOM = None

# -- Theme and plugins -------------------------------------------------------------------------------------------------
THEME = str(ROOT / "theme")
THEME_STATIC_PATHS: list[str] = []  # plugins.assets writes them, under ASSETS' names
JINJA_ENVIRONMENT = {
    "autoescape": True,
    "undefined": StrictUndefined,
    "trim_blocks": True,
    "lstrip_blocks": True,
    "auto_reload": False,  # templates do not change within a build
    "extensions": [],
}
PLUGIN_PATHS = [str(ROOT)]
PLUGINS = [
    "plugins.typography",
    "plugins.prefix",
    "plugins.pictures",
    "plugins.languages",
    "plugins.releases",
    "plugins.changes",
    "plugins.structured",
    "plugins.context",
    "plugins.listings",
    "plugins.upgrades",
    "plugins.blocks",
    "plugins.confinement",
    "plugins.figures",
    "plugins.filters",
    "plugins.timeline",
    "plugins.formpages",
    "plugins.feeds",
    "plugins.machines",
    "plugins.search",
    "plugins.sitemap",
    "plugins.assets",
    "plugins.speed",
]
SPEED = os.environ.get("SPEED", "1") != "0"  # False builds the same bytes without plugins.speed
CACHE_PATH = os.environ.get("NEWSROOM_CACHE") or str(ROOT / "var" / "cache")
