"""Typesets what Pelican reads: the bodies and titles of pages and notes."""

from typing import Any

from pelican import signals

from newsroom.typography import typeset, typeset_html


def typeset_body(content: Any) -> None:
    """Typeset the text of a page or note as soon as it is read."""
    if content._content is not None:  # a picture
        content._content = typeset_html(content._content, content.lang)


def typeset_fields(content: Any) -> None:
    """Typeset what its front matter says."""
    for name in ("title", "description", "summary"):
        if isinstance(content.metadata.get(name), str):
            content.metadata[name] = typeset(content.metadata[name], content.lang)
            setattr(content, name, content.metadata[name])


def register() -> None:
    """Run over every page and note."""
    signals.content_object_init.connect(typeset_body)
    signals.content_object_init.connect(typeset_fields)
