"""Where the links of a text lead: to files, pages, places on pages and addresses that are there, or elsewhere."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from markdown.extensions.toc import slugify, unique

from newsroom import addresses, queries
from newsroom.frontmatter import EMAIL, Findings, suggestion
from newsroom.problem import Problem
from newsroom.source import Source

LINK = re.compile(r"\]\(\s*<?((?<=<)[^>\n]*(?=>)|[^)\s>]*)>?(?:\s+[\"'][^)]*)?\)")
REFERENCE = re.compile(r" {0,3}\[[^\]]+\]:\s*<?(\S+?)>?(?:\s.*)?$")
AUTOLINK = re.compile(r"<((?:https?|ftp|mailto):[^>\s]+)>")
IMAGE = re.compile(r"!\[([^\]]*)\]\(\s*<?([^)\s>]*)[^)]*\)")
WHOLE_BLOCK = re.compile(r"\[\[([\w-]+)(?::([\w-]+))?\]\]")
HEADING = re.compile(r"(#{1,6})\s*(.*?)\s*#*\s*(?:\{:?\s*#([\w.:-]+)[^}]*\})?\s*$")
EXPLICIT_ID = re.compile(r"\{:?\s*(?:[^}]*\s)?#([\w.:-]+)[^}]*\}")
NAMED = re.compile(r"(?<!!)\[([^\[\]]+)\]\(\s*<?([^)\s>]*)")
BARE = re.compile(r"(?:https?://|www\.)+((?:[\w-]+\.)+[a-z]{2,})(?:[/?#]\S*)?$", re.IGNORECASE)
NOTHING_SAID = (
    "zde",
    "tady",
    "sem",
    "odkaz",
    "klikněte",
    "klikněte zde",
    "here",
    "click here",
    "this",
    "link",
    "this link",
)
LOCAL = ("localhost", "127.0.0.1", "::1")  # where make serve shows the site
FOREIGN = re.compile(r"(?:[\w-]+\.)+(?!md\b|html?\b|pdf\b)[a-z]{2,}(?:/|$)")  # www.firma.cz

Lines = list[tuple[int, str]]


@dataclass
class Site:
    """What links may lead to."""

    content: Path
    origin: str
    sources: dict[str, Source]  # by path inside content
    addresses: dict[str, Source | None]  # every address that answers, with the file behind it
    blocks: dict[str, set[str]]  # name -> ids in its template
    held_back: set[str] = field(default_factory=set)  # paths, as they are shown, of drafts and future notes
    used: set[Path] = field(default_factory=set)  # files that some page shows or offers
    linked: set[str] = field(default_factory=set)  # paths, as they are shown, of what some page leads to
    twins: dict[str, str] = field(default_factory=dict)  # address -> its like in the other language
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
                unique(own_id(match[2]), found)
        return found | self.block_ids(source.prose())

    def block_ids(self, lines: Lines) -> set[str]:
        """Return the ids that blocks bring to a page: those of their templates, and of the fields of a form."""
        found = set[str]()
        for _, line in lines:
            if "[[" in line and (block := WHOLE_BLOCK.fullmatch(line.strip())):
                found |= self.blocks.get(block[1], set()) | queries.ids(block[2] or "")
        return found


def own_id(heading: str) -> str:
    """Return the id that a heading gets of its text."""
    return str(slugify(re.sub(r"!?\[([^\]]*)\]\([^)]*\)|[*`]", r"\1", heading), "-"))


def link_problems(source: Source, line: str, site: Site) -> Findings:
    """Every link leads somewhere."""
    line = IMAGE.sub(lambda image: image[0] if image[2].startswith("{") else "", line)  # image_problems says it
    targets = [*LINK.findall(line), *AUTOLINK.findall(line)]
    if reference := REFERENCE.match(line):
        targets.append(reference[1])
    for target in targets:
        yield from target_problems(source, target, site)


def target_problems(source: Source, target: str, site: Site) -> Findings:
    """Tell what is wrong with one link."""
    try:
        url = urlsplit(target.partition("}")[2] if target.startswith("{") else target)
    except ValueError:
        yield f"odkaz „{target}“ není adresa", "opravte ho"
        return
    url = url._replace(path=unquote(url.path), fragment=unquote(url.fragment))  # a query is read part by part
    if target.startswith("{filename}"):
        yield from file_problems(source, target, url, site)
    elif target.startswith(("{attach}", "{static}")):
        if not (path := local_path(source, url.path, site)).is_file():
            beside = {other.name.lower(): other.name for other in path.parent.glob("*.*")}
            near = get_close_matches(path.name.lower(), beside, 1, 0.8)
            cure = f"mysleli jste „{beside[near[0]]}“?" if near else "opravte jméno, nebo soubor přidejte"
            yield f"soubor „{url.path}“ neexistuje", cure
        site.used.add(path.resolve())
    elif target.startswith("{"):
        yield f"odkaz „{target}“ nezná web", "pište {filename} pro stránky, {attach} pro obrázky a soubory"
    elif not target:
        yield "odkaz nikam nevede", "doplňte do závorek adresu"
    elif target.startswith("#"):
        yield from fragment_problems(source, url.fragment, site)
    elif url.scheme == "mailto" or EMAIL.fullmatch(target):
        return  # address_problems says it
    elif url.hostname in LOCAL or url.netloc.removeprefix("www.") == urlsplit(site.origin).netloc.removeprefix("www."):
        yield f"odkaz „{target}“ vede na náš vlastní web", "napište ho jako {filename}/pages/contact.cs.md"
    elif url.scheme == "tel" or (url.scheme in ("http", "https") and url.hostname):
        return
    elif url.scheme or target.startswith("//"):
        yield f"odkaz „{target}“ nevede na web", "začněte ho https://"
    elif target.startswith("/"):
        yield from own_address_problems(source, target, url, site)
    elif FOREIGN.match(target):
        yield f"odkaz „{target}“ nezačíná https://", f"má-li vést na cizí web, napište https://{target}"
    else:
        yield f"odkaz „{target}“ je relativní", "napište ho jako {filename}/pages/contact.cs.md"


def file_problems(source: Source, target: str, url: SplitResult, site: Site) -> Findings:
    """A link to a content file: there, public, and with that place in it."""
    name = content_name(source, url.path)
    linked = site.sources.get(name)
    if linked is None:
        cure = f"napište {{attach}}/{name}" if (site.content / name).is_file() else suggestion(name, [*site.sources])
        yield f"odkaz „{target}“ vede na soubor, který neexistuje", cure
        return
    if url.query:
        yield from queries.problems(target, addresses.of(linked), url.query)
    yield from early_problems(source, target, linked, site)
    if url.fragment:
        yield from fragment_problems(linked, url.fragment, site)


def early_problems(source: Source, target: str, linked: Source, site: Site) -> Findings:
    """What is out does not link to what is not."""
    site.linked.add(linked.path)
    if linked.path in site.held_back and source.path not in site.held_back:
        yield f"odkaz „{target}“ vede na text, který ještě nevyšel", "počkejte s ním, až vyjde"


def fragment_problems(linked: Source, fragment: str, site: Site) -> Findings:
    """The place is on the page."""
    known = site.ids(linked)
    if fragment not in known:
        yield f"místo #{fragment} na stránce {linked.key}.{linked.lang}.md není", suggestion(fragment, sorted(known))


def own_address_problems(source: Source, target: str, url: SplitResult, site: Site) -> Findings:
    """An address of this site, written out: allowed for forms, where no file stands behind it."""
    path = url.path
    if path not in site.addresses:
        cure = (
            f"napište {{attach}}{path}" if (site.content / path[1:]).is_file() else suggestion(path, [*site.addresses])
        )
        yield f"adresa „{target}“ na webu není", cure
        return
    if url.query:
        yield from queries.problems(target, path, url.query)
    if linked := site.addresses[path]:
        yield from early_problems(source, target, linked, site)
        if url.fragment:
            yield from fragment_problems(linked, url.fragment, site)


def local_path(source: Source, target: str, site: Site) -> Path:
    """Return the file that `{static}` or `{attach}` names: from the content's root, or beside the source."""
    return site.content / target[1:] if target.startswith("/") else site.content / source.folder / target


