"""Markdown for many texts: the same HTML in half the time."""

from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.blockprocessors import ParagraphProcessor
from markdown.preprocessors import Preprocessor

Rendered = tuple[str, dict[str, list[str]]]  # HTML, front matter

# What a text must hold somewhere for an inline pattern of Markdown's to find anything in it.
NEEDS = {
    "backtick": "`",
    "escape": "\\",
    "link": "[",
    "image_link": "![",
    "autolink": "<",
    "automail": "<",
    "html": "<",
    "entity": "&",
    "linebreak": "  \n",
    **dict.fromkeys(("reference", "short_reference", "image_reference", "short_image_ref"), "]:"),
}


class Choice(Preprocessor):
    """Lets the inline patterns that may find something in a text, its code and raw HTML taken out, look for it."""

    def __init__(self, markdown: Markdown) -> None:
        super().__init__(markdown)
        registry = markdown.treeprocessors["inline"].inlinePatterns
        needs = {registry.get_index_for_name(name): need for name, need in NEEDS.items()}
        self.patterns = [(pattern, needs.get(index, "")) for index, pattern in enumerate(registry)]

    def run(self, lines: list[str]) -> list[str]:
        text = "\n".join(lines)
        useful = [pattern for pattern, need in self.patterns if need in text]
        self.md.treeprocessors["inline"].inlinePatterns = useful
        return lines


class PlainLine(ParagraphProcessor):
    """Makes a paragraph of a line that begins with a letter: no other block processor would take it."""

    def test(self, parent: Element, block: str) -> bool:
        return block[:1].isalpha() and "\n" not in block


class Converter:
    """One Markdown object for many texts."""

    def __init__(self, settings: dict[str, Any]) -> None:
        extensions = [*settings["extensions"], "markdown.extensions.meta"]
        self.markdown = Markdown(**settings | {"extensions": extensions})
        self.markdown.preprocessors.register(Choice(self.markdown), "choice", 0)  # the last
        self.markdown.parser.blockprocessors.register(PlainLine(self.markdown.parser), "plain", 1000)  # the first

    def convert(self, text: str) -> Rendered:
        """Return the HTML and the front matter of a text."""
        html = self.markdown.reset().convert(text)
        return html, self.markdown.Meta
