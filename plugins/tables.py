"""Markdown: tables that CSS may turn into cards on a phone without a screen reader losing the table.

The first column names its row, and every cell gets its column's heading as `data-label`. The roles are not
written out: browsers keep those of a table whatever its `display` (a test asks Chromium), and HTML forbids it.
"""

from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor


def annotate(table: Element) -> None:
    """Add scopes and labels to one table made by Markdown's own extension."""
    headings = table.findall("thead/tr/th")
    labels = ["".join(heading.itertext()).strip() for heading in headings]
    for heading in headings:
        heading.set("scope", "col")
    for row in table.findall("tbody/tr"):
        for label, cell in zip(labels, row, strict=False):
            cell.set("data-label", label)
        if len(row) > 1:
            row[0].tag = "th"
            row[0].set("scope", "row")


class TablesProcessor(Treeprocessor):
    def run(self, root: Element) -> None:
        for table in root.iter("table"):
            annotate(table)


class TablesExtension(Extension):
    def extendMarkdown(self, md: Markdown) -> None:
        md.treeprocessors.register(TablesProcessor(md), "annotated_tables", 15)  # after inline (20): headings are text


def makeExtension(**configs: Any) -> TablesExtension:
    """Return the extension for Markdown."""
    return TablesExtension(**configs)
