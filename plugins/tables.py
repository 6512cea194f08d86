"""Markdown: tables that CSS may turn into cards on a phone without a screen reader losing the table.

The first column names its row. Every cell gets its column's heading as `data-label`; the roles are written out
because `display: block` takes the built-in ones away.
"""

from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

ROLES = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row"}


def annotate(table: Element) -> None:
    """Add roles, scopes and labels to one table made by Markdown's own extension."""
    for element in table.iter():
        if element.tag in ROLES:
            element.set("role", ROLES[element.tag])
    headings = table.findall("thead/tr/th")
    labels = ["".join(heading.itertext()).strip() for heading in headings]
    for heading in headings:
        heading.set("scope", "col")
        heading.set("role", "columnheader")
    for row in table.findall("tbody/tr"):
        for label, cell in zip(labels, row, strict=False):
            cell.set("role", "cell")
            cell.set("data-label", label)
        if len(row) > 1:
            row[0].tag = "th"
            row[0].set("scope", "row")
            row[0].set("role", "rowheader")


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
