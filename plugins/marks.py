"""Markdown: marks the items of a note, so that plugins.changes can take them out of the finished HTML.

`## Nové` becomes `<h2 data-kind="new">`, `- **Fakturace:** text {#k7f3q2}` becomes `<li id="k7f3q2"
data-module="Fakturace">`; an item without an id gets the one that `make check` would write.
"""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from newsroom.notes import kind_of, with_ids, without_id

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BLOCKS = ("ul", "ol", "p", "pre", "blockquote", "table", "dl")


class WriteIds(Preprocessor):
    def run(self, lines: list[str]) -> list[str]:
        return with_ids(lines)


class MarkItems(Treeprocessor):
    def run(self, root: Element) -> None:
        kind = ""
        for element in root:
            if element.tag in HEADINGS:
                kind = kind_of("".join(element.itertext())) if element.tag == "h2" else ""
                if kind:
                    element.set("data-kind", kind)
            elif kind and element.tag == "ul":
                for item in element:
                    mark(item)
        for heading in empty_headings(root):
            root.remove(heading)


def empty_headings(root: Element) -> list[Element]:
    """Return the headings of kinds under which nothing stands, as `make news` writes them."""
    return [
        element
        for element, after in zip_longest(root, root[1:])
        if element.get("data-kind") and (after is None or after.tag in HEADINGS)
    ]


def mark(item: Element) -> None:
    """Move an item's id and module into attributes."""
    if len(item) and item[0].tag == "p" and not (item.text or "").strip():  # a list with blank lines in it
        unwrap(item)
    for element, name in reversed([*lead(item)]):
        text = getattr(element, name) or ""
        rest, own = without_id(text)
        if own:
            item.attrib = {"id": own, "data-module": module(item)}
            setattr(element, name, rest)
        if text.strip():
            return


def unwrap(item: Element) -> None:
    """Let the first paragraph's text stand in the item itself."""
    paragraph = item[0]
    item.remove(paragraph)
    item.text = paragraph.text
    for position, child in enumerate(paragraph):
        item.insert(position, child)


def lead(item: Element) -> Iterator[tuple[Element, str]]:
    """Give where the texts of an item's first paragraph stand: its own `text`, then its inline children's `tail`."""
    yield item, "text"
    for child in item:
        if child.tag in BLOCKS:
            return
        yield child, "tail"


def module(item: Element) -> str:
    """Return the module that an item begins with, in bold and with a colon within or behind."""
    first = item[0] if len(item) else None
    if first is None or first.tag != "strong" or len(first) or (item.text or "").strip():
        return ""
    name, tail = (first.text or "").strip(), first.tail or ""
    if not name.endswith(":") and not tail.startswith(":"):
        return ""
    return name.removesuffix(":").strip()


class MarksExtension(Extension):
    def extendMarkdown(self, md: Markdown) -> None:
        md.preprocessors.register(WriteIds(md), "write_ids", 21)  # after plugins.comments (22)
        md.treeprocessors.register(MarkItems(md), "mark_items", 16)  # after inline (20), before attr_list (8)


def makeExtension(**configs: Any) -> MarksExtension:
    """Return the extension for Markdown."""
    return MarksExtension(**configs)
