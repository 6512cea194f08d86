"""What the text may hold: pictures with a description, known blocks, few HTML tags, its own language."""

import re
from collections.abc import Iterator
from itertools import pairwise, takewhile

from newsroom.frontmatter import EMAIL, Findings, suggestion
from newsroom.links import (
    EXPLICIT_ID,
    HEADING,
    IMAGE,
    WHOLE_BLOCK,
    Lines,
    Site,
    foreign_links,
    link_problems,
    local_path,
)
from newsroom.problem import Problem
from newsroom.source import PICTURES, Source

CODE = re.compile(r"(`+).+?\1")
IMAGE_REFERENCE = re.compile(r"!\[[^\]]*\] ?\[")
LIST = re.compile(r" {0,3}(?:[-*+]|\d+\.) ")
TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)(?=[\s/>]|$)([^>]*)")
ATTRIBUTE = re.compile(r"([A-Za-z_:@][\w:.-]*)\s*=")
ATTRIBUTE_LIST = re.compile(r"\{:?([^{}]*[=#.][^{}]*)\}")
BLOCK = re.compile(r"\[\[([^\[\]]*)\]\]")
SIGNS = re.compile(r"(?<!\{)#|\{(?!#[\w-]+\}$)|[<@]|\[\[|]\(|]:|!\[")  # but for an item's id, what CHECKS look at
PICTURE = "![Popis]({attach}obrazek.png)"
CROOKED_FENCE = re.compile(r"\s*(?:`{3,}[^`]*|~{3,}.*)")
RESERVED = ("main",)  # places of every page
HALF_BLOCK = re.compile(r"\[([\w-]+)(?::[\w-]+)?\]")
CZECH_WORD = re.compile(r"\w*[áčďéěíňóřšťúůýž]\w*", re.IGNORECASE)
EMPTY_ALT = ("", "popis", "co je na obrázku", "obrázek", "obrazek", "image", "picture")
TEMPLATE_ID = re.compile(r'\sid="([\w-]+)"')

TAGS = [
    "abbr",
    "br",
    "cite",
    "del",
    "dfn",
    "ins",
    "kbd",
    "mark",
    "q",
    "samp",
    "small",
    "span",
    "sub",
    "sup",
]
ATTRIBUTES = ["lang", "title", "id", "class", "datetime"]
FORMS = ("contact", "price-list", "training", "extension")  # what [[form:…]] may name


def problems(source: Source, site: Site) -> Iterator[Problem]:
    """Give everything that is wrong with the text of one file."""
    lines = [*source.prose()]
    if source.fields and not any(line.strip() for _, line in lines):
        yield Problem(source.path, source.fields[-1].line, "pod hlavičkou chybí text", "napište aspoň jednu větu")
    yield from unclosed(source)
    yield from crooked_code(source, lines)
    yield from flat_lists(source, lines)
    yield from steep_headings(source)
    yield from repeated_places(source, lines)
    yield from crowded_blocks(source, lines, site)
    yield from missing_forms(source, lines)
    yield from crowded_lists(source, lines)
    yield from language_problems(source, lines)
    yield from foreign_links(source, lines, site)
    for number, raw in lines:
        if not SIGNS.search(raw):
            continue
        line = CODE.sub("", raw) if "`" in raw else raw
        for signs, check in CHECKS:
            if any(sign in line for sign in signs):
                for what, cure in check(source, line, site):
                    yield Problem(source.path, number, what, cure, raw)


def language_problems(source: Source, lines: Lines) -> Iterator[Problem]:
    """Warn of a text in the other language, or without its diacritics."""
    if source.lang == "en":
        for number, line in lines:
            if not line.isascii() and len(CZECH_WORD.findall(line)) > 2:  # one or two may be a name
                yield Problem(source.path, number, "anglický text vypadá česky", "přeložte ho", line, severe=False)
                return
    elif sum(len(line.split()) for _, line in lines) > 20 and not any(CZECH_WORD.search(line) for _, line in lines):
        what, cure = "český text je bez háčků a čárek", "doplňte je; není to anglický text?"
        yield Problem(source.path, lines[0][0], what, cure, severe=False)


def crowded_blocks(source: Source, lines: Lines, site: Site) -> Iterator[Problem]:
    """Give the blocks that Markdown would take for a part of the paragraph above or below."""
    for (_, before), (number, line), (_, after) in zip([(0, ""), *lines], lines, [*lines[1:], (0, "")], strict=False):
        if (half := HALF_BLOCK.fullmatch(line.strip())) and half[1] in site.blocks:
            what, cure = f"{half[0]} má jen jednoduché závorky", f"napište [{half[0]}]"
            yield Problem(source.path, number, what, cure, line)
        if "[[" in line and WHOLE_BLOCK.fullmatch(line.strip()) and (before.strip() or after.strip()):
            what, cure = f"blok {line.strip()} je přilepený k textu", "dejte před něj i za něj prázdný řádek"
            yield Problem(source.path, number, what, cure, line)


def missing_forms(source: Source, lines: Lines) -> Iterator[Problem]:
    """Warn of a page that has lost its form."""
    block = f"[[form:{source.key}]]"
    if source.folder == "pages" and source.key in FORMS and all(line.strip() != block for _, line in lines):
        what, cure = f"na stránce chybí formulář {block}", "dejte ho mezi dva prázdné řádky"
        yield Problem(source.path, 1, what, cure, severe=False)


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


