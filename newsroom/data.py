"""What may be wrong with the two files of data, figures.toml and training-dates.toml."""

import tomllib
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from newsroom.encoding import decode
from newsroom.frontmatter import suggestion
from newsroom.problem import Problem
from newsroom.source import ZONE

Finding = tuple[str, int, str, str, bool]  # how the line begins, the how many-th of these, what, cure, severe

Findings = Callable[[dict[str, Any], date], Iterator[Finding]]

FIGURES = ("licences", "installations")
WEEKEND = {5: "sobota", 6: "neděle"}
PLACES = ("vendor", "operator")
LONG_OVER, FAR = timedelta(days=31), timedelta(days=2 * 366)  # what nobody means


def problems(content: Path, now: datetime) -> Iterator[Problem]:
    """Give what is wrong with both files, each fault at its line."""
    for name in ("figures.toml", "training-dates.toml"):
        shown = f"{content.name}/{name}"
        if not (content / name).is_file():
            yield Problem(shown, 1, "soubor chybí", "vraťte ho")
            continue
        text, unreadable = decode((content / name).read_bytes(), shown)
        yield from unreadable
        if text is not None:
            today = now.astimezone(ZONE).date()
            yield from text_problems(
                text, shown, figure_findings if name == "figures.toml" else training_findings, today
            )


def text_problems(text: str, shown: str, findings: Findings, today: date) -> Iterator[Problem]:
    """Give what is wrong with the text of one file."""
    lines = ["", *text.split("\n"), ""]
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = min(getattr(error, "lineno", None) or line_in(str(error)), len(lines) - 1)
        yield Problem(shown, line, "soubor nejde přečíst", "porovnejte řádek s příkladem v komentáři", lines[line])
        return
    for begins, number, what, cure, severe in findings(data, today):
        at = [line for line, said in enumerate(lines) if said.split("=")[0].split("#")[0].strip() == begins]
        line = at[number] if number < len(at) else 1
        yield Problem(shown, line, what, cure, lines[line], severe)


def line_in(message: str) -> int:
    """Return the line that tomllib names in its message."""
    words = message.replace(",", " ").split()
    return int(words[words.index("line") + 1]) if "line" in words else 1


def figure_findings(data: dict[str, Any], today: date) -> Iterator[Finding]:
    """Two whole numbers."""
    for name in FIGURES:
        if type(data.get(name)) is not int or data[name] < 0:
            yield name, 0, f"{name} musí být celé číslo", f"napište třeba {name} = 713, bez mezer a čárek", True
    for name in data.keys() - set(FIGURES):
        yield name, 0, f"neznámé číslo {name}", suggestion(name, FIGURES), True


def training_findings(data: dict[str, Any], today: date) -> Iterator[Finding]:
    """Each date a day and a place."""
    dates = data.get("date", [])
    for name in data.keys() - {"date"}:
        yield name, 0, f"neznámý oddíl {name}", "každý termín začíná řádkem [[date]]", True
    if not isinstance(dates, list) or not all(isinstance(entry, dict) for entry in dates):
        yield "[date]", 0, "termín nezačíná řádkem [[date]]", "napište ho nad date a place, s dvojitými závorkami", True
        return
    for number, entry in enumerate(dates):
        for what, cure, severe in entry_findings(entry, today):
            yield "[[date]]", number, f"termín {number + 1}: {what}", cure, severe
        if (first := dates.index(entry)) < number:
            yield "[[date]]", number, f"termín {number + 1} je stejný jako termín {first + 1}", "jeden smažte", True


def entry_findings(entry: dict[str, Any], today: date) -> Iterator[tuple[str, str, bool]]:
    """Tell what is wrong with one date."""
    day = entry.get("date")
    if type(day) is not date:
        yield "date není datum", "napište ho bez uvozovek: date = 2026-12-01", True
    elif day < today - LONG_OVER:
        yield f"{day} už minulo, na webu není", "smažte ho, nebo opravte rok", False
    elif day > today + FAR:
        yield f"{day} je víc než dva roky daleko", "zkontrolujte rok", False
    elif day.weekday() in WEEKEND:
        yield f"{day} je {WEEKEND[day.weekday()]}", "zkontrolujte den", False
    if entry.get("place") not in PLACES:
        yield "neznámé place", 'napište place = "vendor" nebo place = "operator"', True
    for name in entry.keys() - {"date", "place"}:
        yield f"neznámý klíč {name}", suggestion(name, ("date", "place")), True
