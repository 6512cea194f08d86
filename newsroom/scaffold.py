"""`make news`: writes the Czech and the English file of a new note, ready to be finished.

VERSION=4.29 (DATE=2026-12-01, CHANNEL=beta) announces a release, TITLE="…" a notice without a version.
"""

import os
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from babel.dates import format_date

import pelicanconf
from newsroom.frontmatter import CHANNELS, suggestion
from newsroom.notes import HEADINGS, slug, version_order
from newsroom.source import VERSION, ZONE, iso_date

RELEASE = {
    "cs": (
        "Dne {date} oficiálně vyšla {channel} ISPadmin {version}.",
        {"stable": "stabilní verze", "beta": "betaverze"},
        "Změny pište pod nadpisy, každou jako položku, která může začínat modulem:\n"
        "- **Fakturace:** Upomínky se dají poslat znovu.\n"
        "Nadpis bez položek se na webu neukáže. Značky jako {#k7f3q2} doplní make check, nechte je, jak jsou.\n"
        "Do hlavičky můžete přidat Requires: 4.20 (na kterou verzi se musí aktualizovat nejdřív)\n"
        "a Support_until: 2027-12-31 (konec podpory). Takovéto poznámky se na web nedostanou.",
    ),
    "en": (
        "The {channel} ISPadmin {version} officially came out on {date}.",
        {"stable": "stable release", "beta": "beta release"},
        "Anglický překlad: tytéž položky ve stejném pořadí. Takovéto poznámky se na web nedostanou.",
    ),
}
HINTS = {
    "action": "co musí zákazník udělat, než aktualizuje, nebo hned potom",
    "security": "opravené zranitelnosti",
    "new": "co dřív nebylo",
    "changed": "co se chová jinak",
    "fixed": "co nefungovalo",
}
NOTICE = {
    "cs": ("Sem napište text.", "Až bude hotový, smažte nahoře řádek „Status: draft“, jinak na web nevyjde."),
    "en": ("Write the text here.", "Přeložte nadpis i text a smažte nahoře řádek „Status: draft“."),
}
LOCALES = {"cs": "cs_CZ", "en": "en_GB"}


class ScaffoldError(Exception):
    """The note cannot be begun like this; the text, in Czech, says why."""


def scaffold(content: Path, wishes: Mapping[str, str], now: datetime) -> list[Path]:
    """Write both files and return their paths; raise ScaffoldError rather than touch an existing note."""
    version, title = wishes.get("VERSION", ""), wishes.get("TITLE", "")
    date = wishes.get("DATE") or f"{now.astimezone(ZONE):%Y-%m-%d}"
    if not iso_date(date):
        raise ScaffoldError(f"DATE „{date}“ není datum; napište ho jako 2026-12-01")
    if bool(version) == bool(title):
        raise ScaffoldError('Napište make news VERSION=4.29, nebo make news TITLE="Nadpis aktuality"')
    if version:
        key = release_key(content, version)
        texts = release(version, date, wishes.get("CHANNEL") or "stable")
    else:
        key = f"{date[:10]}-{short_slug(title)}"
        texts = notice(title, date)
    paths = {lang: content / "news" / f"{key}.{lang}.md" for lang in texts}
    for path in paths.values():
        if path.exists():
            raise ScaffoldError(f"{path.relative_to(content.parent)} už existuje")
    for lang, path in paths.items():
        path.write_text(texts[lang], "utf-8")
    return [*paths.values()]


def release_key(content: Path, version: str) -> str:
    """Return the version if it is one, and no note has it yet, however written (4.7 and 4.07 are one)."""
    if not VERSION.fullmatch(version):
        raise ScaffoldError(f"„{version}“ není verze; napište dvě až čtyři čísla oddělená tečkou, třeba 4.29")
    for path in (content / "news").glob("*.md"):
        known = path.name.rsplit(".", 2)[0]
        if VERSION.fullmatch(known) and version_order(known) == version_order(version):
            raise ScaffoldError(f"verze {known} už existuje: {path.relative_to(content.parent)}")
    return version


def release(version: str, date: str, channel: str) -> dict[str, str]:
    """Return the two texts that announce a release."""
    if channel not in CHANNELS:
        raise ScaffoldError(f"CHANNEL „{channel}“ web nezná; {suggestion(channel, CHANNELS)}")
    texts = {}
    for lang, (sentence, channels, comment) in RELEASE.items():
        day = format_date(datetime.fromisoformat(date), "long", locale=LOCALES[lang])
        head = [f"Title: {pelicanconf.SITENAME} {version}", f"Date: {date}", f"Version: {version}"]
        head += [f"Channel: {channel}"] if channel != "stable" else []
        body = sentence.format(date=day, channel=channels[channel], version=version)
        sections = [f"## {HEADINGS[lang][kind]}\n<!-- {hint} -->\n" for kind, hint in HINTS.items()]
        texts[lang] = "\n".join([assemble(head, body, comment), *sections])
    return texts


def notice(title: str, date: str) -> dict[str, str]:
    """Return the two texts of a notice, as drafts."""
    head = [f"Title: {' '.join(title.split())}", f"Date: {date}", "Status: draft"]
    return {lang: assemble(head, body, comment) for lang, (body, comment) in NOTICE.items()}


def assemble(head: list[str], body: str, comment: str) -> str:
    """Return front matter, a note to the author, and the text."""
    return "\n".join([*head, "", f"<!-- {comment} -->", "", body, ""])


def short_slug(title: str) -> str:
    """Return the first words of a title as they may stand in an address: `odstavka-portalu`."""
    words = slug(title).split("-")
    if not words[0]:
        raise ScaffoldError(f"z nadpisu „{title}“ nejde udělat adresu; napište v něm aspoň jedno slovo")
    return "-".join(words[:8])


def main() -> int:
    """Scaffold what the environment asks for."""
    try:
        paths = scaffold(Path(pelicanconf.PATH), os.environ, datetime.now(ZONE))
    except ScaffoldError as error:
        print(error, file=sys.stderr)
        return 1
    for path in paths:
        print(f"Založeno: {path.relative_to(pelicanconf.ROOT)}")
    print("Doplňte je, zkontrolujte (make check) a prohlédněte (make serve).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
