"""`make check`: everything that is wrong in content/, all at once, each with its cure; a fault makes exit status 1."""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pelicanconf
from newsroom import body, clock, data, files, frontmatter, ids, items, leftovers, notes, translation, versions
from newsroom.body import TEMPLATE_ID
from newsroom.links import Site
from newsroom.problem import Problem, counted, report, summary
from newsroom.source import Source, read_all

DESCRIPTION = range(50, 171)  # characters of a description that search engines show
FOLDERS = ("/assets/", pelicanconf.PREVIEWS)  # where no page may stand, beside made_addresses()


def problems(content: Path, now: datetime | None = None) -> list[Problem]:
    """Return every fault and warning of a content folder, in the order of files and lines."""
    sources, found = read_all(content)
    now = now or clock.now()
    site = survey(content, sources, now)
    for source in sources:
        found += frontmatter.problems(source)
        found += body.problems(source, site)
        found += leftovers.problems(source)
        found += items.problems(source) if source.folder == "news" else []
    found += translation.problems(sources)
    found += versions.problems(sources, now)
    found += items.module_problems([source for source in sources if source.folder == "news"])
    found += address_problems(sources)
    found += title_problems(sources)
    found += description_problems(sources)
    found += files.problems(content, site.pictures)
    found += data.problems(content, now)
    return sorted(set(found))


def address(source: Source) -> str:
    """Return where a page or note will stand."""
    if source.folder == "news":
        return pelicanconf.ADDRESSES["news"][source.lang] + f"{source.key}/"
    home = pelicanconf.ADDRESSES["home"][source.lang]
    return home if source.key == "home" else f"{home}{source['Slug']}/"


def survey(content: Path, sources: list[Source], now: datetime) -> Site:
    """Collect what links may lead to."""
    theme = Path(pelicanconf.THEME, "templates", "blocks")
    addresses: dict[str, Source | None] = dict.fromkeys(made_addresses(sources))
    addresses |= {address(source): source for source in sources}
    names = {f"{source.folder}/{source.key}.{source.lang}.md": source for source in sources}
    return Site(
        content,
        pelicanconf.ORIGIN,
        sources=names,
        addresses=addresses,
        blocks={path.stem: set(TEMPLATE_ID.findall(path.read_text("utf-8"))) for path in sorted(theme.glob("*.html"))},
        held_back={source.path for source in sources if source.held_back(now)},
        twins=twins(sources),
    )


def twins(sources: list[Source]) -> dict[str, str]:
    """Return the addresses that have a like in the other language, with it."""
    pairs = [*pelicanconf.ADDRESSES.values(), *pelicanconf.FORM_ADDRESSES.values()]
    by_key: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for source in sources:
        by_key[source.folder, source.key][source.lang] = address(source)
    both = [(pair["cs"], pair["en"]) for pair in (*pairs, *by_key.values()) if len(pair) == 2]
    return dict(both) | {english: czech for czech, english in both}


def made_addresses(sources: list[Source]) -> Iterator[str]:
    """Give the addresses that no file stands behind: forms, feeds, lists."""
    yield from (path for paths in pelicanconf.FORM_ADDRESSES.values() for path in paths.values())
    yield from (path for paths in pelicanconf.FEEDS.values() for path in paths.values())
    yield from (*pelicanconf.ADDRESSES["news"].values(), *pelicanconf.NEWS_ADDRESSES["from"].values())
    yield from (*pelicanconf.IMPORTANT_FEEDS.values(), *pelicanconf.RELEASES.values())
    for source in sources:
        if source.folder == "news":
            at = {name: paths[source.lang] for name, paths in pelicanconf.NEWS_ADDRESSES.items()}
            yield f"{at['from']}{source.key}/"
            for item in source.note.items:
                yield f"{at['kind']}{notes.kind_slug(item.kind, source.lang)}/"
                if item.module:
                    yield f"{at['module']}{notes.slug(item.module)}/"


def address_problems(sources: list[Source]) -> Iterator[Problem]:
    """No two pages at one address, no old path claimed twice, and the menu's pages where the menu looks for them."""
    taken: dict[str, Source] = {}
    made = {*made_addresses(sources)}
    ours = (*made, *pelicanconf.ADDRESSES["home"].values(), *FOLDERS)

    def at(source: Source, name: str, what: str, cure: str) -> Problem:
        return Problem(source.path, source.line_of(name), what, cure, f"{name}: {source[name]}")

    for source in sources:
        place = address(source)
        if place in taken and source["Slug"]:
            yield at(source, "Slug", f"adresu {place} už má {taken[place].path}", "zvolte jiný Slug")
        taken.setdefault(place, source)
        own = source.folder == "news" or source.key == "home" or not source["Slug"]
        if not own and any(path.startswith(place) for path in ours):
            yield at(source, "Slug", f"adresu {place} web potřebuje pro sebe", "zvolte jiný Slug")
        fixed = pelicanconf.ADDRESSES.get(source.key, {}).get(source.lang, place)
        if source.folder == "pages" and source["Slug"] and place != fixed:
            cure = f"napište Slug: {fixed.strip('/').removeprefix('en/')}"
            yield at(source, "Slug", f"menu čeká tuto stránku na {fixed}, ne na {place}", cure)
    bare_made = {path.rstrip("/") for path in made}
    owners = {place.rstrip("/"): source for place, source in taken.items()}
    for source in sources:
        for old in source["Redirect_from"].split():
            bare = old.rstrip("/")
            if bare in owners:
                what = f"stará cesta {old} už patří souboru {owners[bare].path}"
                yield at(source, "Redirect_from", what, "nechte ji jen na jednom místě")
            elif bare in bare_made:
                yield at(source, "Redirect_from", f"cesta {old} patří stránce, která na webu je", "smažte ji")
            owners.setdefault(bare, source)


def title_problems(sources: list[Source]) -> Iterator[Problem]:
    """No two texts of one language by the same name."""
    first: dict[tuple[str, str], Source] = {}
    for source in sources:
        other = first.setdefault((source.lang, source["Title"].casefold()), source)
        if other is not source and source["Title"] and source["Status"].lower() != "draft":
            what, cure = f"stejný nadpis už má {other.path}", "odlište je, třeba datem"
            yield Problem(source.path, source.line_of("Title"), what, cure, f"Title: {source['Title']}")


def description_problems(sources: list[Source]) -> Iterator[Problem]:
    """As long as search engines show."""
    for source in sources:
        if source["Description"] and len(source["Description"]) not in DESCRIPTION:
            what, cure = f"popis má {len(source['Description'])} znaků", "vyhledávače ukazují 50 až 170 znaků"
            yield Problem(source.path, source.line_of("Description"), what, cure, source["Description"], severe=False)


def main() -> int:
    """Write the ids that items lack, check the content folder and print what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("content", nargs="?", type=Path, default=Path(pelicanconf.PATH))
    parser.add_argument("--read-only", action="store_true", help="leave the files as they are")
    arguments = parser.parse_args()
    content = arguments.content
    begun = time.perf_counter()
    if not arguments.read_only:
        for path, number in ids.write(content):
            print(f"{path}: doplněno: {counted(number, 'značka', 'značky', 'značek')} u nových položek")
    found = problems(content)
    if found:
        print(report(found), end="\n\n")
    print(f"Obsah: {summary(found)} ({time.perf_counter() - begun:.1f} s)")
    return 1 if any(problem.severe for problem in found) else 0


if __name__ == "__main__":
    sys.exit(main())
