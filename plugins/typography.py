"""Typesets what Pelican reads: the bodies and titles of pages and notes."""

from typing import Any

from pelican import signals

from newsroom.typography import typeset, typeset_html


def typeset_content(content: Any) -> None:
    """Typeset a page or note as soon as it is read."""
    if content._content is None:  # a picture
        return
    content._content = typeset_html(content._content, content.lang)
    for name in ("title", "description", "summary"):
        if isinstance(content.metadata.get(name), str):
            content.metadata[name] = typeset(content.metadata[name], content.lang)
            setattr(content, name, content.metadata[name])


def register() -> None:
    """Run over every page and note."""
    signals.content_object_init.connect(typeset_content)