def foreign_links(source: Source, lines: Lines, site: Site) -> Iterator[Problem]:
    """Warn of links to a page in the other language where there is one in this."""
    for number, line in lines:
        for target in LINK.findall(line) if "](" in line else ():
            if twin := twin_of(source, target, site):
                what = f"odkaz „{target}“ vede na stránku v jiném jazyce"
                yield Problem(source.path, number, what, f"v tomto jazyce je to {twin}", line, severe=False)


def misleading_links(source: Source, lines: Lines) -> Iterator[Problem]:
    """Warn of links that say another address than they lead to, or nothing to those who hear them one by one."""
    for number, line in lines:
        for text, target in NAMED.findall(line) if "](" in line else ():
            said = BARE.match(text)
            if (
                said
                and urlsplit(target).netloc
                and said[1].lower() != urlsplit(target).netloc.lower().removeprefix("www.")
            ):
                what, cure = f"odkaz říká {text}, vede na {target}", "sjednoťte je"
                yield Problem(source.path, number, what, cure, line, severe=False)
            elif text.strip(" *_.").lower() in NOTHING_SAID:
                what, cure = f"odkaz „{text}“ neříká, kam vede", "napište místo toho, co tam čtenář najde"
                yield Problem(source.path, number, what, cure, line, severe=False)


def twin_of(source: Source, target: str, site: Site) -> str:
    """Return where a link to the other language should lead, an empty text if it may stay as it is."""
    path = target.partition("#")[0].partition("?")[0]
    if target.startswith("{filename}"):
        linked = site.sources.get(content_name(source, path.removeprefix("{filename}")))
        twin = f"{linked.folder}/{linked.key}.{source.lang}.md" if linked and linked.lang != source.lang else ""
        return f"{{filename}}/{twin}" if twin in site.sources else ""
    return site.twins.get(path, "") if path.startswith("/en/") == (source.lang == "cs") else ""


def content_name(source: Source, path: str) -> str:
    """Return the path inside content/ that `{filename}` names: from the content's root, or beside the source."""
    return path[1:] if path.startswith("/") else f"{source.folder}/{path}"
