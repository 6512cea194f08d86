"""What was meant as Markdown and is none: signs that would stay in the text, text that would become something else."""

import re
from collections.abc import Iterator

from newsroom import tables
from newsroom.links import Lines
from newsroom.notes import HEADINGS, kind_of
from newsroom.problem import Problem
from newsroom.source import VERSION, Source

Finding = tuple[int, str, str, bool]  # where in the text, what is wrong, how to mend it, whether it is a fault

USUAL = re.compile(r"^- (?:\*\*[^*`]+\*\*)?", re.MULTILINE)  # what an item begins with
SIGNS = re.compile(r"[`*\[\]{}<]|__|~~|==|\\$|:\w+:|www\.|://", re.MULTILINE)
MARGIN_HEADING = re.compile(r"#{1,6}")
SHIFTED_HEADING = re.compile(r"(?: {1,3}|\\)(#{1,6}\s.*)")
LOOSE = re.compile(r" {0,3}(?:[-*+](?=[^\W\d_])|\d+\)\s|[a-z]\)\s)\s*(.*)")  # two in a row are meant as a list
BULLET = re.compile(r" {0,3}(?:[•·▪●◦‣]|[-*+]\N{NO-BREAK SPACE}|[–—]\s)\s*(.*)")
LIST = re.compile(r" {0,3}(?:[-*+:]|\d+\.) ")  # or what explains a term
RULE = re.compile(r"(?:-+|=+) *")

FILLER = "·"
ATTRIBUTES = r"\{:?\s*(?:[#.][\w-]|\w+=)[^{}\n]*\}"
WHOLE = tuple(  # blotted out one after the other, where their sign is: what is left has no business in the text
    (sign, re.compile(pattern, re.MULTILINE))
    for sign, pattern in (
        ("`", r"(?<!`)(`+)(?!`)(?:.|\n)+?(?<!`)\1(?!`)"),
        ("\\", r"\\[\\`*_{}\[\]()#+.!<>-]"),
        ("<", r"<(?:https?|ftp|mailto):[^>\s]+>"),
        ("]:", r"^ {0,3}\[[^\]]+\]:.*$"),
        ("*", r"^ {0,3}(?:\* *){3,}$"),  # a rule
        ("{", rf"^ *{ATTRIBUTES} *$|(?<=[*_)\]{FILLER}]){ATTRIBUTES}"),  # on its own line, or behind what it is about
        ("](", r"(?<=\])\(\s*(?:<[^>\n]*>|<?[^)\s>]*>?)(?:\s+[\"'][^)]*)?\)"),  # where a link leads
        (f"]{FILLER}", rf"\[[^\[\]]*\](?=[^\[\]{FILLER}]*\]{FILLER})"),  # brackets in its text: [Ceník [PDF]](…)
        ("[[", r"\[\[[^\[\]\n]*\]\]"),
    )
)
AROUND = tuple(  # the same, but for what stands between their signs
    (sign, re.compile(pattern))
    for sign, pattern in (
        ("**", r"(?<!\*)(\*{2,3})(?=[^\s*])((?:.|\n)+?)(?<=\S)\1(?!\*)"),
        ("__", r"(?<!\w)(__)(?!_)((?:.|\n)+?)(?<!_)\1(?!\w)"),
    )
)
REST = re.compile(  # what is looked for below; the brackets of whole links are not
    rf"[`{{}}<]|\*\*|__|~~|==|\\\n|:\w+:|www\.|://|\[(?![^\[\]]*[^\[\]\s]\]{FILLER})|\](?!{FILLER})"
)
PLACE = re.compile(rf" *{ATTRIBUTES} *$")
LABEL = re.compile(r" {0,3}\[([^\]]+)\]:\s*\S")
REFERENCE = re.compile(r"\[([^\[\]]+)\] ?\[([^\[\]]*)\]")
BARE = re.compile(r"(?<!\]\()(?<!\] \()(?<!\)\[)(?<![\w\[<\"'/=.-])(?:https?://|www\.)[^\s<>\]·]+")
TAG = re.compile(r"<(/?)(abbr|cite|del|dfn|ins|kbd|mark|q|samp|small|span|sub|sup)\b", re.IGNORECASE)
ITEM_ID = "(?:[a-z][2-9]){3}"  # as make check writes them
LEFT: tuple[tuple[str, str, str, bool], ...] = (  # sign, what is wrong, cure, whether it is a fault
    (
        r"\] ?\((?=https?:|www\.|[/#{])|\]\(|\)\[(?=https?:|www\.|[/#{])|\{(?:filename|attach|static)\}",
        "odkaz nebo obrázek není napsaný celý",
        "napište ho jako [text](adresa): bez mezery před závorkou i v ní, se závorkou na konci",
        True,
    ),
    (rf"(?<!!)\[\s*\]{FILLER}", "odkaz nemá text", "napište mezi [ a ], kam vede", True),
    (r"\[\^[^\]]*\]", "poznámky pod čarou web neumí", "dejte ji do textu, třeba do závorky", True),
    (r"\[\[|\]\]", "blok není napsaný celý", "napište ho jako [[addresses]]", True),
    (
        rf"\{{:?\s*#\s*{ITEM_ID}\b[^}}\n]*\}}?|\{{{ITEM_ID}\}}",
        "značka by zůstala v textu",
        "napište ji na konec položky verze nebo nadpisu jako {#k7f3q2}, nebo ji smažte",
        True,
    ),
    (
        rf"\{{:?\s*#(?!\s*{ITEM_ID}\b)[^}}\n]*\}}?",
        "{#…} by zůstalo v textu",
        "kód dejte mezi zpětné apostrofy: `{#ff0000}`; značka místa patří na konec nadpisu, nebo pod odstavec",
        False,
    ),
    (r"\*\*", "hvězdičky ** by zůstaly v textu", "dejte je před slovo i za něj, bez mezery: **slovo**", False),
    (
        r"(?<![\w_])__(?=[^\W_])|(?<=[^\W_])__(?![\w_])",
        "podtržítka __ by zůstala v textu",
        "dejte je před slovo i za něj, bez mezery: __slovo__",
        False,
    ),
    (
        r"^\s*(?:[-*+]|\d+\.)\s+\[ ?\](?=\s)",
        "zaškrtávací políčka web neumí",
        "závorky smažte: „- text“",
        True,
    ),
    (
        r"^\s*(?:[-*+]|\d+\.)\s+\[[xX]\](?=\s)",
        "zaškrtávací políčka web neumí",
        "závorky smažte: „- text“",
        False,
    ),
    (r"(?<!~)~~(?=[^\s~])", "vlnovky ~~ by zůstaly v textu", "přeškrtnutý text napište <del>takto</del>", False),
    (
        r"==(?=[^\s=])[^=\n]*[^\s=]==",
        "rovnítka == by zůstala v textu",
        "zvýrazněný text napište <mark>takto</mark>",
        False,
    ),
    (r"(?<![\w:]):[a-z]+(?:_[a-z]+)*:(?![\w:])", "zkratku obrázku web nezná", "vložte obrázek sám, třeba ⚠", False),
    (
        r"^\s*>\s*\[!\w+\]",
        "rámeček by zůstal obyčejnou citací",
        "smažte [!…]; co je důležité, napište **tučně**",
        False,
    ),
    (
        r"\\\n",
        "zpětné lomítko na konci řádku by zůstalo v textu",
        "nový řádek je <br>, nový odstavec prázdný řádek",
        False,
    ),
    (r"^\[TOC\]$", "obsah web nevkládá", "smažte ho", False),
    ("`", "zpětný apostrof ` nemá druhý do páru", "doplňte ho, nebo smažte", False),
)
LEFT_SIGNS = tuple((re.compile(sign, re.MULTILINE), what, cure, severe) for sign, what, cure, severe in LEFT)


