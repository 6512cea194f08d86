"""What may be wrong with the files themselves: in the wrong place, links to elsewhere, pictures unseen or too heavy."""

import os
from collections.abc import Iterator, Set
from pathlib import Path

from newsroom.problem import Problem
from newsroom.source import FOLDERS, PICTURES

HEAVY = 300_000  # bytes of one picture
TEXTS = (".md", ".markdown", ".txt", ".rst", ".html", ".htm", ".doc", ".docx", ".odt", ".rtf")


def problems(content: Path, pictures: Set[Path]) -> Iterator[Problem]:
    """Give what is wrong with the files of a content folder; `pictures` are those that some page shows."""
    for folder, folders, names in os.walk(content):
        for name in sorted((*folders, *names)):
            path = Path(folder, name)
            inside = path.relative_to(content)
            shown = f"{content.name}/{inside.as_posix()}"
            if path.is_symlink():
                yield Problem(shown, 1, "soubor je jen odkaz na jiné místo (symlink)", "nahraďte ho souborem samým")
            elif " " in name and path.suffix.lower() not in TEXTS:
                yield Problem(shown, 1, "ve jméně souboru je mezera", f"přejmenujte ho: {'-'.join(name.split())}")
            elif path.suffix.lower() in TEXTS and inside.parts[0] not in FOLDERS and path.is_file():
                cure = "přesuňte ho do content/news nebo content/pages"
                yield Problem(shown, 1, "soubor leží tam, kde ho web nevidí", cure)
            elif path.suffix.lower() in PICTURES:
                yield from picture_problems(path, shown, pictures)


def picture_problems(path: Path, shown: str, pictures: Set[Path]) -> Iterator[Problem]:
    """Pictures that nobody sees, and those that nobody wants to wait for."""
    size = path.stat().st_size
    if path.resolve() not in pictures:
        yield Problem(shown, 1, "obrázek nikdo neukazuje", "smažte ho, nebo ho vložte do textu", severe=False)
    elif size > HEAVY:
        what, cure = f"obrázek má {size // 1000} kB", f"zmenšete ho pod {HEAVY // 1000} kB"
        yield Problem(shown, 1, what, cure, severe=False)
