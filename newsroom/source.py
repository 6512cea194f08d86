"""A page or note as its author wrote it: the name of the file, the front matter with its lines, the body."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from newsroom import notes
from newsroom.encoding import decode
from newsroom.problem import Problem

ZONE = ZoneInfo("Europe/Prague")
FOLDERS = ("news", "pages")
PICTURES = (".png", ".jpg", ".jpeg", ".svg", ".webp", ".avif", ".gif")
VERSION = re.compile(r"\d{1,5}(\.\d{1,5}){1,3}")
NOTICE = re.compile(r"\d{4}-\d{2}-\d{2}-[a-z0-9]+(-[a-z0-9]+)*")
PAGE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NAME = re.compile(r"(?P<key>.+)\.(?P<lang>cs|en)\.md")
FIELD = re.compile(r"([A-Za-z][A-Za-z_-]*):(.*)")
SPOILT_FIELD = re.compile(r"[ *_]*[A-Za-z][A-Za-z_-]*[ *_]*:")
FENCE = re.compile(r"(`{3,}|~{3,}) *\.?[\w#.+-]* *")  # what Markdown takes for the beginning of code, no more


@dataclass(frozen=True)
class Field:
    """One line of front matter."""

    name: str
    value: str
    line: int


@dataclass
class Source:
    """One content file. `path` is relative to the content folder, as authors see it; `body` holds (line, text)."""

    path: str
    folder: str  # news or pages
    key: str
    lang: str
    fields: list[Field] = field(default_factory=list)
    body: list[tuple[int, str]] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        """Return the value of a field, in any case of letters, or an empty text."""
        return next((field.value for field in self.fields if field.name.lower() == name.lower()), "")

    def line_of(self, name: str) -> int:
        """Return the line of a field, or 1."""
        return next((field.line for field in self.fields if field.name.lower() == name.lower()), 1)

    @cached_property
    def date(self) -> datetime | None:
        """When the note goes out; None if there is no readable date."""
        return iso_date(self["Date"])

    @cached_property
    def note(self) -> notes.Note:
        """What the body says as a note."""
        return notes.parse(self.prose())

    def held_back(self, now: datetime) -> bool:
        """Tell whether the public must not see it yet: a draft, or a note of a later date."""
        return self["Status"].lower() == "draft" or (self.date is not None and self.date > now)

    def prose(self) -> list[tuple[int, str]]:
        """Return the lines of the body that are not code, comments blanked out."""
        return self.scanned[0]

    @property
    def unclosed(self) -> tuple[int, str, str] | None:
        """Return the line of a comment or code without end, its sign, and the sign that would end it."""
        return self.scanned[1]

    @cached_property
    def scanned(self) -> tuple[list[tuple[int, str]], tuple[int, str, str] | None]:
        """The body read once: prose, and what was open at its end."""
        lines, fence, begun, comment = [], "", 0, False
        for number, line in self.body:
            if not comment and (match := FENCE.fullmatch(line)) and fence in ("", line.rstrip(" ")):
                fence, begun = ("" if fence else match[1]), number
                continue
            if not fence:
                begun = begun if comment else number
                if comment or "<!--" in line:
                    line, comment = without_comments(line, comment)
                lines.append((number, line))
        if fence:
            return lines, (begun, fence, fence)
        return lines, (begun, "<!--", "-->") if comment else None


def without_comments(line: str, inside: bool) -> tuple[str, bool]:
    """Return the line without `<!-- -->`, and whether a comment goes on behind its end."""
    if inside:
        _, found, rest = line.partition("-->")
        return without_comments(rest, False) if found else ("", True)
    start, found, rest = line.partition("<!--")
    if not found:
        return line, False
    rest, inside = without_comments(rest, True)
    return start + rest, inside


def iso_date(text: str) -> datetime | None:
    """Return `2017-09-12` or `2017-09-12 09:00` in Prague's time, None for anything else."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?", text):
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZONE)
    except ValueError:
        return None