def problems(source: Source) -> Iterator[Problem]:
    """Give what would not come out as its author meant it: faults, and warnings where he may have meant it."""
    prose = source.prose()
    marked = {item.end for item in source.note.items if item.written}
    labels = {match[1].lower() for _, line in prose if (match := LABEL.match(line))}
    above = ""  # the first line of the last paragraph at the margin
    for lines in paragraphs(prose):
        number, first = lines[0]
        text = "\n".join(without_place(line) if n in marked or line[0] == "#" else line for n, line in lines)
        if not first.startswith(("    ", "\t")):
            above = first
            yield from heading_problems(source, lines)
            if "|" in text:
                yield from tables.problems(source, lines)
            yield from bullet_problems(source, lines)
        elif not LIST.match(above):
            what, cure = "odsazený odstavec se ukáže jako kód", "začněte ho na kraji řádku; kód dejte mezi řádky ```"
            yield Problem(source.path, number, what, cure, first, severe=False)
        elif "|" in text and not first.startswith(" " * 8):  # which is code
            yield from tables.problems(source, [(number, line.strip()) for number, line in lines])
        odd = text.count('"') % 2
        signs = SIGNS.search(text) and SIGNS.search(USUAL.sub("", text))
        if (odd or signs) and (REST.search(left := blotted(text)) or odd):
            for start, what, cure, severe in sign_findings(left, text, labels):
                number, line = lines[text.count("\n", 0, start)]
                yield Problem(source.path, number, what, cure, line, severe)


