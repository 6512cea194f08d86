"""Where pages and notes will stand, what else stands on the site, and what would get in each other's way."""

from collections import defaultdict
from collections.abc import Iterator

import pelicanconf
from newsroom import notes
from newsroom.problem import Problem
from newsroom.source import Source

FOLDERS = ("/assets/", pelicanconf.PREVIEWS)  # where no page may stand, beside without_file()


def problems(sources: list[Source]) -> Iterator[Problem]:
    """No two pages at one address, no old path claimed twice, and the menu's pages where the menu looks for them."""
    taken: dict[str, Source] = {}
    made = {*without_file(sources)}
    ours = (*made, *pelicanconf.ADDRESSES["home"].values(), *FOLDERS)

    def at(source: Source, name: str, what: str, cure: str) -> Problem:
        return Problem(source.path, source.line_of(name), what, cure, f"{name}: {source[name]}")

    for source in sources:
        place = of(source)
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
            elif bare in bare_made or f"{bare}/".startswith(FOLDERS):
                yield at(source, "Redirect_from", f"cesta {old} patří stránce, která na webu je", "smažte ji")
            owners.setdefault(bare, source)


def of(source: Source) -> str:
    """Return where a page or note will stand."""
    if source.folder == "news":
        return pelicanconf.ADDRESSES["news"][source.lang] + f"{source.key}/"
    home = pelicanconf.ADDRESSES["home"][source.lang]
    return home if source.key == "home" else f"{home}{source['Slug']}/"


def twins(sources: list[Source]) -> dict[str, str]:
    """Return the addresses that have a like in the other language, with it."""
    pairs = [*pelicanconf.ADDRESSES.values(), *pelicanconf.FORM_ADDRESSES.values()]
    by_key: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for source in sources:
        by_key[source.folder, source.key][source.lang] = of(source)
    both = [(pair["cs"], pair["en"]) for pair in (*pairs, *by_key.values()) if len(pair) == 2]
    return dict(both) | {english: czech for czech, english in both}


def without_file(sources: list[Source]) -> Iterator[str]:
    """Give the addresses that no file stands behind: forms, feeds, lists."""
    yield from (path for paths in pelicanconf.FORM_ADDRESSES.values() for path in paths.values())
    yield from (path for paths in pelicanconf.FEEDS.values() for path in paths.values())
    yield from (*pelicanconf.ADDRESSES["news"].values(), *pelicanconf.NEWS_ADDRESSES["from"].values())
    yield from (*pelicanconf.IMPORTANT_FEEDS.values(), *pelicanconf.RELEASES.values(), "/sitemap.xml")
    for source in sources:
        if source.folder == "news":
            at = {name: paths[source.lang] for name, paths in pelicanconf.NEWS_ADDRESSES.items()}
            yield f"{at['from']}{source.key}/"
            for item in source.note.items:
                yield f"{at['kind']}{notes.kind_slug(item.kind, source.lang)}/"
                if item.module:
                    yield f"{at['module']}{notes.slug(item.module)}/"
