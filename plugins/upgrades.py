"""Writes `/aktuality/od/4.24/`: all that lies between one version and the newest stable one, on one page.

The releases are walked once, from the newest back, and every page is what was gathered so far. Only the newest
versions have a page of their own; an older one is led to the oldest of these, which also says what it must do before.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape
from pelican import signals
from pelican.generators import Generator

from newsroom.notes import HEADINGS, KINDS, slug, version_order
from plugins.changes import Change
from plugins.listings import write_page
from plugins.structured import breadcrumbs, home_step, news_step, organization


class Upgrades(Generator):
    def generate_output(self, writer: Any) -> None:
        self.writer, self.context["MOVED"] = writer, {}
        for lang in self.settings["LANGUAGES"]:
            if releases := self.context["RELEASED"][lang]:
                self.write_all(lang, releases)

    def write_all(self, lang: str, releases: list[Any]) -> None:
        """Write the pages of one language; the releases come newest first."""
        room = self.settings["UPGRADE_PAGES"]
        own, older = releases[:room], releases[room:]
        way = self.way(lang)
        self.write_choice(lang)
        for note in own:
            before = self.way(lang) if older and note is own[-1] else None
            if before:
                for earlier in (note, *older):
                    before.add_duties(earlier)
            self.write_from(lang, note, way, before)
            if note.channel == "stable":
                way.add(note)
        base, oldest = self.context["NEWS_ADDRESSES"]["from"][lang], own[-1].version
        self.context["MOVED"] |= {f"{base}{note.version}/": f"{base}{oldest}/" for note in older}

    def way(self, lang: str) -> "Way":
        """Return a way on which no release lies yet."""
        return Way(lang, self.settings["SITEURL"], self.settings["TEXTS"][lang]["news"]["only"])

    def write_from(self, lang: str, note: Any, way: "Way", before: "Way | None") -> None:
        """Write the page of one version; `before` is what those with an even older one must do first."""
        facts = self.context
        addresses = {code: f"{at}{note.version}/" for code, at in facts["NEWS_ADDRESSES"]["from"].items()}
        title = facts["TEXTS"][lang]["upgrade"]["title"].format(version=note.version)
        steps = (home_step(facts, lang), news_step(facts, lang), (title, addresses[lang]))
        write_page(
            self,
            self.writer,
            "upgrade",
            lang,
            addresses,
            start=note,
            way=way.seen_from(note),  # as it is now: pages may be rendered when all is gathered
            before=before.seen_from() if before else None,
            jsonld=[organization(facts), breadcrumbs(facts, *steps)],
        )

    def write_choice(self, lang: str) -> None:
        """Write the page where a version is chosen."""
        facts, addresses = self.context, self.context["NEWS_ADDRESSES"]["from"]
        steps = (home_step(facts, lang), news_step(facts, lang))
        last = (facts["TEXTS"][lang]["upgrade"]["choose"], addresses[lang])
        write_page(
            self,
            self.writer,
            "versions",
            lang,
            addresses,
            jsonld=[organization(facts), breadcrumbs(facts, *steps, last)],
        )


class Way:
    """What lies on the way from some version to the newest; releases are added from the newest back."""

    def __init__(self, lang: str, siteurl: str, only: str) -> None:
        self.lang, self.siteurl = lang, siteurl
        self.only = f' <span class="tag" lang="{lang}">{escape(only)}</span>'
        self.releases: list[Any] = []
        self.required: set[str] = set()
        self.todo: list[list[str]] = []  # what must be done, release by release
        self.lines: dict[str, dict[str, list[str]]] = {kind: defaultdict(list) for kind in KINDS}

    def add(self, note: Any) -> None:
        """Add the next older release."""
        self.releases.append(note)
        self.add_duties(note)
        for change in note.changes:
            if change.kind != "action":
                module = change.module if note.lang == self.lang else ""
                self.lines[change.kind][module].append(self.line(note, change, not module))

    def add_duties(self, note: Any) -> None:
        """Add only what the next older release demands: its stop and what must be done."""
        if note.requires:
            self.required.add(note.requires)
        self.todo.append([self.line(note, change, True) for change in note.changes if change.kind == "action"])

    def line(self, note: Any, change: Change, with_module: bool) -> str:
        """Return an item with the release that it came in; one that is not translated says so."""
        foreign = note.lang != self.lang
        lang, only = (f' lang="{note.lang}"', self.only) if foreign else ("", "")
        module = f"<strong>{escape(change.module)}:</strong> " if with_module and change.module else ""
        since = f'<a class="since" href="{self.siteurl}{escape(note.address)}#{change.id}">{escape(note.version)}</a>'
        return f"<li{lang}>{module}{change.html}{only} {since}</li>\n"

    def seen_from(self, start: Any = None) -> "View":
        """Return what the page of a version shows."""
        least = version_order(start.version) if start else ()
        return View(
            newest=self.releases[0] if self.releases else None,
            stops=sorted((stop for stop in self.required if version_order(stop) > least), key=version_order),
            actions=joined(line for lines in reversed(self.todo) for line in lines),
            sections=[
                (slug(heading), heading, [(name, joined(lines)) for name, lines in sorted(modules.items())])
                for kind, heading in HEADINGS[self.lang].items()
                if (modules := self.lines[kind])
            ],
            silent=[note for note in self.releases if not note.changes],
        )


@dataclass(frozen=True)
class View:
    """A way as far as it is gathered."""

    newest: Any  # the release that it leads to, None if one stands there already
    stops: list[str]  # the versions that may not be skipped, in order
    actions: Markup  # what must be done, in the order of versions
    sections: list[tuple[str, str, list[tuple[str, Markup]]]]  # (id, heading, modules with their items)
    silent: list[Any]  # the releases whose notes have no items


def joined(lines: Iterable[str]) -> Markup:
    """Return lines that `Way.line` has made as they stand on a page."""
    return Markup("".join(lines))  # noqa: S704 - what a text or file gave is escaped there


def upgrades(_: Any) -> type[Upgrades]:
    """Name the generator to Pelican."""
    return Upgrades


def register() -> None:
    """Add the generator, which runs after articles and pages."""
    signals.get_generators.connect(upgrades)
