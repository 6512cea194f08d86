"""Makes content of any size: the real pages, and notes of 40 changes, links, code and a table, about 5 KB each."""

import random
import shutil
from datetime import date, timedelta
from pathlib import Path

from newsroom.notes import HEADINGS

FIRST = date(2000, 1, 1)
WORDS = {
    "cs": "faktura zákazník platba síť router adresa tarif hlášení mapa přípojka smlouva záloha tisk jednotka úloha",
    "en": "invoice customer payment network router address tariff report map connection contract backup print unit job",
}
SENTENCES = {
    "cs": ("Opraveno: {} se v případě „{}“ počítá v modulu {} správně", "Nový {} u zákazníka: {} a {} v přehledu"),
    "en": ('Fixed: {} is counted right where "{}" meets {}', "A new {} beside the customer: {} and {} in one view"),
}
DECORATED = (
    "- **{w}:** {text}, viz [{w}]({{filename}}/pages/contact.{lang}.md).",
    "- {text}: `{w} --all` & více než 20 000.",
    "- {text}, *{w}* [#{n}](https://example.com/issue/{n}).",
    "- {text}.",
    "- {text}, 24 hodin.",
)


def note(number: int, lang: str) -> str:
    """Return the text of one note, the same for the same number."""
    dice = random.Random(number)  # noqa: S311 - the same corpus every time is what is wanted
    words = WORDS[lang].split()
    items = []
    for n in range(40):
        text = dice.choice(SENTENCES[lang]).format(*dice.choices(words, k=3)) + " " + " ".join(dice.choices(words, k=3))
        items.append(DECORATED[n % len(DECORATED)].format(w=dice.choice(words), text=text, n=n, lang=lang))
    rows = "\n".join(f"| {dice.choice(words)} | {dice.randrange(10_000)} |" for _ in range(5))
    changed, fixed = HEADINGS[lang]["changed"], HEADINGS[lang]["fixed"]
    changes, fixes = "\n".join(items[:20]), "\n".join(items[20:])
    return f"""\
Title: ISPadmin {version(number)}
Version: {version(number)}
Date: {FIRST + timedelta(days=number // 2)}

{" ".join(dice.choices(words, k=20)).capitalize()}.

```
{" ".join(words)}
<b> & </b>
```

| {words[2]} | {words[3]} |
|---|---:|
{rows}

## {changed}

{changes}

## {fixed}

{fixes}
"""


def version(number: int) -> str:
    return f"{number // 100 + 1}.{number % 100}"


def write(folder: Path, notes: int, like: Path) -> Path:
    """Fill a folder with the pages of `like` and with as many notes, each in both languages."""
    shutil.copytree(like, folder, ignore=shutil.ignore_patterns("news"))
    (folder / "news").mkdir()
    for number in range(notes):
        for lang in WORDS:
            (folder / "news" / f"{version(number)}.{lang}.md").write_text(note(number, lang), "utf-8")
    return folder
