"""Tables that would stay text, or lose some of it; whether one is a table is asked of Markdown itself."""

import re
from collections.abc import Iterator
from itertools import pairwise

from markdown import Markdown

from newsroom.links import Lines
from newsroom.problem import Problem, counted
from newsroom.source import Source

PROCESSOR = Markdown(extensions=["markdown.extensions.tables"]).parser.blockprocessors["table"]
RULE = re.compile(r"(?=.*[-—–=]{2})[\s|:+=—–-]+")
NO_BAR = re.compile(r"(`+).+?\1|\\\|")  # what holds bars that part no cells
SENTENCE = re.compile(r".*[.!?:;,]\s*")


def problems(source: Source, lines: Lines) -> Iterator[Problem]:
    """Give what is wrong with a paragraph that has bars in it."""
    if PROCESSOR.test(None, "\n".join(line for _, line in lines)):
        yield from row_problems(source, lines)
    elif found := meant(lines):
        index, severe = found
        number, line = lines[index]
        cure = f"dejte nad ni prázdný řádek a pod její první řádek |{'---|' * cells(line)}"
        yield Problem(source.path, number, "tabulka by zůstala obyčejným textem", cure, line, severe)


def meant(lines: Lines) -> tuple[int, bool] | None:
    """Return where a table begins that Markdown takes for text, and whether it surely is one; None if there is none."""
    texts = [line for _, line in lines]
    for index, line in enumerate(texts):
        above = texts[index - 1] if index else ""
        if RULE.fullmatch(line) and ("|" in line or ("|" in above and " " in line.strip())):
            return max(index - 1, 0), True
    rows = [index for index, line in enumerate(texts) if line.startswith("|")]
    if rows:
        return rows[0], any(other - one == 1 for one, other in pairwise(rows))  # one alone may be no table
    for index, (line, below) in enumerate(pairwise(texts)):
        if 1 < cells(line) == cells(below) and not any(map(SENTENCE.fullmatch, (line, below))):
            return index, False
    return None


def row_problems(source: Source, lines: Lines) -> Iterator[Problem]:
    """Rows of another length than the first: what is too much is left out, and text below a table becomes a row."""
    columns = cells(lines[0][1])
    if len(lines) == 2:
        yield Problem(
            source.path, lines[0][0], "tabulka má jen hlavičku", "přidejte řádky, nebo ji smažte", lines[0][1]
        )
    for number, line in lines[2:]:
        if (found := cells(line)) > columns:
            what = f"řádek tabulky má {counted(found, 'buňku', 'buňky', 'buněk')}, první řádek jen {columns}"
            cure = "co je navíc, by zmizelo; svislá čára v textu se píše \\|"
            yield Problem(source.path, number, what, cure, line)
        elif "|" not in line:
            what, cure = "text pod tabulkou se stane jejím řádkem", "dejte před něj prázdný řádek"
            yield Problem(source.path, number, what, cure, line)


def cells(line: str) -> int:
    """Return how many cells a row has."""
    return NO_BAR.sub("", line).strip().removeprefix("|").removesuffix("|").count("|") + 1