def paragraphs(lines: Lines) -> Iterator[Lines]:
    """Give the lines that belong together; a heading and an item of a list begin anew."""
    paragraph: Lines = []
    for number, line in lines:
        begins = not line.strip() or LIST.match(line) or MARGIN_HEADING.match(line)
        if paragraph and (begins or MARGIN_HEADING.match(paragraph[-1][1])):
            yield paragraph
            paragraph = []
        if line.strip():
            paragraph.append((number, line))
    if paragraph:
        yield paragraph


def heading_problems(source: Source, lines: Lines) -> Iterator[Problem]:
    """Headings that Markdown does not take for such, and text that it takes for one."""
    number, line = lines[0]
    if len(lines) > 1 and RULE.fullmatch(lines[1][1]):
        cure = "nadpis začněte dvěma křížky (## Nadpis), nad čáru dejte prázdný řádek"
        yield Problem(source.path, lines[1][0], "čára hned pod textem z něj dělá nadpis", cure, line)
    elif shifted := SHIFTED_HEADING.match(line):
        meant = line[0] != "\\"  # or a number sign: \# 1
        yield Problem(source.path, number, "nadpis nezačíná na kraji řádku", f"napište {shifted[1]}", line, meant)
    elif source.folder == "news" and line[0] not in "#-" and (kind := kind_of(line.strip(" *_:"))):
        cure = f"napište ## {HEADINGS[source.lang][kind]}"
        severe = bool(VERSION.fullmatch(source.key))
        yield Problem(source.path, number, f"„{line.strip(' *_:')}“ tu není nadpis", cure, line, severe)


def bullet_problems(source: Source, lines: Lines) -> Iterator[Problem]:
    """Items as word processors write them; where only items may stand, items.stray says it."""
    if len(lines) == 1 and lines[0][1].startswith("- "):
        return
    bullets = [(number, line, match[1]) for number, line in lines if (match := BULLET.match(line))]
    if not bullets:
        loose = [(number, line, match[1]) for number, line in lines if (match := LOOSE.match(line))]
        bullets = loose if len(loose) > 1 else []
    if bullets and bullets[0][:2] not in source.note.strays:
        number, line, text = bullets[0]
        yield Problem(source.path, number, "odrážka by zůstala v textu", f"napište „- {text[:40]}“", line, severe=False)


def without_place(line: str) -> str:
    """Return a heading, or the end of an item, with its id blotted out."""
    return PLACE.sub(blot, line) if "{" in line else line


def blot(match: re.Match[str]) -> str:
    """Return as much filler as was matched, in as many lines."""
    return "\n".join(FILLER * len(line) for line in match[0].split("\n"))


def blotted(text: str) -> str:
    """Return a paragraph with only those signs that Markdown leaves in the text; each keeps its place."""
    for sign, pattern in WHOLE:
        if sign in text:
            text = pattern.sub(blot, text)
    for sign, pattern in AROUND:
        if sign in text:
            text = pattern.sub(lambda match: match[2].join([FILLER * len(match[1])] * 2), text)
    return text


def sign_findings(text: str, written: str, labels: set[str]) -> Iterator[Finding]:
    """Give the signs that were left over of a paragraph that was written so."""
    for sign, what, cure, severe in LEFT_SIGNS:
        if match := sign.search(text):
            yield match.start(), what, cure, severe
    if text.count('"') % 2:
        cure = "doplňte ji, nebo smažte; palce napište slovem"
        yield text.rindex('"'), 'uvozovka " nemá druhou do páru', cure, False
    for match in REFERENCE.finditer(text):
        label, said = (written[slice(*match.span(group))] for group in (2 if match[2] else 1, 0))
        if " ".join(label.split()).lower() not in labels:
            yield match.start(), f"odkaz {said} nemá adresu", "napište ji do závorek: [text](adresa)", False
    for match in BARE.finditer(text):
        bare = match[0].rstrip(".,;:!?)")
        whole = bare if "://" in bare else f"https://{bare}"
        yield match.start(), f"adresa {bare} nebude odkazem", f"napište <{whole}>, nebo [text]({whole})", False
    open_tags: list[tuple[int, str]] = []
    for match in TAG.finditer(text):
        if not match[1]:
            open_tags.append((match.start(), match[2].lower()))
        elif open_tags and open_tags[-1][1] == match[2].lower():
            open_tags.pop()
        else:
            yield match.start(), f"značka </{match[2]}> nemá začátek", f"napište <{match[2]}>, nebo ji smažte", True
    for start, name in open_tags:
        yield start, f"značka <{name}> nemá konec", f"napište </{name}>", True
