"""What must not happen to a live site unnoticed: pages, addresses, changes or feed entries that are suddenly gone."""

from collections.abc import Iterator

from newsroom.manifest import Manifest, is_list
from newsroom.problem import counted


def objections(live: Manifest, new: Manifest, share: int) -> Iterator[str]:
    """Give a line for each reason not to put `new` in the place of `live`; `share` is in per cent of live pages."""
    if len(new.pages) * 100 < len(live.pages) * share:
        pages = counted(len(new.pages), "stránku", "stránky", "stránek")
        yield f"web by měl jen {pages} místo {len(live.pages)}"
    for address in live.pages.keys() - new.pages.keys():
        if address not in new.redirects and not is_list(address):
            yield f"{address} by zmizela; na stránku, která ji nahrazuje, napište Redirect_from: {address}"
    for address, ids in live.items.items():
        if address in new.pages:
            for gone in set(ids) - set(new.items.get(address, [])):
                yield f"{address}#{gone} by zmizela; vraťte té položce její {{#{gone}}}"
    for feed, entries in live.feeds.items():
        yield from feed_objections(feed, entries, new)


def feed_objections(feed: str, entries: dict[str, list[str]], new: Manifest) -> Iterator[str]:
    """An entry may leave a feed only by age, behind the oldest that is still there, or with its page."""
    now = new.feeds.get(feed, {})
    oldest = min((published for _, published in now.values()), default="")
    for gone in entries.keys() - now.keys():
        address, published = entries[gone]
        if published >= oldest and address in new.pages:
            yield f"z {feed} by zmizela položka {gone} ({address}); čtečky by ji ztratily, nebo hlásily znovu"
