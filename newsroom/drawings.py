"""SVG drawings are documents: what in them would run or load something, though a picture is only to be looked at."""

import re
from xml.parsers import expat

SVG, XLINK, XHTML = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "http://www.w3.org/1999/xhtml"
RUNS = ("script", "handler", "foreignObject")
USUAL = "-//W3C//DTD SVG "  # how the name of a DOCTYPE begins that programs write and browsers do not look up
INSIDE = ("#", "data:image/")  # how an address begins that leads out of no file
LOADS = re.compile(r"@import|url\(\s*[\"']?\s*(?!#|data:)[^\s\"')]+", re.IGNORECASE)
PLAIN = "uložte ho z grafického programu jako prosté SVG (Plain SVG)"

Finding = tuple[int, str, str]  # line, what is wrong, how to mend it


class DoctypeError(Exception):
    """There is a DOCTYPE of somebody's own, whose entities may grow without end."""


class Reader:
    """Reads a drawing once, and keeps what is wrong with it."""

    def __init__(self, data: bytes) -> None:
        self.found: list[Finding] = []
        self.open: list[str] = []  # the elements around the place that is being read
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text, self.parser.buffer_size = True, len(data) + 1  # no text comes in parts
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.StartElementHandler = self.element
        self.parser.EndElementHandler = lambda _: self.open.pop()
        self.parser.CharacterDataHandler = self.text
        self.parser.ProcessingInstructionHandler = lambda target, _: self.say(f"odkazuje jinam (<?{target}>)")

    def say(self, what: str, cure: str = PLAIN) -> None:
        self.found.append((self.parser.CurrentLineNumber, f"obrázek SVG {what}", cure))

    def doctype(self, _name: str, _system: str | None, public: str | None, own: bool) -> None:
        if own or not (public or "").startswith(USUAL):
            self.say("má <!DOCTYPE …>")
            raise DoctypeError

    def element(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        if not self.open and (space, local) != (SVG, "svg"):
            self.say(f'nezačíná značkou <svg xmlns="{SVG}">')
        if local in RUNS or space == XHTML:
            self.say(f"by na webu něco spustil (<{local}>)")
        for attribute, value in attributes.items():
            self.attribute(attribute, value)
        self.open.append(local)

    def attribute(self, name: str, value: str) -> None:
        if name.lower().startswith("on") or (name == "attributeName" and value.endswith("href")):
            self.say(f"by na webu něco spustil ({name}=)")
        elif name in ("href", "src", f"{XLINK} href") and not value.startswith(INSIDE):
            self.say(f"odkazuje jinam ({value[:40]})")
        elif " " not in name:
            self.styles(value)

    def text(self, text: str) -> None:
        if self.open[-1] == "style":
            self.styles(text)

    def styles(self, text: str) -> None:
        if match := LOADS.search(text):
            self.say(f"odkazuje jinam ({match[0][:40]})")


def problems(data: bytes) -> list[Finding]:
    """Return what is wrong with a drawing."""
    reader = Reader(data)
    try:
        data.decode("utf-8")  # as whoever looks into the finished site reads it
        reader.parser.Parse(data, True)
    except (UnicodeDecodeError, expat.ExpatError):
        reader.say("nejde přečíst")
    except DoctypeError:
        pass
    return reader.found
