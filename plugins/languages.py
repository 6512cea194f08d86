"""Gives Czech and English equal rights: lists per language, and on every page the addresses of its translations.

Pelican knows one main language and puts an English-only note among the Czech ones (getpelican/pelican#219); here
everything that is not Czech counts as a translation, and drafts stand where they will stand once published.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from pelican import signals


def part_languages(generator: Any) -> None:
    """Keep Czech notes as Pelican's articles, and all others as translations."""
    notes = generator.articles + generator.translations + generator.drafts + generator.drafts_translations
    generator.articles = [note for note in notes if note.in_default_lang]
    generator.translations = [note for note in notes if not note.in_default_lang]
    generator.drafts, generator.drafts_translations = [], []


def place_home(content: Any) -> None:
    """Serve the home page from the root of its language."""
    if getattr(content, "key", "") == "home":
        folder = "" if content.in_default_lang else f"{content.lang}/"
        content.override_url, content.override_save_as = folder, f"{folder}index.html"


def link_translations(items: Iterable[Any], languages: Iterable[str]) -> None:
    """Set `address` and `alternates` (language -> address, itself included) on items that share a key."""
    groups: dict[str, dict[str, Any]] = defaultdict(dict)
    for item in items:
        groups[item.key][item.lang] = item
    for group in groups.values():
        alternates = {lang: f"/{group[lang].url}" for lang in languages if lang in group}
        for lang, item in group.items():
            item.address, item.alternates = alternates[lang], alternates


def finish_articles(generator: Any) -> None:
    """Put the notes of each language, newest first, into the context as NEWS."""
    notes = generator.articles + generator.translations
    link_translations(notes, generator.settings["LANGUAGES"])
    for note in notes:
        note.active = "news"
    notes.sort(key=lambda note: (note.date, note.key), reverse=True)
    generator.context["NEWS"] = {
        lang: [note for note in notes if note.lang == lang] for lang in generator.settings["LANGUAGES"]
    }


def finish_pages(generator: Any) -> None:
    """Put all pages into the context as PAGES."""
    pages = generator.pages + generator.translations + generator.draft_pages + generator.draft_translations
    link_translations(pages, generator.settings["LANGUAGES"])
    for page in pages:
        page.active = page.key if page.key in generator.settings["ADDRESSES"] else ""
    generator.context["PAGES"] = pages


def register() -> None:
    """Connect to the moments when notes and pages are read."""
    signals.content_object_init.connect(place_home)
    signals.article_generator_pretaxonomy.connect(part_languages)
    signals.article_generator_finalized.connect(finish_articles)
    signals.page_generator_finalized.connect(finish_pages)