def crooked_code(source: Source, lines: Lines) -> Iterator[Problem]:
    """Give the fences that Markdown takes for text, so that what was meant as code is none."""
    for number, line in lines:
        if ("```" in line or "~~~" in line) and CROOKED_FENCE.fullmatch(line):
            what, cure = "kód by se ukázal jako text", "``` napište na kraj řádku, za ně nejvýš jedno slovo"
            cure += "; pod položkou kód místo toho odsaďte o osm mezer"
            yield Problem(source.path, number, what, cure, line)
            return


def repeated_places(source: Source, lines: Lines) -> Iterator[Problem]:
    """Give the places that are named twice, of which links would find the first only; of items, items.py says it."""
    first = dict.fromkeys(RESERVED, 0)
    items = {item.end for item in source.note.items}
    for number, line in lines:
        for place in EXPLICIT_ID.findall(line) if "#" in line and number not in items else ():
            if place in first:
                where = f"je tu podruhé (poprvé na řádku {first[place]})" if first[place] else "patří webu"
                yield Problem(source.path, number, f"značka {{#{place}}} {where}", "zvolte jinou", line)
            first.setdefault(place, number)


def unclosed(source: Source) -> Iterator[Problem]:
    """Give the comment or code that swallows the rest of the text because its end is missing."""
    if source.unclosed:
        number, sign, end = source.unclosed
        yield Problem(
            source.path, number, f"{sign} není uzavřené", f"na konec napište {end}", dict(source.body)[number]
        )


def heading_problems(source: Source, line: str, site: Site) -> Findings:
    """The first level is the title's; none is empty."""
    if match := HEADING.match(line):
        if len(match[1]) == 1:
            yield "nadpis první úrovně dělá z Title web sám", "začněte nadpis dvěma křížky: ##"
        if not match[2]:
            yield "nadpis nemá text", "dopište ho, nebo řádek smažte"


def block_problems(source: Source, line: str, site: Site) -> Findings:
    """A known block, alone in its paragraph, on a page."""
    known = sorted(site.blocks.keys() - {"form"} | {f"form:{kind}" for kind in FORMS})
    for match in BLOCK.finditer(line):
        if source.folder == "news":
            yield f"blok {match[0]} patří jen na stránky", "smažte ho, nebo na stránku odkažte"
        elif (name := "".join(match[1].split())) != match[1] and name in known:
            yield f"v bloku {match[0]} je mezera", f"napište [[{name}]]"
        elif name not in known:
            yield f"blok {match[0]} neexistuje", suggestion(name, known)
        elif not WHOLE_BLOCK.fullmatch(line.strip()):
            yield f"blok {match[0]} musí stát sám na řádku", "dejte ho mezi dva prázdné řádky"


def html_problems(source: Source, line: str, site: Site) -> Findings:
    """The few tags and attributes that Markdown has no signs for."""
    for match in TAG.finditer(line):
        if match[1].lower() not in TAGS:
            cure = "použijte Markdown; má-li být v textu, dejte ji mezi zpětné apostrofy: `<…>`"
            yield f"značka HTML <{match[1]}> není dovolená", f"{cure} (dovolené jsou {', '.join(TAGS)})"
            continue
        yield from attribute_problems(match[2])
    for match in ATTRIBUTE_LIST.finditer(line):
        yield from attribute_problems(match[1])


def attribute_problems(attributes: str) -> Findings:
    """No styles, no scripts."""
    for name in ATTRIBUTE.findall(attributes):
        if name.lower() not in ATTRIBUTES:
            yield f"atribut {name}= není dovolený", f"smažte ho (dovolené jsou {', '.join(ATTRIBUTES)})"


def image_problems(source: Source, line: str, site: Site) -> Findings:
    """A description for those who do not see it; a file of ours, not too heavy."""
    if IMAGE_REFERENCE.search(line):
        yield "obrázek nemá adresu u sebe", f"napište {PICTURE}"
    for alt, target in IMAGE.findall(line):
        if alt.strip().lower() in EMPTY_ALT or alt.lower().endswith(PICTURES):
            yield "obrázek nemá popis", f"napište do hranatých závorek, co na něm je: {PICTURE}"
        if not target.startswith(("{attach}", "{static}")):
            yield f"obrázek „{target}“ se na web nedostane", f"uložte ho vedle textu a napište {PICTURE}"
        else:
            site.pictures.add(local_path(source, target.partition("}")[2], site).resolve())


def address_problems(source: Source, line: str, site: Site) -> Findings:
    """An e-mail address in the text would be collected by spam robots."""
    cure = "dejte na stránku blok [[addresses]]"
    if source.folder == "news":
        cure = f"odkažte na kontakt: [kontakt]({{filename}}/pages/contact.{source.lang}.md)"
    for address in dict.fromkeys(EMAIL.findall(line)):
        yield f"e-mailovou adresu {address} by posbírali roboti", cure


# Each check with the signs without which a line need not be read by it.
CHECKS = (
    (("#",), heading_problems),
    (("[[",), block_problems),
    (("<", "{"), html_problems),
    (("![",), image_problems),
    (("](", "]:", "<"), link_problems),
    (("@",), address_problems),
)
