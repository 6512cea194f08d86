"""Gives base.html the same few names on every page: `lang`, `address`, `alternates`, `active`."""

from typing import Any

from pelican import signals

NAMES = ("lang", "address", "alternates", "active")


def name_page(generator: Any, content: Any) -> None:
    """Set the names for the page or note that is about to be written."""
    generator.context.update({name: getattr(content, name) for name in NAMES})


def register() -> None:
    """Run just before a page or note is written."""
    signals.page_generator_write_page.connect(name_page)
    signals.article_generator_write_article.connect(name_page)
