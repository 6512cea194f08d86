"""Gives every picture one address, `/news/graf.png`, which both languages of a text, and other texts, may show.

Pelican's own `{attach}` moves it beside the first page that shows it, and warns, which fails the build, at the second.
"""

import re
from typing import Any

from pelican import signals

ATTACHED = re.compile(r'(\s(?:href|src)="){attach}')


def stay(content: Any) -> None:
    """Let the pictures of a page or note that has just been read stay where the name of their file puts them."""
    if content._content is not None:  # None: a picture itself
        content._content = ATTACHED.sub(r"\1{static}", content._content)


def register() -> None:
    """Run over every page and note, before Pelican collects what they show."""
    signals.content_object_init.connect(stay)
