"""Markdown: drops `<!-- notes of the author -->`; what stands in fenced code stays."""

import re
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


class DropComments(Preprocessor):
    def run(self, lines: list[str]) -> list[str]:
        return COMMENT.sub("", "\n".join(lines)).split("\n")


class CommentsExtension(Extension):
    def extendMarkdown(self, md: Markdown) -> None:
        # Fenced code (25) is put away by then, raw HTML (20) not yet taken.
        md.preprocessors.register(DropComments(md), "drop_comments", 22)


def makeExtension(**configs: Any) -> CommentsExtension:
    """Return the extension for Markdown."""
    return CommentsExtension(**configs)
