"""What the text may hold: links that lead somewhere, pictures with a description, known blocks, few HTML tags."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown.extensions.toc import slugify, unique

from newsroom.frontmatter import Findings, suggestion
from newsroom.problem import Problem
from newsroom.source import Source

CODE = re.compile(r"(`+).+?\1")
LINK = re.compile(r"\]\(\s*<?([^)\s>]*)>?(?:\s+[\"'][^)]*)?\)")
REFERENCE = re.compile(r" {0,3}\[[^\]]+\]:\s*<?(\S+?)>?(?:\s.*)?$")
AUTOLINK = re.compile(r"<((?:https?|ftp|mailto):[^>\s]+)>")
IMAGE_REFERENCE = re.compile(r"!\[[^\]]*\] ?\[")
LIST = re.compile(r" {0,3}(?:[-*+]|\d+\.) ")
IMAGE = re.compile(r"!\[([^\]]*)\]\(\s*<?([^)\s>]*)[^)]*\)")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)(?=[\s/>]|$)([^>]*)")
ATTRIBUTE = re.compile(r"([A-Za-z_:@][\w:.-]*)\s*=")
ATTRIBUTE_LIST = re.compile(r"\{:?([^{}]*[=#.][^{}]*)\}")
BLOCK = re.compile(r"\[\[([^\[\]]*)\]\]")
WHOLE_BLOCK = re.compile(r"\[\[([\w-]+)(?::[\w-]+)?\]\]")
HEADING = re.compile(r"(#{1,6})\s*(.*?)\s*#*\s*(?:\{:?\s*#([\w-]+)[^}]*\})?\s*$")
EXPLICIT_ID = re.compile(r"\{:?\s*(?:[^}]*\s)?#([\w-]+)[^}]*\}")
SIGNS = re.compile(r"(?<!\{)#|\{(?!#[\w-]+\}$)|[<@]|\[\[|]\(|]:|!\[")  # but for an item's id, what CHECKS look at
PICTURE = "![Popis]({attach}obrazek.png)"
TEMPLATE_ID = re.compile(r'\sid="([\w-]+)"')

TAGS = [
    "abbr",
    "br",
    "cite",
    "del",
    "details",
    "dfn",
    "ins",
    "kbd",
    "mark",
    "q",
    "samp",
    "small",
    "span",
    "sub",
    "summary",
    "sup",
]
ATTRIBUTES = ["lang", "title", "id", "class", "datetime", "open"]
FORMS = ("contact", "price-list", "training", "extension")  # what [[form:…]] may name


@dataclass
class Site:
    """What links may lead to."""

    content: Path
    origin: str
    sources: dict[str, Source]  # by path inside content
    addresses: dict[str, Source | None]  # every address that answers, with the file behind it
    blocks: dict[str, set[str]]  # name -> ids in its template
    held_back: set[str] = field(default_factory=set)  # paths, as they are shown, of drafts and future notes
    pictures: set[Path] = field(default_factory=set)  # those that some page shows
    known_ids: dict[str, set[str]] = field(default_factory=dict)

    def ids(self, source: Source) -> set[str]:
        """Return every id of the page that comes of this file."""
        if source.path not in self.known_ids:
            self.known_ids[source.path] = self.find_ids(source)
        return self.known_ids[source.path]

    def find_ids(self, source: Source) -> set[str]:
        """Read the ids from headings, attribute lists and blocks."""
        found = {"main"} | {item.id for item in source.note.items}  # every page has <main id="main">
        for _, line in source.prose():
            found.update(EXPLICIT_ID.findall(line))
            if (match := HEADING.match(line)) and not match[3]:
                text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)|[*`]", r"\1", match[2])
                unique(slugify(text, "-"), found)
            elif block := WHOLE_BLOCK.fullmatch(line.strip()):
                found |= self.blocks.get(block[1], set())
        return found


def problems(source: Source, site: Site) -> Iterator[Problem]:
    """Give everything that is wrong with the text of one file."""
    lines = [*source.prose()]
    if source.fields and not any(line.strip() for _, line in lines):
        yield Problem(source.path, source.fields[-1].line, "pod hlavičkou chybí text", "napište aspoň jednu větu")
    yield from unclosed(source)
    yield from crowded_blocks(source, lines)
    yield from crowded_lists(source, lines)
    for number, raw in lines:
        if not SIGNS.search(raw):
            continue
        line = CODE.sub("", raw) if "`" in raw else raw
        for signs, check in CHECKS:
            if any(sign in line for sign in signs):
                for what, cure in check(source, line, site):
                    yield Problem(source.path, number, what, cure, raw)


def crowded_blocks(source: Source, lines: list[tuple[int, str]]) -> Iterator[Problem]:
    """Give the blocks that Markdown would take for a part of the paragraph above or below."""
    for (_, before), (number, line), (_, after) in zip([(0, ""), *lines], lines, [*lines[1:], (0, "")], strict=False):
        if "[[" in line and WHOLE_BLOCK.fullmatch(line.strip()) and (before.strip() or after.strip()):
            what, cure = f"blok {line.strip()} je přilepený k textu", "dejte před něj i za něj prázdný řádek"
            yield Problem(source.path, number, what, cure, line)


def crowded_lists(source: Source, lines: list[tuple[int, str]]) -> Iterator[Problem]:
    """Give the lists that Markdown would take for a part of the paragraph above."""
    inside = False  # of a list, whose items may go on over several lines
    for (_, before), (number, line) in zip([(0, ""), *lines], lines, strict=False):
        if not before.strip() or HEADING.match(before):
            inside = False
        if LIST.match(line):
            if before.strip() and not inside and not HEADING.match(before):
                cure = "dejte před první položku prázdný řádek"
                yield Problem(source.path, number, "seznam je přilepený k odstavci", cure, line)
            inside = True


def unclosed(source: Source) -> Iterator[Problem]:
    """Give the comment or code that swallows the rest of the text because its end is missing."""
    if source.unclosed:
        number, sign, end = source.unclosed
        yield Problem(
            source.path, number, f"{sign} není uzavřené", f"na konec napište {end}", dict(source.body)[number]
        )


def heading_problems(source: Source, line: str, site: Site) -> Findings:
    """The first level is the title's."""
    if (match := HEADING.match(line)) and len(match[1]) == 1:
        yield "nadpis první úrovně dělá z Title web sám", "začněte nadpis dvěma křížky: ##"


