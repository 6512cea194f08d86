"""What may be wrong between the two languages of a page or note."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from newsroom.items import MONTH_NUMBER, items
from newsroom.notes import HEADINGS, KINDS
from newsroom.problem import Problem
from newsroom.source import VERSION, Source

SAME = (
    "Version",
    "Date",
    "Channel",
    "Status",
    "Requires",
    "Support_until",
)  # what both languages of a note must say alike
LANGUAGE_NAMES = {"cs": "český", "en": "anglický"}
DAY_AND_MONTH = re.compile(rf"(?<=\d)\.? ({'|'.join(MONTH_NUMBER)})")
FIGURE = re.compile(r"\d+(?:[ \N{NO-BREAK SPACE},]\d{3}(?!\d))*")  # 777 939 and 777,939 are one
UNSAID = re.compile(r"\{[^}]*\}|\]\([^)]*\)|<[^>]*>|`[^`]*`")  # ids, addresses, tags, code


def problems(sources: list[Source]) -> Iterator[Problem]:
    """Both languages, saying the same; a missing one is only a warning."""
    pairs: dict[tuple[str, str], list[Source]] = defaultdict(list)
    for source in sources:
        pairs[source.folder, source.key].append(source)
    for (folder, key), pair in pairs.items():
        first, other = pair[0], pair[-1]
        if len(pair) == 1:
            lang = "en" if first.lang == "cs" else "cs"
            what = f"chybí {LANGUAGE_NAMES[lang]} překlad"
            yield Problem(first.path, 1, what, f"přidejte {folder}/{key}.{lang}.md", severe=False)
        elif folder == "news":
            yield from note_problems(first, other)
        for name in SAME:
            if len(pair) == 2 and other[name].lower() != first[name].lower():
                what = f"{name} je jiné než v {LANGUAGE_NAMES[first.lang][:-1]}ém souboru ({first[name] or 'chybí'})"
                yield Problem(other.path, other.line_of(name), what, "sjednoťte je", f"{name}: {other[name]}")


def note_problems(czech: Source, english: Source) -> Iterator[Problem]:
    """What tells that one language was changed and the other was not; without git, so only by what both must share."""

    def stale(line: int, what: str, cure: str) -> Problem:
        return Problem(english.path, line, what, cure, severe=False)

    begins = next((number for number, line in english.prose() if line.strip()), 1)
    texts = [[line.strip() for _, line in source.prose() if line.strip()] for source in (czech, english)]
    if texts[0] and texts[0] == texts[1]:
        yield stale(begins, "anglický text je stejný jako český", "přeložte ho")
        return
    draft = english["Status"].lower() == "draft"
    if czech["Title"] == english["Title"] and not VERSION.fullmatch(czech.key) and not draft:
        yield stale(english.line_of("Title"), "anglický nadpis je stejný jako český", "přeložte ho")
    counts = [Counter(item.kind for item in source.note.items) for source in (czech, english)]
    for kind in KINDS:
        if counts[0][kind] != counts[1][kind]:
            line = next((heading.line for heading in english.note.headings if heading.kind == kind), 1)
            what = f"{HEADINGS['en'][kind]}: {items(counts[1][kind])}, česky {items(counts[0][kind])}"
            yield stale(line, what, "překlad nejspíš zastaral, doplňte ho")
            return
    said, translated = (numbers(" ".join(text)) for text in texts)
    if said != translated:
        only = [f"česky {figure}" for figure in sorted(said - translated)]
        only += [f"anglicky {figure}" for figure in sorted(translated - said)]
        what = f"čísla v textu se liší od českých ({', '.join(only[:6])})"
        yield stale(begins, what, "překlad nejspíš zastaral, porovnejte ho")


def numbers(text: str) -> set[str]:
    """Return the figures that both languages must say alike: months counted, groups of digits joined."""
    text = DAY_AND_MONTH.sub(lambda match: f" {MONTH_NUMBER[match[1]]}", UNSAID.sub(" ", text))
    return {"".join(filter(str.isdigit, figure)).lstrip("0") or "0" for figure in FIGURE.findall(text)}
