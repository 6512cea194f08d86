"""How the parts of a text stand to each other: lists, headings, code and blocks, which Markdown may part otherwise."""

import re
from collections.abc import Iterator
from itertools import pairwise, takewhile

from newsroom.links import EXPLICIT_ID, HEADING, WHOLE_BLOCK, Lines, Site, own_id
from newsroom.problem import Problem
from newsroom.source import Source

LIST = re.compile(r" {0,3}(?:[-*+]|\d+\.) ")
CROOKED_FENCE = re.compile(r"\s*(?:`{3,}[^`]*|~{3,}.*)")
RESERVED = ("main",)  # places of every page
LATER = re.compile(r"\b(?:TODO|FIXME|XXX|TBD|[Ll]orem ipsum)\b")
CALCULATOR = "[[form:extension]]"  # may stand beside a form that is sent
HALF_BLOCK = re.compile(r"\[([\w-]+)(?::[\w-]+)?\]")


def problems(source: Source, site: Site) -> Iterator[Problem]:
    """Give what would not come out as its author parted it."""
    lines = source.prose()
    yield from unclosed(source)
    yield from unwritten(source, lines)
    yield from crooked_code(source, lines)
    yield from flat_lists(source, lines)
    yield from steep_headings(source)
    yield from repeated_places(source, lines, site)
    yield from crowded_blocks(source, lines, site)
    yield from repeated_blocks(source, lines)
    yield from crowded_lists(source, lines)


def unclosed(source: Source) -> Iterator[Problem]:
    """Give the comment or code that swallows the rest of the text because its end is missing."""
    if source.unclosed:
        number, sign, end = source.unclosed
        yield Problem(
            source.path, number, f"{sign} není uzavřené", f"na konec napište {end}", dict(source.body)[number]
        )


def unwritten(source: Source, lines: Lines) -> Iterator[Problem]:
    """Warn of what the author meant to write later, and of a hard space at the margin, which parts nothing."""
    for number, line in lines:
        if line.lstrip(" ").startswith("\N{NO-BREAK SPACE}") and line.strip():
            what, cure = "řádek začíná pevnou mezerou (z Wordu)", "smažte ji, nebo ji napište mezerníkem"
            yield Problem(source.path, number, what, cure, line, severe=False)
        if match := LATER.search(line):
            what = f"„{match[0]}“ tu nejspíš zůstalo"
            yield Problem(source.path, number, what, "napište místo něj svůj text", line, severe=False)


def crooked_code(source: Source, lines: Lines) -> Iterator[Problem]:
    """Give the fences that Markdown takes for text, so that what was meant as code is none."""
    for number, line in lines:
        if ("```" in line or "~~~" in line) and CROOKED_FENCE.fullmatch(line):
            what, cure = "kód by se ukázal jako text", "``` napište na kraj řádku, za ně nejvýš jedno slovo"
            cure += "; pod položkou kód místo toho odsaďte o osm mezer"
            yield Problem(source.path, number, what, cure, line)
            return


def crowded_blocks(source: Source, lines: Lines, site: Site) -> Iterator[Problem]:
    """Give the blocks that Markdown would take for a part of the paragraph above or below."""
    for (_, before), (number, line), (_, after) in zip([(0, ""), *lines], lines, [*lines[1:], (0, "")], strict=False):
        if (half := HALF_BLOCK.fullmatch(line.strip())) and half[1] in site.blocks:
            what, cure = f"{half[0]} má jen jednoduché závorky", f"napište [{half[0]}]"
            yield Problem(source.path, number, what, cure, line)
        if "[[" in line and WHOLE_BLOCK.fullmatch(line.strip()) and (before.strip() or after.strip()):
            what, cure = f"blok {line.strip()} je přilepený k textu", "dejte před něj i za něj prázdný řádek"
            yield Problem(source.path, number, what, cure, line)


def repeated_blocks(source: Source, lines: Lines) -> Iterator[Problem]:
    """Give the blocks that a page has twice, and a second form, whose fields would be named as those of the first."""
    first: dict[str, int] = {}
    for number, line in lines:
        if "[[" in line and (block := WHOLE_BLOCK.fullmatch(line.strip())):
            name = block[0] if block[1] != "form" or block[0] == CALCULATOR else block[1]
            if name in first:
                what = f"blok {block[0]} je na stránce druhý (první je na řádku {first[name]})"
                yield Problem(source.path, number, what, "nechte jen jeden", line)
            first.setdefault(name, number)


def crowded_lists(source: Source, lines: Lines) -> Iterator[Problem]:
    """Give the lists that Markdown would take for a part of the paragraph above; a lone line may be wrapped text."""
    inside = False  # of a list, whose items may go on over several lines
    for index, ((_, before), (number, line)) in enumerate(zip([(0, ""), *lines], lines, strict=False)):
        if not before.strip() or HEADING.match(before):
            inside = False
        if LIST.match(line):
            if before.strip() and not inside and not HEADING.match(before):
                below = takewhile(str.strip, (text for _, text in lines[index + 1 :]))
                severe = any(map(LIST.match, below))
                cure = "dejte před první položku prázdný řádek" + ", je-li to seznam" * (not severe)
                yield Problem(source.path, number, "seznam je přilepený k odstavci", cure, line, severe)
            inside = True


def flat_lists(source: Source, lines: Lines) -> Iterator[Problem]:
    """Warn of items that are indented too little to stand below another; of a note's items, items.py says it."""
    items = {item.line for item in source.note.items}
    below = False  # an item
    for (_, before), (number, line) in pairwise([(0, ""), *lines]):
        if LIST.match(line) and line[0] == " " and below and number not in items:
            what, cure = "položka by nebyla vnořená", "odsaďte ji čtyřmi mezerami, nebo ji začněte na kraji řádku"
            yield Problem(source.path, number, what, cure, line, severe=False)
        elif line.strip() and line[0] not in " \t" and (LIST.match(line) or not before.strip()):
            below = bool(LIST.match(line))


def steep_headings(source: Source) -> Iterator[Problem]:
    """Warn of headings that leave out a level: who has them read aloud looks for what is missing."""
    above = 1
    for heading in source.note.headings:
        if heading.level > above + 1:
            what, cure = "nadpis přeskočil úroveň", f"napište {'#' * (above + 1)} {heading.text}"
            yield Problem(source.path, heading.line, what, cure, f"{'#' * heading.level} {heading.text}", severe=False)
        above = heading.level


def repeated_places(source: Source, lines: Lines, site: Site) -> Iterator[Problem]:
    """Give the headings and paragraphs of one name, of which links would find the first; of items, items.py says it."""
    first = dict.fromkeys([*RESERVED, *site.block_ids(lines)], 0)
    for number, line in lines:
        match = (HEADING.match(line) or EXPLICIT_ID.fullmatch(line.strip())) if "#" in line else None
        if not match:
            continue
        if not (place := match.groups()[-1]):  # a heading, to which Markdown gives a name that no other heading has
            if first.get(place := own_id(match[2])) == 0:
                what, cure = f"značka {{#{place}}} patří webu", f"připište k nadpisu jinou, třeba {{#{place}-2}}"
                yield Problem(source.path, number, what, cure, line)
            continue
        if place in first:
            where = f"je tu podruhé (poprvé na řádku {first[place]})" if first[place] else "patří webu"
            yield Problem(source.path, number, f"značka {{#{place}}} {where}", "zvolte jinou", line)
        first.setdefault(place, number)
