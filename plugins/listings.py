"""Writes the pages that no content file stands behind: the news, also by kind and module, and those of errors."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from pelican import signals
from pelican.generators import Generator

from newsroom.notes import HEADINGS, KINDS, kind_slug, slug
from plugins.changes import Change
from plugins.structured import breadcrumbs, home_step, news_step, organization

ROOM = 80  # items that a filtered page shows; it leads to the older ones, so that no page grows for ever

# What the web server says by itself, when the forms app is away or was not asked: its status, and the words for it.
PROBLEMS = {"400": "400", "405": "405", "413": "413", "429": "busy", "502": "down"}

Found = list[tuple[Any, list[Change]]]  # notes, newest first, each with those of its items that are asked for


class Listings(Generator):
    def generate_output(self, writer: Any) -> None:
        self.writer = writer
        news, listed = self.context["NEWS"], self.context["LISTED"]
        self.context.setdefault("WRITTEN", {})
        twins = twin_modules(news)
        kinds = {lang: by_kind(notes) for lang, notes in listed.items()}
        modules = {lang: by_module(notes) for lang, notes in news.items()}
        for lang in self.settings["LANGUAGES"]:
            kind_pages = [
                (HEADINGS[lang][kind], kinds[lang][kind], self.alternates("kind", kind_names(kind, kinds)))
                for kind in KINDS
                if kind in kinds[lang]
            ]
            module_pages = [
                (name, found, self.alternates("module", {lang: key, **twins.get((lang, key), {})}))
                for key, (name, found) in sorted(modules[lang].items())
            ]
            pages = {"kinds": kind_pages, "modules": module_pages}
            filters = {name: [(label, to[lang]) for label, _, to in made] for name, made in pages.items()}
            self.write_news(lang, listed[lang], filters)
            for label, found, alternates in [*kind_pages, *module_pages]:
                self.write_filtered(lang, label, found, alternates, filters)
            self.write_error("404", lang, "404")
            for status, words in PROBLEMS.items():
                trouble = self.settings["TEXTS"][lang]["problem"][words]
                self.write_error(status, lang, "forms/problem", trouble=trouble)

    def alternates(self, what: str, names: dict[str, str]) -> dict[str, str]:
        """Return the addresses of a filtered page, from its name in each language that has it."""
        bases = self.context["NEWS_ADDRESSES"][what]
        return {lang: f"{bases[lang]}{names[lang]}/" for lang in self.settings["LANGUAGES"] if lang in names}

    def write_news(self, lang: str, notes: list[Any], filters: dict[str, Any]) -> None:
        """All notes, newest first, and the same by year."""
        facts, addresses = self.context, self.context["ADDRESSES"]["news"]
        self.write(
            "news",
            lang,
            addresses,
            releases=notes,
            years=[(year, list(made)) for year, made in groupby(notes, key=lambda note: note.date.year)],
            filters=filters,
            jsonld=[organization(facts), breadcrumbs(facts, home_step(facts, lang), news_step(facts, lang))],
        )

    def write_filtered(
        self, lang: str, label: str, found: Found, alternates: dict[str, str], filters: dict[str, Any]
    ) -> None:
        """The items of one kind or module, the newest in full."""
        facts, shown, room = self.context, 0, ROOM
        while shown < len(found) and room > 0:
            room -= len(found[shown][1])
            shown += 1
        steps = (home_step(facts, lang), news_step(facts, lang), (label, alternates[lang]))
        self.write(
            "filtered",
            lang,
            alternates,
            label=label,
            found=found[:shown],
            older=found[shown:],
            filters=filters,
            jsonld=[organization(facts), breadcrumbs(facts, *steps)],
        )

    def write_error(self, status: str, lang: str, template: str, **names: Any) -> None:
        """What the web server shows instead of a page; its language switch leads home."""
        home = self.context["ADDRESSES"]["home"]
        names |= {"lang": lang, "address": f"{home[lang]}{status}.html", "alternates": home, "active": ""}
        self.writer.write_file(
            f"{home[lang]}{status}.html".lstrip("/"),
            self.get_template(template),
            self.context,
            noindex=True,
            jsonld=[organization(self.context)],
            **names,
        )

    def write(self, template: str, lang: str, addresses: dict[str, str], **names: Any) -> None:
        """Write one page of the news and remember its address for the sitemap."""
        write_page(self, self.writer, template, lang, addresses, **names)


def write_page(generator: Any, writer: Any, template: str, lang: str, addresses: dict[str, str], **names: Any) -> None:
    """Write a page of the news that no file stands behind, and remember its address for the sitemap."""
    generator.context["WRITTEN"][addresses[lang]] = addresses
    names |= {"lang": lang, "address": addresses[lang], "alternates": addresses, "active": "news"}
    save_as = f"{addresses[lang]}index.html".lstrip("/")
    writer.write_file(save_as, generator.get_template(template), generator.context, **names)


def by_kind(notes: Iterable[Any]) -> dict[str, Found]:
    """Return the notes with their items of each kind."""
    found: dict[str, Found] = defaultdict(list)
    for note in notes:
        for section in note.sections:
            found[section.kind].append((note, [change for items in section.modules.values() for change in items]))
    return found


def by_module(notes: Iterable[Any]) -> dict[str, tuple[str, Found]]:
    """Return each module's usual name and the notes with its items, by what stands for it in an address."""
    names: dict[str, Counter[str]] = defaultdict(Counter)
    found: dict[str, dict[str, tuple[Any, list[Change]]]] = defaultdict(dict)
    for note in notes:
        for change in note.changes:
            if change.module:
                key = slug(change.module)
                names[key][change.module] += 1
                found[key].setdefault(note.key, (note, []))[1].append(change)
    return {key: (names[key].most_common(1)[0][0], list(made.values())) for key, made in found.items()}


def kind_names(kind: str, kinds: dict[str, dict[str, Found]]) -> dict[str, str]:
    """Return what stands for a kind in the addresses of the languages that have it."""
    return {lang: kind_slug(kind, lang) for lang in kinds if kind in kinds[lang]}


def twin_modules(news: dict[str, list[Any]]) -> dict[tuple[str, str], dict[str, str]]:
    """Return for a module of one language its name in the other, as translated notes have them item by item."""
    pairs = Counter(
        (slug(one.module), slug(other.module))
        for note, translation in translated(news)
        for one, other in zip(note.changes, translation.changes, strict=True)
        if one.module and other.module
    )
    twins: dict[tuple[str, str], dict[str, str]] = {}
    for (czech, english), _ in pairs.most_common():  # each module goes with the one that it meets most often
        if ("cs", czech) not in twins and ("en", english) not in twins:
            twins["cs", czech], twins["en", english] = {"en": english}, {"cs": czech}
    return twins


def translated(news: dict[str, list[Any]]) -> Iterable[tuple[Any, Any]]:
    """Give the notes with their translation where both have the same number of items of each kind."""
    english = {note.key: note for note in news["en"]}
    for note in news["cs"]:
        if note.key in english and note.counts == english[note.key].counts:
            yield note, english[note.key]


def listings(_: Any) -> type[Listings]:
    """Name the generator to Pelican."""
    return Listings


def register() -> None:
    """Add the generator, which runs after articles and pages."""
    signals.get_generators.connect(listings)
