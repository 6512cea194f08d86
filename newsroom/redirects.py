"""The map of redirects: old path and new address, one pair a line, as nginx's `map` reads it."""

import re
from collections.abc import Iterable
from pathlib import Path

NAME = "redirects.map"
PAIR = re.compile(r'"([^"]+)" "([^"]+)";')


def write(folder: Path, pairs: Iterable[tuple[str, str]]) -> None:
    """Write the body of `map $uri $moved { include redirects.map; }` into a built site."""
    (folder / NAME).write_text("".join(f'"{old}" "{new}";\n' for old, new in sorted(pairs)), "utf-8")


def read(folder: Path) -> list[tuple[str, str]]:
    """Return the pairs of a built site, none if it has no map."""
    path = folder / NAME
    return PAIR.findall(path.read_text("utf-8")) if path.is_file() else []
