"""What must not happen to a live site unnoticed: pages, addresses, changes or feed entries that are suddenly gone."""

from collections.abc import Iterator, Mapping

from newsroom.manifest import Manifest, is_list
from newsroom.problem import counted


def objections(live: Manifest, new: Manifest, share: int, held: Mapping[str, str]) -> Iterator[str]:
    """Give a line for each reason not to put `new` in the place of `live`; `share` is in per cent of live pages.

    `held` gives the files of what is not to be out now, by their addresses.
    """
    before, after = lasting(live), lasting(new)
    if len(after) * 100 < len(before) * share:
        yield f"web by měl jen {counted(len(after), 'stránku', 'stránky', 'stránek')} místo {len(before)}"
    for address in before - after:
        if address in held:
            what = f"{held[address]} je teď koncept, nebo má budoucí datum"
            yield f"{address} by zmizela: {what}; vraťte hlavičku, jak byla"
        elif address not in new.redirects:
            yield f"{address} by zmizela; na stránku, která ji nahrazuje, napište Redirect_from: {address}"
    for address, ids in live.items.items():
        if address in new.pages:
            for gone in ids.keys() - new.items.get(address, {}).keys():
                said = f" („{ids[gone]}“)" if ids[gone] else ""
                yield f"{address}#{gone}{said} by zmizela; na konec té položky, i přepsané, dejte {{#{gone}}}"
    for feed, entries in live.feeds.items():
        yield from feed_objections(feed, entries, new)


def lasting(manifest: Manifest) -> set[str]:
    """Return the addresses that do not come and go with what the notes say."""
    return {address for address in manifest.pages if not is_list(address)}


def feed_objections(feed: str, entries: dict[str, list[str]], new: Manifest) -> Iterator[str]:
    """An entry may leave a feed only by age, behind the oldest that is still there, or with its page."""
    now = new.feeds.get(feed, {})
    oldest = min((published for _, published in now.values()), default="")
    for gone in entries.keys() - now.keys():
        address, published = entries[gone]
        if published >= oldest and address in new.pages:
            yield f"z {feed} by zmizela položka {gone} ({address}); čtečky by ji ztratily, nebo hlásily znovu"