def block_problems(source: Source, line: str, site: Site) -> Findings:
    """A known block, alone in its paragraph, on a page."""
    known = sorted(site.blocks.keys() - {"form"} | {f"form:{kind}" for kind in FORMS})
    for match in BLOCK.finditer(line):
        name = match[1].strip()
        if source.folder == "news":
            yield f"blok {match[0]} patří jen na stránky", "smažte ho, nebo na stránku odkažte"
        elif not WHOLE_BLOCK.fullmatch(line.strip()):
            yield f"blok {match[0]} musí stát sám na řádku", "dejte ho mezi dva prázdné řádky"
        elif name not in known:
            yield f"blok {match[0]} neexistuje", suggestion(name, known)


def html_problems(source: Source, line: str, site: Site) -> Findings:
    """The few tags and attributes that Markdown has no signs for."""
    for match in TAG.finditer(line):
        if match[1].lower() not in TAGS:
            yield f"značka HTML <{match[1]}> není dovolená", f"použijte Markdown (dovolené jsou {', '.join(TAGS)})"
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
        if not alt.strip():
            yield "obrázek nemá popis", f"napište do hranatých závorek, co na něm je: {PICTURE}"
        if not target.startswith(("{attach}", "{static}")):
            yield f"obrázek „{target}“ se na web nedostane", f"uložte ho vedle textu a napište {PICTURE}"
        else:
            site.pictures.add(local_path(source, target.partition("}")[2], site).resolve())


def local_path(source: Source, target: str, site: Site) -> Path:
    """Return the file that `{static}` or `{attach}` names: from the content's root, or beside the source."""
    return site.content / target[1:] if target.startswith("/") else site.content / source.folder / target


