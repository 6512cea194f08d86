"""From the bytes of a file to its text: what editors and git leave in it unseen."""

import re
import unicodedata

from newsroom.problem import Problem

CONTROL = re.compile(  # what nobody sees, though it parts words for a machine; emoji may be joined by \u200d
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]|(?<=\w)\u200d|\u200d(?=\w)"
)
CONFLICT = re.compile(r"(?:<{7}|>{7}) .*|={7}")  # git writes them where two changes meet


def decode(data: bytes, path: str) -> tuple[str | None, list[Problem]]:
    """Return the text of a file, None if it cannot be read, and what is wrong with its encoding."""
    problems = []
    if data.startswith(b"\xef\xbb\xbf"):
        problems.append(Problem(path, 1, "soubor začíná značkou BOM", "uložte ho jako UTF-8 bez BOM"))
        data = data[3:]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None, [Problem(path, 1, "soubor je v UTF-16", "uložte ho jako UTF-8")]
    if b"\r" in data:
        line = data[: data.index(b"\r")].count(b"\n") + 1
        problems.append(
            Problem(path, line, "řádky končí po způsobu Windows (CRLF)", "uložte soubor s konci řádků LF (Unix)")
        )
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        shown = data.split(b"\n")[line - 1].decode("cp1250", "replace")
        return None, [
            *problems,
            Problem(path, line, "soubor není v UTF-8 (vypadá na windows-1250)", "uložte ho jako UTF-8", shown),
        ]
    if CONTROL.search(text) or "<<<<<<< " in text or not unicodedata.is_normalized("NFC", text):
        problems += odd_signs(text, path)
    return text, problems


def odd_signs(text: str, path: str) -> list[Problem]:
    """Return the lines with what editors hide: letters in two parts (macOS), control characters, marks of a merge."""
    problems = []
    for number, line in enumerate(text.split("\n"), 1):
        if not unicodedata.is_normalized("NFC", line):
            problems.append(Problem(path, number, "písmena mají háčky a čárky zvlášť (NFD)", "napište je znovu", line))
        if CONFLICT.fullmatch(line):
            cure = "nechte z obou znění to správné a řádky se značkami smažte"
            problems.append(Problem(path, number, "zůstala tu značka po sloučení dvou změn", cure, line))
        if CONTROL.search(line):
            problems.append(Problem(path, number, "je tu neviditelný řídicí znak", "smažte ho", repr(line)[1:-1]))
    return problems
