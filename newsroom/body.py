"""What the text may hold: pictures with a description, known blocks, few HTML tags, its own language."""

import re
from collections.abc import Iterator

from newsroom.frontmatter import EMAIL, Findings, suggestion
from newsroom.links import (
    HEADING,
    IMAGE,
    WHOLE_BLOCK,
    Lines,
    Site,
    foreign_links,
    link_problems,
    local_path,
    misleading_links,
)
from newsroom.problem import Problem
from newsroom.source import PICTURES, Source

CODE = re.compile(r"(`+).+?\1")
IMAGE_REFERENCE = re.compile(r"!\[[^\]]*\] ?\[")
TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)(?=[\s/>]|$)([^>]*)")
ATTRIBUTE = re.compile(r"([A-Za-z_:@][\w:.-]*)\s*=")
ATTRIBUTE_LIST = re.compile(r"\{:?([^{}]*[=#.][^{}]*)\}")
BLOCK = re.compile(r"\[\[([^\[\]]*)\]\]")
SIGNS = re.compile(r"(?<!\{)#|\{(?!#[\w-]+\}$)|[<@]|\[\[|]\(|]:|!\[")  # but for an item's id, what CHECKS look at
PICTURE = "![Popis]({attach}obrazek.png)"
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
    if source.fields and not any(line.strip() and not HEADING.match(line) for _, line in lines):
        yield Problem(source.path, source.fields[-1].line, "pod hlavičkou chybí text", "napište aspoň jednu větu")
    yield from missing_forms(source, lines)
    yield from language_problems(source, lines)
    yield from foreign_links(source, lines, site)
    yield from misleading_links(source, lines)
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


def missing_forms(source: Source, lines: Lines) -> Iterator[Problem]:
    """Warn of a page that has lost its form."""
    block = f"[[form:{source.key}]]"
    if source.folder == "pages" and source.key in FORMS and all(line.strip() != block for _, line in lines):
        what, cure = f"na stránce chybí formulář {block}", "dejte ho mezi dva prázdné řádky"
        yield Problem(source.path, 1, what, cure, severe=False)


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
            site.used.add(local_path(source, target.partition("}")[2], site).resolve())


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
