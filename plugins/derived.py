"""What plugins work out of a note's HTML alone: asked for note by note, and remembered by plugins.speed."""

from collections.abc import Callable
from functools import wraps
from typing import Any

# By name. Each takes HTML as Markdown and typography left it, links not yet resolved, and its language, and returns
# what JSON can hold; what it returns must not depend on anything else.
FUNCTIONS: dict[str, Callable[[str, str], Any]] = {}


def from_html(function: Callable[[str, str], Any]) -> Callable[[Any], Any]:
    """Let a function of HTML and language be asked about a note."""
    FUNCTIONS[function.__name__] = function

    @wraps(function)
    def ask(note: Any) -> Any:
        recall = getattr(note, "recall", None)
        return recall(function.__name__) if recall else function(note._content, note.lang)

    return ask
