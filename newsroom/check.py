"""`make check`: everything that is wrong in content/, all at once, each with its cure; a fault makes exit status 1."""

import argparse
import gc
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pelicanconf
from newsroom import (
    addresses,
    body,
    clock,
    data,
    days,
    files,
    frontmatter,
    ids,
    items,
    leftovers,
    structure,
    translation,
    versions,
)
from newsroom.body import TEMPLATE_ID
from newsroom.links import Site
from newsroom.problem import Problem, counted, report, summary
from newsroom.source import Source, read_all

DESCRIPTION = range(50, 171)  # characters of a description that search engines show


def problems(content: Path, now: datetime | None = None) -> list[Problem]:
    """Return every fault and warning of a content folder, in the order of files and lines."""
    sources, found = read_all(content)
    now = now or clock.now()
    site = survey(content, sources, now)
    for source in sources:
        found += frontmatter.problems(source)
        found += body.problems(source, site)
        found += structure.problems(source, site)
        found += leftovers.problems(source)
        found += days.problems(source)
        found += items.problems(source) if source.folder == "news" else []
    found += translation.problems(sources)
    found += versions.problems(sources, now)
    found += items.module_problems([source for source in sources if source.folder == "news"])
    found += addresses.problems(sources)
    found += title_problems(sources)
    found += lonely_problems(sources, site)
    found += description_problems(sources)
    found += files.problems(content, site.used)
    found += data.problems(content, now)
    return sorted(set(found))


def survey(content: Path, sources: list[Source], now: datetime) -> Site:
    """Collect what links may lead to."""
    theme = Path(pelicanconf.THEME, "templates", "blocks")
    answering: dict[str, Source | None] = dict.fromkeys(addresses.without_file(sources))
    answering |= {addresses.of(source): source for source in sources}
    names = {f"{source.folder}/{source.key}.{source.lang}.md": source for source in sources}
    return Site(
        content,
        pelicanconf.ORIGIN,
        sources=names,
        addresses=answering,
        blocks={path.stem: set(TEMPLATE_ID.findall(path.read_text("utf-8"))) for path in sorted(theme.glob("*.html"))},
        held_back={source.path for source in sources if source.held_back(now)},
        twins=addresses.twins(sources),
    )


def title_problems(sources: list[Source]) -> Iterator[Problem]:
    """No two texts of one language by the same name."""
    first: dict[tuple[str, str], Source] = {}
    for source in sources:
        other = first.setdefault((source.lang, source["Title"].casefold()), source)
        if other is not source and source["Title"] and source["Status"].lower() != "draft":
            what, cure = f"stejný nadpis už má {other.path}", "odlište je, třeba datem"
            yield Problem(source.path, source.line_of("Title"), what, cure, f"Title: {source['Title']}")


def lonely_problems(sources: list[Source], site: Site) -> Iterator[Problem]:
    """Pages that nothing leads to: neither the menu nor a link."""
    for source in sources:
        known = source.folder == "news" or source.key in pelicanconf.ADDRESSES or source.path in site.linked
        if not known and source["Status"].lower() != "draft":
            what, cure = "na stránku nevede žádný odkaz", "odkažte na ni z jiné, jinak ji nikdo nenajde"
            yield Problem(source.path, 1, what, cure, severe=False)


def description_problems(sources: list[Source]) -> Iterator[Problem]:
    """As long as search engines show."""
    for source in sources:
        if source["Description"] and len(source["Description"]) not in DESCRIPTION:
            what, cure = f"popis má {len(source['Description'])} znaků", "vyhledávače ukazují 50 až 170 znaků"
            yield Problem(source.path, source.line_of("Description"), what, cure, source["Description"], severe=False)
        if len(source["Summary"]) >= DESCRIPTION.stop:
            what, cure = f"shrnutí má {len(source['Summary'])} znaků", "vyhledávače ukazují nejvýš 170 znaků"
            yield Problem(source.path, source.line_of("Summary"), what, cure, source["Summary"], severe=False)


def main() -> int:
    """Write the ids that items lack, check the content folder and print what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("content", nargs="?", type=Path, default=Path(pelicanconf.PATH))
    parser.add_argument("--read-only", action="store_true", help="leave the files as they are")
    arguments = parser.parse_args()
    content = arguments.content
    begun = time.perf_counter()
    gc.disable()  # all that is read is needed to the end; to look for garbage in it takes a tenth of the time
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
