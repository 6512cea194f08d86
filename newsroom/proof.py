"""What the author is told after a push, in Czech: what went out where, what goes out when, what is missing."""

from collections.abc import Iterator
from datetime import datetime

import pelicanconf
from newsroom.manifest import Manifest
from newsroom.release import Release
from newsroom.source import ZONE
from newsroom.typography import CZECH_MONTHS

DAYS = ("v pondělí", "v úterý", "ve středu", "ve čtvrtek", "v pátek", "v sobotu", "v neděli")
MONTHS = CZECH_MONTHS.split("|")
LANGUAGES = {"cs": "česky", "en": "anglicky"}
ROOM = 40  # addresses of one kind; a new style sheet changes every page


def moment_words(moment: datetime, now: datetime) -> str:
    """Return `v úterý 1. prosince v 9:00`, with the year if it is not this one."""
    local = moment.astimezone(ZONE)
    year = f" {local.year}" if local.year != now.astimezone(ZONE).year else ""
    return f"{DAYS[local.weekday()]} {local.day}. {MONTHS[local.month - 1]}{year} v {local.hour}:{local.minute:02}"


def changes(live: Manifest, new: Manifest) -> dict[str, list[str]]:
    """Return the addresses that are new, changed and gone."""
    return {
        "nové": sorted(new.pages.keys() - live.pages.keys()),
        "změněné": sorted(
            address for address, digest in new.pages.items() if live.pages.get(address, digest) != digest
        ),
        "zrušené": sorted(live.pages.keys() - new.pages.keys()),
    }


def published(release: Release, live: Manifest, origin: str, now: datetime) -> str:
    """Return the proof sheet of a release that has just taken the place of `live`."""
    lines = [f"Vydáno: {origin}/ (vydání {release.name})"]
    for kind, addresses in changes(live, release.manifest).items():
        lines += [f"  {kind:9} {origin}{address}" for address in addresses[:ROOM]]
        lines += [f"  {kind:9} a dalších {len(addresses) - ROOM}"] if len(addresses) > ROOM else []
    if not any(changes(live, release.manifest).values()):
        lines.append("  Žádná stránka se nezměnila.")
    return "\n".join([*lines, *outlook(release, now)])


def previewed(release: Release, name: str, origin: str, now: datetime) -> str:
    """Return the proof sheet of a preview."""
    lines = [
        f"Náhled: {origin}{pelicanconf.PREVIEWS}{name}/",
        "  Jsou v něm i koncepty a budoucí aktuality; vyhledávače ho vynechají.",
    ]
    return "\n".join([*lines, *outlook(release, now)])


def outlook(release: Release, now: datetime) -> Iterator[str]:
    """Give what is to come and what is missing."""
    for waiting in release.waiting:
        moment = datetime.fromisoformat(waiting.when) if waiting.when else None
        yield f"Čeká: {waiting.path} " + (f"vyjde {moment_words(moment, now)}" if moment else "je koncept, sám nevyjde")
    for lang, paths in release.missing.items():
        for path in paths:
            yield f"Chybí {LANGUAGES[lang]}: {path}"
    yield from release.warnings[:ROOM]


def rolled_back(left: Release, now_live: Release, origin: str, now: datetime) -> str:
    """Return what a rollback did."""
    built = moment_words(datetime.fromisoformat(now_live.built), now)
    lines = [
        f"Vráceno: na {origin}/ je zase vydání {now_live.name} ({now_live.subject}; {now_live.author}).",
        f"  Sestavené bylo {built}. Opuštěné vydání: {left.name} ({left.subject}).",
    ]
    groups = changes(left.manifest, now_live.manifest)
    for kind, addresses in groups.items():
        lines += [f"  {kind:9} {origin}{address}" for address in addresses[:ROOM]]
    if not any(groups.values()):
        lines.append("  Žádná stránka se nezměnila.")
    return "\n".join(
        [
            *lines,
            "Nic dalšího nevyjde, ani budoucí aktuality, dokud někdo nepošle další změnu (git push).",
            "Ta vydá celou větev i s tím, co se teď vrátilo; nejdřív proto chybu opravte nebo zrušte (git revert).",
        ]
    )