def parse(text: str, source: Source) -> list[Problem]:
    """Fill in front matter and body; return what cannot be read as front matter."""
    lines = text.split("\n")
    problems = []
    position = 0
    for position, line in enumerate(lines):
        number, match = position + 1, FIELD.match(line)
        if not line.strip():
            break
        if match:
            source.fields.append(Field(match[1], match[2].strip(), number))
            continue
        what, cure = "na řádku hlavičky chybí „Klíč: hodnota“", "napište ho, nebo před text vložte prázdný řádek"
        if line.startswith("---"):
            what, cure = "hlavička se nepíše mezi ---", "smažte tento řádek"
        elif line.startswith("<!--"):
            cure = "poznámku přesuňte pod hlavičku"
        elif SPOILT_FIELD.match(line):
            cure = "klíč stojí na kraji řádku, bez mezery před dvojtečkou a bez značek: „Title: …“"
        elif line[0] in " \t":
            what, cure = "hodnota v hlavičce smí mít jen jeden řádek", "spojte ji s řádkem nad ní"
        problems.append(Problem(source.path, number, what, cure, line))
        if line[0] not in " \t-":
            break  # the body has begun
    else:
        position += 1
    if not source.fields and not problems:
        problems.append(Problem(source.path, 1, "chybí hlavička", "začněte soubor řádkem „Title: …“, nad ním nic není"))
    source.body = [(number, line) for number, line in enumerate(lines[position:], position + 1)]
    return problems


def read(path: Path, content: Path) -> tuple[Source | None, list[Problem]]:
    """Return one page or note, None if its file's name or encoding makes no sense, and what is wrong."""
    shown = f"{content.name}/{path.relative_to(content).as_posix()}"
    folder = path.relative_to(content).parts[0]
    name = NAME.fullmatch(path.name)
    right_key = name and (PAGE if folder == "pages" else VERSION).fullmatch(name["key"])
    if name and folder == "news" and not right_key and iso_date(name["key"][:10]):
        right_key = NOTICE.fullmatch(name["key"])
    if path.parent.parent != content or not name or not right_key:
        return None, [Problem(shown, 1, "soubor má nesprávné jméno", name_cure(path.name, folder))]
    text, problems = decode(path.read_bytes(), shown)
    if text is None:
        return None, problems
    source = Source(shown, folder, name["key"], name["lang"])
    return source, problems + parse(text, source)


def name_cure(name: str, folder: str) -> str:
    """Say how a file of this folder is to be named, or where it belongs."""
    if name.lower().endswith((".heic", ".bmp", ".tif", ".tiff", ".psd", ".ai", ".eps")):
        return "takový obrázek prohlížeče neukážou; uložte ho jako PNG nebo JPEG"
    if not name.lower().endswith((".md", ".markdown", ".txt")):
        return "soubor ke stažení přesuňte do content/soubory, jiný smažte"
    match = re.fullmatch(r"(.+?)(?:\.(?:cs|en|cz|cze|ces|eng|gb))?\.(?:md|markdown|txt)", name.lower())
    news = match and (VERSION.fullmatch(match[1]) or NOTICE.fullmatch(match[1]))
    if folder == "pages" and news:
        return "přesuňte ho do content/news"
    if folder == "pages":
        return "pojmenujte ho jako support.cs.md: malá písmena bez háčků, jazyk cs nebo en"
    if match and NOTICE.fullmatch(match[1]) and not iso_date(match[1][:10]):
        return f"den {match[1][:10]} v kalendáři není"
    if match and news:
        return f"má to být {match[1]}.cs.md, nebo {match[1]}.en.md? Vzory: 4.28.cs.md, 2026-11-22-jmeno.cs.md"
    return "pojmenujte ho jako 4.28.cs.md nebo 2026-11-22-jmeno.cs.md"


def read_all(content: Path) -> tuple[list[Source], list[Problem]]:
    """Return every page and note in the order of their names, and what is wrong with reading them."""
    sources, problems = [], []
    for folder in FOLDERS:
        for path in sorted((content / folder).rglob("*")):
            if path.is_dir() or path.name.startswith(".") or path.suffix.lower() in PICTURES:
                continue
            source, found = read(path, content)
            sources += [source] if source else []
            problems += found
    return sources, problems
