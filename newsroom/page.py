"""One finished page as a browser reads it: all that the checks ask about, each with its line."""

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from newsroom.problem import Problem

ADDRESSES = {"href", "src", "action", "formaction", "poster", "data", "ping", "background", "xlink:href"}
SETS = {"srcset", "imagesrcset"}
NAMING = {"for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "list", "form", "headers"}
DESCRIBED = {"img", "area"}  # elements that need alt; so does <input type=image>
QUIET = {"canonical", "alternate", "author", "license", "next", "prev", "me", "help"}  # links that load nothing
ONCE = {"title": "titulek", "canonical": "kanonická adresa", "description": "popis", "h1": "nadpis h1"}


@dataclass
class Page(HTMLParser):
    """A page and what was already seen to be wrong with it."""

    path: str  # of the file, inside the folder
    address: str
    lang: str = ""
    title: str = ""
    metas: dict[str, str] = field(default_factory=dict)
    canonical: str = ""
    alternates: dict[str, str] = field(default_factory=dict)  # language -> address, of <link hreflang>
    translations: dict[str, str] = field(default_factory=dict)  # the same, of <a hreflang>
    seen: Counter[str] = field(default_factory=Counter)
    ids: Counter[str] = field(default_factory=Counter)
    references: list[tuple[int, str, str]] = field(default_factory=list)  # line, attribute, id
    links: list[tuple[int, str]] = field(default_factory=list)
    loads: list[tuple[int, str]] = field(default_factory=list)
    data: list[tuple[int, str]] = field(default_factory=list)
    found: list[Problem] = field(default_factory=list)
    inside: str = ""  # title, or the kind of script whose text comes next
    drawing: Problem | None = None  # what is wrong with the picture in hand, unless a <title> in it mends it
    in_svg: bool = False

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    @property
    def hidden(self) -> bool:
        """Whether search engines are asked to leave the page out."""
        return "noindex" in self.metas.get("robots", "")

    def fault(self, what: str, cure: str = "") -> Problem:
        """Return a problem of the tag that is being read."""
        return Problem(self.path, self.getpos()[0], what, cure, self.get_starttag_text() or "")

    def note(self, what: str, cure: str = "") -> None:
        """Keep a problem of the tag that is being read."""
        self.found.append(self.fault(what, cure))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        self.see_addresses(tag, values)
        self.see_names(values)
        self.see_text_for_pictures(tag, values)
        for name in values:
            if name == "style" or name.startswith("on"):
                self.note(f"atribut {name}= zakazuje CSP", "patří do souboru CSS nebo JS")
        handler = getattr(self, f"see_{tag}", None)
        if handler:
            handler(values)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag)

    def see_addresses(self, tag: str, values: dict[str, str]) -> None:
        """Keep every address; all but those that a person follows are loaded by the browser itself."""
        line, kinds = self.getpos()[0], set(values.get("rel", "").split())
        addresses = [(name, values[name].strip()) for name in ADDRESSES & values.keys()]
        for name in SETS & values.keys():
            addresses += [(name, part.split()[0]) for part in values[name].split(",") if part.strip()]
        for name, address in addresses:
            self.links.append((line, address))
            followed = tag in ("a", "area") and name == "href"
            if not followed and not (tag == "link" and kinds and kinds <= QUIET):
                self.loads.append((line, address))

    def see_names(self, values: dict[str, str]) -> None:
        """Keep the element's id, and the ids that it refers to."""
        line, own = self.getpos()[0], values.get("id")
        if own is not None:
            self.ids[own] += 1
            if not own or own.split() != [own]:
                self.note(f"id „{own}“ je prázdné, nebo má mezeru")
            elif self.ids[own] == 2:
                self.note(f"id „{own}“ je na stránce dvakrát")
        self.references += [(line, name, other) for name in NAMING & values.keys() for other in values[name].split()]

    def see_text_for_pictures(self, tag: str, values: dict[str, str]) -> None:
        """Demand words for what is a picture; a drawing may have them in a <title> that comes inside."""
        named = values.get("aria-label", "").strip() or values.get("aria-labelledby", "").strip()
        if (tag in DESCRIBED or (tag == "input" and values.get("type") == "image")) and "alt" not in values:
            self.note("obrázek nemá alt", "doplňte popis; ozdobný obrázek má alt prázdný")
        elif tag not in DESCRIBED and values.get("role") == "img" and not named:
            nameless = self.fault("obrázek s role=img nemá jméno", "doplňte aria-label nebo <title>")
            if tag == "svg":
                self.drawing = nameless
            else:
                self.found.append(nameless)

    def see_html(self, values: dict[str, str]) -> None:
        self.lang = values.get("lang", "")

    def see_svg(self, values: dict[str, str]) -> None:
        self.in_svg = True

    def see_title(self, values: dict[str, str]) -> None:
        self.inside = "drawing" if self.in_svg else "title"
        self.see_once("drawing" if self.in_svg else "title")

    def see_once(self, name: str) -> None:
        self.seen[name] += 1
        if name in ONCE and self.seen[name] == 2:
            self.note(f"{ONCE[name]} je na stránce dvakrát")

    def see_h1(self, values: dict[str, str]) -> None:
        self.see_once("h1")

    def see_meta(self, values: dict[str, str]) -> None:
        name = values.get("name") or values.get("property", "")
        self.metas.setdefault(name, values.get("content", ""))
        if name == "description":
            self.see_once(name)

    def see_link(self, values: dict[str, str]) -> None:
        kinds = set(values.get("rel", "").split())
        if "canonical" in kinds:
            self.canonical = values.get("href", "")
            self.see_once("canonical")
        if "alternate" in kinds and "hreflang" in values:
            self.alternates[values["hreflang"]] = values.get("href", "")

    def see_a(self, values: dict[str, str]) -> None:
        if "hreflang" in values:
            self.translations.setdefault(values["hreflang"], values.get("href", ""))

    def see_script(self, values: dict[str, str]) -> None:
        self.inside = values.get("type", "text/javascript")
        if "src" not in values and self.inside != "application/ld+json":
            self.note("skript v HTML zakazuje CSP", "patří do theme/static/js/")

    def see_style(self, values: dict[str, str]) -> None:
        self.inside = "style"
        self.note("styl v HTML zakazuje CSP", "patří do theme/static/css/")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("title", "script", "style"):
            self.inside = ""
        elif tag == "svg":
            self.in_svg = False
            self.found += [self.drawing] if self.drawing else []
            self.drawing = None

    def handle_data(self, data: str) -> None:
        if self.inside == "title":
            self.title += data
        elif self.inside == "drawing" and data.strip():
            self.drawing = None
        elif self.inside == "application/ld+json":
            self.data.append((self.getpos()[0], data))


def read_pages(folder: Path) -> list[Page]:
    """Return every HTML file of a built site, parsed."""
    pages = []
    for path in sorted(folder.rglob("*.html")):
        name = path.relative_to(folder).as_posix()
        page = Page(name, "/" + name.removesuffix("index.html"))
        page.feed(path.read_text("utf-8"))
        page.close()
        pages.append(page)
    return pages
