"""A made-up history of releases with kinds, modules, stops and actions, for tests and measurements; not content."""

import random
import shutil
from datetime import date, timedelta
from pathlib import Path

from newsroom.build import ROOT
from newsroom.notes import HEADINGS, KINDS, with_ids

MODULES = {
    "cs": ("Fakturace", "Síť", "Zákazníci", "Helpdesk", "Sklad", "Tarify", "Mapy", "Monitoring", "Účetnictví", "API"),
    "en": ("Billing", "Network", "Customers", "Helpdesk", "Stock", "Tariffs", "Maps", "Monitoring", "Accounts", "API"),
}
WORDS = {
    "cs": ("zákazník", "tarif", "smlouva", "adresa", "port", "záloha", "tisk", "sloupec", "účet", "platba", "výpadek"),
    "en": ("customer", "tariff", "contract", "address", "port", "backup", "print", "column", "account", "fee", "alarm"),
}
SENTENCES = {
    "cs": "V přehledu {0} se dá nově vybrat {1} a {2} podle data, i když chybí {3}.",
    "en": "In the {0} list you can now choose {1} and {2} by date, even when the {3} is missing.",
}
SHARE = {"action": 0.04, "security": 0.06, "new": 0.3, "changed": 0.25, "fixed": 0.35}
ANNOUNCEMENT = {"cs": "Vyšla verze ISPadmin {}.", "en": "ISPadmin {} came out."}


def write_history(content: Path, number: int = 200, items: int = 14) -> Path:
    """Write `number` releases, oldest first from 1.0, beside what a copy of the real content has; return the folder."""
    shutil.copytree(ROOT / "content", content)
    for path in (content / "news").iterdir():
        path.unlink()
    for index in range(number):
        for lang in HEADINGS:
            if lang == "en" and index % 40 == 7:
                continue  # not translated
            text = release(index, number, lang, items, random.Random(index))  # noqa: S311 - any will do
            (content / "news" / f"{version(index)}.{lang}.md").write_text(text, "utf-8")
    return content


def version(index: int) -> str:
    """Return the version of a release by its place in history: 1.0, 1.1 … 1.49, 2.0."""
    return f"{1 + index // 50}.{index % 50}"


def release(index: int, number: int, lang: str, items: int, chance: random.Random) -> str:
    """Return one note; the same chance gives the same changes in both languages."""
    own = version(index)
    day = date(2026, 11, 1) - timedelta(days=21 * (number - 1 - index))
    head = [f"Title: ISPadmin {own}", f"Date: {day}", f"Version: {own}"]
    if index and index % 30 == 0:
        head.append(f"Requires: {version(index - 12)}")
    if index % 20 == 10:
        head.append(f"Support_until: {day + timedelta(days=730)}")
    if index == number - 1:
        head.append("Channel: beta")
    lines = [*head, "", ANNOUNCEMENT[lang].format(own)]
    kinds = chance.choices([*SHARE], [*SHARE.values()], k=chance.randint(items // 2, items * 3 // 2))
    for kind in KINDS:
        made = [item(lang, index * 1000 + place, chance) for place in range(kinds.count(kind))]
        lines += ["", f"## {HEADINGS[lang][kind]}", "", *made] if made else []
    return "\n".join(with_ids([*lines, ""]))


def item(lang: str, own: int, chance: random.Random) -> str:
    """Return one item, most of them with a module, with words that make it one of its own."""
    place, words = chance.randrange(len(MODULES["cs"])), [chance.randrange(len(WORDS["cs"])) for _ in range(4)]
    module = f"**{MODULES[lang][place]}:** " if chance.random() < 0.9 else ""
    return f"- {module}{SENTENCES[lang].format(*(WORDS[lang][word] for word in words))} ({own})"
