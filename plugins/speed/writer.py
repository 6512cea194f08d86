"""Writes pages beside the rest of the build, and renders no note's page again that would be the same."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from markupsafe import Markup
from pelican.utils import sanitised_join
from pelican.writers import FileOverwriteFailedError, Writer

from plugins.speed.cores import Crew
from plugins.speed.memory import Memory
from plugins.speed.texts import TOGETHER, Texts, lent

BATCH = 5000  # pages that may wait, each with its names, to be written together

# All that the page of a note may know, which is what its key is made of.
SITE = (
    *("SITENAME", "VENDOR", "ORIGIN", "SITEURL", "PREVIEW", "LANGUAGES", "TEXTS", "FIGURES_LINE", "MENU", "ASSETS"),
    *("ADDRESSES", "NEWS_ADDRESSES", "FORM_ADDRESSES", "NEWEST"),
)
PAGE = ("lang", "address", "alternates", "active", "jsonld")
NEIGHBOUR = ("title", "address", "lang")
NOTE = (
    *("title", "description", "lang", "status", "public", "upcoming", "date", "version", "channel", "alternates"),
    *("requires", "support_until", "supported"),
)

Page = tuple[str, Any, dict[str, Any], dict[str, Any]]  # name of the file, template, its own names, Pelican's options


class BatchWriter(Writer):
    """Lets the pages of articles and pages wait, to be written together while the build goes on."""

    texts: Texts  # set, like the processes, before Pelican makes its writer
    crew = Crew()

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.waiting: list[Page] = []
        self.names: set[str] = set()
        self.templates: set[Any] = set()

    def write_file(self, name: str, template: Any, context: dict[str, Any], *arguments: Any, **options: Any) -> None:
        """Let a page wait, but not the first of its template, which compiles it for all.

        What other pages show may be changed by their generator for the next one, so they are written at once.
        """
        content = options.get("article") or options.get("page")
        overriding = options.get("override_output")  # of what Pelican keeps account itself
        if not overriding:
            if name in self.names:
                raise FileOverwriteFailedError(f"{name} would be written twice")
            self.names.add(name)
        if not content or arguments or overriding or template not in self.templates:
            self.templates.add(template)
            super().write_file(name, template, context, *arguments, **options)
            return
        if context["static_links"] and content.get_static_links():
            content.content  # noqa: B018 - tells its pictures that they belong to this page
        self.context = context
        self.waiting.append((name, template, chosen(context, PAGE), options))
        if len(self.waiting) == BATCH:
            self.flush()

    def flush(self) -> None:
        """Begin to write all that waits."""
        if self.waiting:
            self.crew.start(self.write_all, self.waiting)
        self.waiting = []

    def write_all(self, pages: Sequence[Page]) -> None:
        """Write pages as Pelican does, but those of notes from memory where it has them."""
        site, memory = chosen(self.context, SITE), self.texts.memory
        facts = plain(site)
        known, new = [], []
        for name, template, own, options in pages:
            note: Any = options.get("article")
            if not lent(note) or self.texts.demands(note)["blocks"]:  # a block may show anything
                super().write_file(name, template, self.context | own, **options)
                continue
            described = describe(note)
            key = memory.key(facts, plain([own, described]), self.texts.origin(note))
            if page := memory.get(key):
                known.append(key)
            else:
                article = SimpleNamespace(**described, body=note.body, sections=note.sections)
                page = template.render(site | own, article=article)
                new.append((key, page))
            write(Path(sanitised_join(self.output_path, name)), page)
            if len(new) == TOGETHER:
                memory.keep(new, [])
                new = []
        memory.keep(new, known)


def chosen(names: Mapping[str, Any], wanted: Iterable[str]) -> dict[str, Any]:
    """Return some of the names."""
    return {name: names[name] for name in wanted if name in names}


def forms_from_memory(memory: Memory, settings: dict[str, Any]) -> None:
    """Let templates ask the forms app, which takes longer than all else to begin, only for forms that are new."""
    markup, facts = settings["JINJA_GLOBALS"]["form_markup"], plain(chosen(settings, SITE))

    def remembered(kind: str, lang: str) -> Markup:
        key = memory.key("form", facts, kind, lang)
        if known := memory.get(key):
            memory.keep([], [key])
            return Markup(known)  # noqa: S704 - as the forms app gave it
        form = markup(kind, lang)
        memory.keep([(key, str(form))], [])
        return form  # type: ignore[no-any-return]

    settings["JINJA_GLOBALS"]["form_markup"] = remembered


def describe(note: Any) -> dict[str, Any]:
    """Return all that the page of a note may know of it, but its text and what is made of that."""
    facts: dict[str, Any] = {name: getattr(note, name) for name in NOTE}
    for way in ("previous", "next"):
        other = getattr(note, way)
        facts[way] = {name: getattr(other, name) for name in NEIGHBOUR} if other else None
    return facts


def plain(value: Any) -> str:
    """Return data as text, equal only for equal data."""
    return json.dumps(value, ensure_ascii=False, default=lambda day: day.isoformat())


def write(path: Path, page: str) -> None:
    """Write a page, if it does not stand there already: reading costs less."""
    data = page.encode()
    if not path.is_file() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
