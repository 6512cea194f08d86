"""Pelican as it comes, its own theme, for content like ours: what plugins.speed is measured against."""

SITENAME = "Stock"
SITEURL = "https://example.com"
TIMEZONE = "Europe/Prague"
DEFAULT_LANG = "cs"
FILENAME_METADATA = r"(?P<key>(?P<slug>.+))\.(?P<lang>cs|en)$"
ARTICLE_TRANSLATION_ID = PAGE_TRANSLATION_ID = "key"
ARTICLE_PATHS, PAGE_PATHS = ["news"], ["pages"]
THEME = "simple"
THEME_TEMPLATES_OVERRIDES = ["bench/templates"]  # the home page asks for one of its own
DIRECT_TEMPLATES = ["index"]
DEFAULT_PAGINATION = 20
AUTHOR_SAVE_AS = CATEGORY_SAVE_AS = TAG_SAVE_AS = ""
TRANSLATION_FEED_ATOM, FEED_MAX_ITEMS = "feeds/{lang}.atom.xml", 50
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
