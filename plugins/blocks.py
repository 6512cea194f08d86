"""Blocks: a paragraph that is just `[[name]]` or `[[name:argument]]` becomes theme/templates/blocks/name.html."""

import re
from typing import Any

from jinja2 import TemplateNotFound, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from pelican import signals

BLOCK = re.compile(r"<p>\[\[([\w-]+)(?::([\w-]+))?\]\]</p>")


class UnknownBlockError(LookupError):
    """A page names a block that the theme has not."""


@pass_context
def with_blocks(context: Context, html: str) -> Markup:
    """Return a page's rendered Markdown with its blocks filled in; a block knows all names that the page knows."""

    def fill(match: re.Match[str]) -> str:
        try:
            template = context.environment.get_template(f"blocks/{match[1]}.html")
        except TemplateNotFound as error:
            if error.name != f"blocks/{match[1]}.html":
                raise
            page = context.get("page") or context.get("article")
            raise UnknownBlockError(f"{page}: blok {match[0][3:-4]} neexistuje") from error
        return template.render(context.get_all() | {"argument": match[2]})

    return Markup(BLOCK.sub(fill, html))  # noqa: S704 - our own Markdown and templates


def add_filter(pelican: Any) -> None:
    """Offer the filter to templates."""
    pelican.settings["JINJA_FILTERS"]["with_blocks"] = with_blocks


def register() -> None:
    """Add the filter before Pelican makes its Jinja environments."""
    signals.initialized.connect(add_filter)
