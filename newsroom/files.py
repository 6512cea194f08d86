"""What may be wrong with the files themselves: in the wrong place, links to elsewhere, pictures unseen or too heavy."""

import os
import re
import unicodedata
from collections.abc import Iterator, Set
from pathlib import Path

from newsroom import drawings
from newsroom.problem import Problem
from newsroom.source import FOLDERS, PICTURES

HEAVY = 300_000  # bytes of one picture
DOWNLOADS = "soubory"
SIGNATURES = {  # how each kind of picture begins
    ".png": re.compile(rb"\A\x89PNG"),
    ".jpg": re.compile(rb"\A\xff\xd8"),
    ".jpeg": re.compile(rb"\A\xff\xd8"),
    ".gif": re.compile(rb"\AGIF8"),
    ".webp": re.compile(rb"\ARIFF....WEBP", re.DOTALL),
    ".avif": re.compile(rb"\A....ftyp(?:avi|mif1.*avif)", re.DOTALL),
    ".svg": re.compile(rb"<svg\b|<\?xml|<!--"),
}
RUN = (".html", ".htm", ".xhtml", ".js", ".mjs", ".svgz")  # by browsers, as if they were pages of ours
TEXTS = (".md", ".markdown", ".txt", ".rst", ".doc", ".docx", ".odt", ".rtf")


def problems(content: Path, used: Set[Path]) -> Iterator[Problem]:
    """Give what is wrong with the files of a content folder; `used` are those that some page shows or offers."""
    for folder, folders, names in os.walk(content):
        for name in sorted((*folders, *names)):
            path = Path(folder, name)
            inside = path.relative_to(content)
            shown = f"{content.name}/{inside.as_posix()}"
            if path.is_symlink():
                yield Problem(shown, 1, "soubor je jen odkaz na jiné místo (symlink)", "nahraďte ho souborem samým")
            elif not unicodedata.is_normalized("NFC", name):
                what, cure = "jméno souboru má háčky a čárky zvlášť (NFD)", "přejmenujte ho, nejlépe bez háčků"
                yield Problem(shown, 1, what, cure)
            elif " " in name and path.suffix.lower() not in TEXTS:
                yield Problem(shown, 1, "ve jméně souboru je mezera", f"přejmenujte ho: {'-'.join(name.split())}")
            elif path.suffix.lower() in RUN:
                yield Problem(shown, 1, "soubor by se na webu spustil", "uložte ho jako PDF, nebo smažte")
            elif path.suffix.lower() in misplaced(inside) and path.is_file():
                cure = "přesuňte ho do content/news nebo content/pages"
                yield Problem(shown, 1, "soubor leží tam, kde ho web nevidí", cure)
            elif path.suffix.lower() in PICTURES:
                yield from picture_problems(path, shown, used)
            elif inside.parts[0] == DOWNLOADS and path.is_file() and not name.startswith("."):
                yield from download_problems(path, shown, used)


def misplaced(inside: Path) -> tuple[str, ...]:
    """Return the endings of texts that do not belong where this file is; a document may be there to be downloaded."""
    if inside.parts[0] in FOLDERS:
        return ()
    return TEXTS[:2] if len(inside.parts) > 1 and inside.parts[0] == DOWNLOADS else TEXTS


def download_problems(path: Path, shown: str, used: Set[Path]) -> Iterator[Problem]:
    """Files that there is no way to."""
    if not path.stat().st_size:
        yield Problem(shown, 1, "soubor je prázdný", "uložte ho znovu, nebo ho smažte")
    if path.resolve() not in used:
        what, cure = "soubor nikdo nenabízí, na webu nebude", "odkažte na něj, nebo ho smažte"
        yield Problem(shown, 1, what, cure, severe=False)


def picture_problems(path: Path, shown: str, used: Set[Path]) -> Iterator[Problem]:
    """Pictures that nobody sees, and those that nobody wants to wait for."""
    size, begins = path.stat().st_size, path.open("rb").read(512)
    if not SIGNATURES[path.suffix.lower()].search(begins):
        what = f"soubor není obrázek {path.suffix[1:].upper()}" if size else "obrázek je prázdný soubor"
        right = next((ending for ending, signature in SIGNATURES.items() if signature.match(begins)), "")
        cure = f"přejmenujte ho na {path.stem}{right} a opravte odkazy na něj"
        cure = cure if right else "uložte ho z grafického programu znovu; přejmenovat nestačí"
        yield Problem(shown, 1, what, cure)
    elif path.suffix.lower() == ".svg":
        yield from (Problem(shown, *finding) for finding in drawings.problems(path.read_bytes()))
    if path.resolve() not in used:
        yield Problem(shown, 1, "obrázek nikdo neukazuje", "smažte ho, nebo ho vložte do textu", severe=False)
    elif size > HEAVY:
        what, cure = f"obrázek má {size // 1000} kB", f"zmenšete ho pod {HEAVY // 1000} kB"
        yield Problem(shown, 1, what, cure, severe=False)
