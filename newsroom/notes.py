"""A note as data: headings by kind, under each its items with module and id. Pure: lines in, data out.

Lint, pages, feeds and machines all read notes through this module, so that they never disagree about what an item is.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

HEADINGS = {
    "cs": {
        "action": "Nutná akce",
        "security": "Bezpečnost",
        "new": "Nové",
        "changed": "Změny",
        "fixed": "Opravy",
    },
    "en": {"action": "Action needed", "security": "Security", "new": "New", "changed": "Changed", "fixed": "Fixed"},
}
KINDS = tuple(HEADINGS["cs"])  # in the order in which readers need them: first what they must do
IMPORTANT = ("action", "security")

HEADING = re.compile(r"(#{1,6})\s*(.*?)\s*#*\s*(?:\{:?[^}]*\})?\s*$")
ITEM = re.compile(r"( {0,3})[-*+](?: +(.*))?$")
NESTED = re.compile(r" {4,}(?:[-*+]|\d+\.) ")
MODULE = re.compile(r"(?:\*\*|__)([^*_]+?)(?::(?:\*\*|__)|(?:\*\*|__):)(?:\s+|$)")
ID = re.compile(r"\{:?\s*#([A-Za-z][\w-]*)\s*\}\s*$")
SIGNS = re.compile(r"\W+")
LINK_TARGET = re.compile(r"\]\([^)]*\)")
LETTERS, DIGITS = "abcdefghjkmnpqrstuvwxyz", "23456789"  # none that is easily taken for another


@dataclass(frozen=True)
class Item:
    """One change. `end` is the line where its id stands, or would stand; `written` tells which."""

    kind: str
    module: str
    id: str
    text: str  # the first paragraph, in Markdown, without module and id
    line: int
    end: int
    written: bool


@dataclass(frozen=True)
class Heading:
    """A heading of any level; `kind` is empty if it is not one of the fixed ones."""

    text: str
    level: int
    line: int
    kind: str


@dataclass
class Note:
    """What stands in one body. `strays` are lines under a kind's heading that belong to no item."""

    headings: list[Heading] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    strays: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class Draft:
    """An item while its lines are read."""

    kind: str
    line: int
    lead: list[tuple[int, str]]
    open: bool = True  # the first paragraph may go on


def parse(lines: Iterable[tuple[int, str]]) -> Note:
    """Return what the numbered lines of a body hold; comments and fenced code have to be taken out before."""
    note, drafts, kind = Note(), list[Draft](), ""
    last: Draft | None = None
    for number, raw in lines:
        line = raw.expandtabs(4)
        if heading := HEADING.match(line):
            kind = kind_of(heading[2]) if len(heading[1]) == 2 else ""
            note.headings.append(Heading(heading[2], len(heading[1]), number, kind))
            last = None
        elif not kind:
            continue
        elif match := ITEM.match(line):
            last = Draft(kind, number, [(number, match[2] or "")])
            drafts.append(last)
        elif not line.strip():
            if last:
                last.open = False
        elif last and last.open and not NESTED.match(line):
            last.lead.append((number, line.strip()))
        elif last and line.startswith("    "):
            last.open = False
        else:
            note.strays.append((number, line))
    note.items = finish(drafts)
    return note


def finish(drafts: list[Draft]) -> list[Item]:
    """Return the items: modules and written ids taken out of the text, missing ids made."""
    leads = [" ".join(text for _, text in draft.lead) for draft in drafts]
    parted = [without_id(lead.strip()) for lead in leads]
    taken, items = {own for _, own in parted}, []
    for draft, (text, own) in zip(drafts, parted, strict=True):
        made = own or make_id(text, taken)
        taken.add(made)
        module = MODULE.match(text)
        items.append(
            Item(
                draft.kind,
                module[1].strip() if module else "",
                made,
                text[module.end() :] if module else text,
                draft.line,
                draft.lead[-1][0],
                bool(own),
            )
        )
    return items


def without_id(text: str) -> tuple[str, str]:
    """Return a text without the id at its end, and the id, empty if there is none."""
    start = text.rfind("{")
    match = ID.match(text, start) if start >= 0 else None
    return (text[:start].rstrip(), match[1]) if match else (text, "")


def kind_of(heading: str) -> str:
    """Return the kind that a heading, in either language, stands for, or an empty text."""
    return KIND_OF.get(" ".join(heading.split()).casefold(), "")


KIND_OF = {text.casefold(): kind for headings in HEADINGS.values() for kind, text in headings.items()}


def make_id(text: str, taken: set[str]) -> str:
    """Return an id made of the words alone, such as `k7f3q2`, that is not taken and never a word itself."""
    words = SIGNS.sub("", LINK_TARGET.sub("]", text) if "](" in text else text).casefold()
    for attempt in range(1000):
        digest = sha256(f"{words}{attempt or ''}".encode()).digest()
        made = "".join(
            [alphabet[byte % len(alphabet)] for alphabet, byte in zip((LETTERS, DIGITS) * 3, digest[:6], strict=True)]
        )
        if made not in taken:
            return made
    raise AssertionError("a thousand items of the same words")


def with_ids(lines: list[str]) -> list[str]:
    """Return the lines with the id of every item written at the end of its first paragraph."""
    return signed(lines, parse(enumerate(lines, 1)).items)


def signed(lines: list[str], items: Iterable[Item]) -> list[str]:
    """Return the lines, numbered from 1, with the ids of these items."""
    result = list(lines)
    for item in items:
        if not item.written:
            result[item.end - 1] = f"{result[item.end - 1].rstrip()} {{#{item.id}}}"
    return result


@lru_cache(4096)
def slug(text: str) -> str:
    """Return a text as it may stand in an address: `odstavka-portalu`; empty if nothing of it may."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall("[a-z0-9]+", plain))


def kind_slug(kind: str, lang: str) -> str:
    """Return the part of an address that stands for a kind: `nutna-akce`, but `action`."""
    return slug(HEADINGS["cs"][kind]) if lang == "cs" else kind


def version_order(version: str) -> tuple[int, ...]:
    """Return what sorts versions: 4.9 comes before 4.28."""
    return tuple(int(number) for number in version.split("."))
