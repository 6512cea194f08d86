"""Writes the pages that no content file stands behind: the news and the 404, in each language."""

from itertools import groupby
from typing import Any

from pelican import signals
from pelican.generators import Generator

from plugins.structured import breadcrumbs, home_step, news_step, organization


class Listings(Generator):
    def generate_output(self, writer: Any) -> None:
        for lang in self.settings["LANGUAGES"]:
            self.write_news(writer, lang)
            self.write_missing(writer, lang)

    def write_news(self, writer: Any, lang: str) -> None:
        """All notes of one language, newest first, and the same by year."""
        facts, releases = self.context, self.context["NEWS"][lang]
        self.write(
            writer,
            "news",
            facts["ADDRESSES"]["news"][lang] + "index.html",
            lang=lang,
            address=facts["ADDRESSES"]["news"][lang],
            alternates=facts["ADDRESSES"]["news"],
            active="news",
            releases=releases,
            years=[(year, list(notes)) for year, notes in groupby(releases, key=lambda note: note.date.year)],
            jsonld=[organization(facts), breadcrumbs(facts, home_step(facts, lang), news_step(facts, lang))],
        )

    def write_missing(self, writer: Any, lang: str) -> None:
        """What the web server shows for an address that is not there; its language switch leads home."""
        home = self.context["ADDRESSES"]["home"]
        self.write(
            writer,
            "404",
            home[lang] + "404.html",
            lang=lang,
            address=home[lang] + "404.html",
            alternates=home,
            active="",
            noindex=True,
            jsonld=[organization(self.context)],
        )

    def write(self, writer: Any, template: str, save_as: str, **names: Any) -> None:
        writer.write_file(save_as.lstrip("/"), self.get_template(template), self.context, **names)


def listings(_: Any) -> type[Listings]:
    """Name the generator to Pelican."""
    return Listings


def register() -> None:
    """Add the generator, which runs after articles and pages."""
    signals.get_generators.connect(listings)
