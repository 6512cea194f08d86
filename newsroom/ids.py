"""Writes the ids of new items into the notes, so that an item keeps its address when it is reworded or moved."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from newsroom.notes import Item, signed
from newsroom.source import read


def write(content: Path) -> Iterator[tuple[str, int]]:
    """Sign the items that have no id yet; give each changed file with the number of ids."""
    for path in sorted((content / "news").glob("*.md")):
        source, unreadable = read(path, content)
        if source is None or unreadable:
            continue
        lines = path.read_text("utf-8").split("\n")
        missing = [item for item in source.note.items if not item.written and may_sign(item, lines)]
        if missing:
            replace(path, "\n".join(signed(lines, missing)))
            yield source.path, len(missing)


def may_sign(item: Item, lines: list[str]) -> bool:
    """Tell whether an id may stand at the end of the item's line: it has a text, and no comment begins there."""
    line = lines[item.end - 1]
    return bool(item.text) and line.count("<!--") == line.count("-->")


def replace(path: Path, text: str) -> None:
    """Put a new text in the place of a file at once: whoever is interrupted keeps the old one."""
    new = path.with_name(f".{path.name}.new")
    new.write_text(text, "utf-8")
    shutil.copymode(path, new)
    new.replace(path)