def link_problems(source: Source, line: str, site: Site) -> Findings:
    """Every link leads somewhere."""
    line = IMAGE.sub(lambda image: image[0] if image[2].startswith("{") else "", line)  # image_problems says it
    targets = [*LINK.findall(line), *AUTOLINK.findall(line)]
    if reference := REFERENCE.match(line):
        targets.append(reference[1])
    for target in targets:
        yield from target_problems(source, unquote(target), site)


def broken_link_problems(source: Source, line: str, site: Site) -> Findings:
    """What was meant as a link or picture of ours, but Markdown would leave it in the text."""
    rest = REFERENCE.sub("", LINK.sub("", line))
    if any(sign in rest for sign in ("{filename}", "{attach}", "{static}")):
        cure = "napište [text]({filename}/pages/contact.cs.md): bez mezery před závorkou i v ní, se závorkou na konci"
        yield "odkaz nebo obrázek není napsaný celý", cure


def target_problems(source: Source, target: str, site: Site) -> Findings:
    """Tell what is wrong with one link."""
    try:
        url = urlsplit(target.partition("}")[2] if target.startswith("{") else target)
    except ValueError:
        yield f"odkaz „{target}“ není adresa", "opravte ho"
        return
    if target.startswith("{filename}"):
        yield from file_problems(source, target, url.path, url.fragment, site)
    elif target.startswith(("{attach}", "{static}")):
        if not local_path(source, url.path, site).is_file():
            yield f"soubor „{url.path}“ neexistuje", "opravte jméno, nebo soubor přidejte"
    elif target.startswith("{"):
        yield f"odkaz „{target}“ nezná web", "pište {filename} pro stránky, {attach} pro obrázky a soubory"
    elif not target:
        yield "odkaz nikam nevede", "doplňte do závorek adresu"
    elif target.startswith("#"):
        yield from fragment_problems(source, url.fragment, site)
    elif url.scheme == "mailto" or EMAIL.fullmatch(target):
        return  # address_problems says it
    elif url.netloc and url.netloc.removeprefix("www.") == urlsplit(site.origin).netloc.removeprefix("www."):
        yield f"odkaz „{target}“ vede na náš vlastní web", "napište ho jako {filename}/pages/contact.cs.md"
    elif url.scheme in ("http", "https") and url.hostname:
        return
    elif url.scheme or target.startswith("//"):
        yield f"odkaz „{target}“ nevede na web", "začněte ho https://"
    elif target.startswith("/"):
        yield from own_address_problems(source, target, url.path, url.fragment, site)
    else:
        yield f"odkaz „{target}“ je relativní", "napište ho jako {filename}/pages/contact.cs.md"


def file_problems(source: Source, target: str, path: str, fragment: str, site: Site) -> Findings:
    """A link to a content file: there, public, and with that place in it."""
    name = path[1:] if path.startswith("/") else f"{source.folder}/{path}"
    linked = site.sources.get(name)
    if linked is None:
        yield f"odkaz „{target}“ vede na soubor, který neexistuje", suggestion(name, [*site.sources])
        return
    yield from early_problems(source, target, linked, site)
    if fragment:
        yield from fragment_problems(linked, fragment, site)


def early_problems(source: Source, target: str, linked: Source, site: Site) -> Findings:
    """What is out does not link to what is not."""
    if linked.path in site.held_back and source.path not in site.held_back:
        yield f"odkaz „{target}“ vede na text, který ještě nevyšel", "počkejte s ním, až vyjde"


def fragment_problems(linked: Source, fragment: str, site: Site) -> Findings:
    """The place is on the page."""
    known = site.ids(linked)
    if fragment not in known:
        yield f"místo #{fragment} na stránce {linked.key}.{linked.lang}.md není", suggestion(fragment, sorted(known))


def own_address_problems(source: Source, target: str, path: str, fragment: str, site: Site) -> Findings:
    """An address of this site, written out: allowed for forms, where no file stands behind it."""
    if path not in site.addresses:
        yield f"adresa „{target}“ na webu není", suggestion(path, [*site.addresses])
    elif linked := site.addresses[path]:
        yield from early_problems(source, target, linked, site)
        if fragment:
            yield from fragment_problems(linked, fragment, site)


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
    (("{filename}", "{attach}", "{static}"), broken_link_problems),
    (("@",), address_problems),
)
