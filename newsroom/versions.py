"""What may be wrong with releases among each other: versions, their dates, the stops on the way."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from newsroom.notes import HEADINGS, version_order
from newsroom.problem import Problem
from newsroom.source import VERSION, Source, iso_date

FAR = timedelta(days=366)  # nobody announces a release so long before


def problems(sources: list[Source], now: datetime) -> Iterator[Problem]:
    """Give what is wrong between the notes of each language."""
    for lang in HEADINGS:
        notes = [source for source in sources if source.lang == lang and source.folder == "news"]
        releases = [source for source in notes if VERSION.fullmatch(source["Version"])]
        releases.sort(key=order)
        for earlier, later in pairwise(releases):
            yield from order_problems(earlier, later)
        by_version = {source["Version"]: source for source in releases}
        for source in releases:
            yield from requires_problems(source, by_version, now)
        for source in notes:
            if source.date and source.date > now + FAR:
                what, cure = "datum je víc než rok daleko", "zkontrolujte rok"
                yield at(source, "Date", what, cure, severe=False)
            named = iso_date(source.key[:10])
            if source.date and named and abs(source.date - named) > FAR:
                what, cure = "datum je víc než rok jinde než datum ve jménu souboru", "zkontrolujte rok"
                yield at(source, "Date", what, cure, severe=False)


def order(source: Source) -> tuple[int, ...]:
    """Return what sorts releases."""
    return version_order(source["Version"])


def at(source: Source, name: str, what: str, cure: str, severe: bool = True) -> Problem:
    """Return the problem of one field."""
    return Problem(source.path, source.line_of(name), what, cure, f"{name}: {source[name]}", severe)


def order_problems(earlier: Source, later: Source) -> Iterator[Problem]:
    """No version twice (4.7 and 4.07 are one), and dates in the order of versions."""
    if order(earlier) == order(later):
        yield at(later, "Version", f"verzi {later['Version']} už má {earlier.path}", "jednu z nich opravte")
    elif earlier.date and later.date and later.date < earlier.date and channel(earlier) == channel(later):
        what = f"vyšla dřív než nižší verze {earlier['Version']} ({earlier['Date']})"
        yield at(later, "Date", what, "zkontrolujte obě data", severe=False)


def channel(source: Source) -> str:
    """Return the channel, stable if none is given."""
    return source["Channel"] or "stable"


def requires_problems(source: Source, releases: dict[str, Source], now: datetime) -> Iterator[Problem]:
    """A stop on the way is an older release that is out, or comes out together with this one."""
    required = source["Requires"]
    if not VERSION.fullmatch(required):
        return  # frontmatter says it
    stop = releases.get(required)
    if stop is None:
        near = max((v for v in releases if version_order(v) < version_order(required)), key=version_order, default="")
        cure = f"založte ji, nebo uveďte jinou (nejbližší nižší je {near})" if near else "založte ji, nebo řádek smažte"
        yield at(source, "Requires", f"verze {required} nemá oznámení", cure)
    elif order(stop) >= order(source):
        yield at(source, "Requires", f"verze {required} není starší než {source['Version']}", "uveďte starší")
    elif stop.held_back(now) and not source.held_back(now):
        yield at(source, "Requires", f"verze {required} ještě nevyšla", "počkejte, až vyjde, nebo uveďte jinou")
    elif channel(stop) == "beta" and channel(source) != "beta":
        what, cure = f"verze {required} je beta", "uveďte stabilní, betu většina zákazníků nedostane"
        yield at(source, "Requires", what, cure, severe=False)
