"""Builds the same bytes in less time: on all cores, and rendering no text twice.

What a text became is remembered under a hash of the text and of all that renders it, so it cannot go stale; builds that
run at the same time share it. `SPEED = False`, or SPEED=0 in the environment, leaves everything to Pelican.
"""

import gc
import json
import logging
import multiprocessing
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cached_property, partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from markdown import Markdown
from pelican import signals
from pelican.generators import Generator
from pelican.readers import MarkdownReader
from pelican.utils import pelican_open
from pelican.writers import FileOverwriteFailedError, Writer

from newsroom.typography import typeset_html
from plugins.typography import typeset_body

ROOT = Path(__file__).resolve().parent.parent
CORES = len(os.sched_getaffinity(0))
WORTH_A_FORK = 32  # texts or pages; fewer are done before other processes have begun
BATCH = 1000  # pages that may wait, each with its names, to be written together
DAY = 24 * 3600
KEPT = 30 * DAY  # for so long is remembered what no build has asked for
TABLE = """
CREATE TABLE IF NOT EXISTS rendered (key BLOB PRIMARY KEY, used_at REAL, html TEXT, fields TEXT);
CREATE INDEX IF NOT EXISTS used ON rendered (used_at);
"""

Text = tuple[bytes, str, str]  # the key of what it becomes, its language, itself
Rendered = tuple[str, dict[str, list[str]]]  # HTML, front matter
logger = logging.getLogger(__name__)

# What a text must hold somewhere for an inline pattern of Markdown's to find anything in it.
NEEDS = {
    "backtick": "`",
    "escape": "\\",
    "link": "[",
    "image_link": "![",
    "autolink": "<",
    "automail": "<",
    "html": "<",
    "entity": "&",
    **dict.fromkeys(("reference", "short_reference", "image_reference", "short_image_ref"), "]:"),
    **dict.fromkeys((f"smarty-quotes-{number}" for number in (0, *range(2, 11))), "'"),
    **dict.fromkeys((f"smarty-quotes-{number}" for number in (1, *range(11, 15))), '"'),
    **dict.fromkeys(("smarty-em-dashes", "smarty-en-dashes"), "--"),
    "smarty-ellipses": "...",
}


def on_all_cores(work: Callable[[Sequence[Any]], None], items: Sequence[Any]) -> None:
    """Have `work` done on shares of the items, in a process for each core; one that fails fails all."""
    if len(items) < WORTH_A_FORK or CORES == 1:
        work(items)
        return
    gc.freeze()  # the collector shall not copy, by touching it, what the processes share
    fork = multiprocessing.get_context("fork")
    workers = [fork.Process(target=work, args=(items[share::CORES],)) for share in range(CORES)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise RuntimeError("a worker failed; what it said stands above")


class Converter:
    """Markdown for many texts: one object, and for each text only the inline patterns that may find something in it."""

    def __init__(self, settings: dict[str, Any]) -> None:
        extensions = [*settings["extensions"], "markdown.extensions.meta"]
        self.markdown = Markdown(**settings | {"extensions": extensions})
        self.patterns = {}
        for processor in ("inline", "smarty"):
            registry = self.markdown.treeprocessors[processor].inlinePatterns
            needs = {registry.get_index_for_name(name): need for name, need in NEEDS.items() if name in registry}
            self.patterns[processor] = [(pattern, needs.get(index, "")) for index, pattern in enumerate(registry)]

    def convert(self, text: str) -> Rendered:
        """Return the HTML and the front matter of a text."""
        for processor, patterns in self.patterns.items():
            useful = [pattern for pattern, need in patterns if need in text]
            self.markdown.treeprocessors[processor].inlinePatterns = useful
        html = self.markdown.reset().convert(text)
        return html, self.markdown.Meta


class Memory:
    """What texts became when they were rendered and typeset, in one SQLite file."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings["MARKDOWN"]
        self.path = Path(settings["CACHE_PATH"], "rendered.sqlite3")
        code = (path for folder in ("plugins", "newsroom") for path in sorted((ROOT / folder).glob("*.py")))
        renders = [sys.version, version("markdown"), repr(self.settings), *(path.read_text("utf-8") for path in code)]
        self.salt = sha256("\0".join(renders).encode()).digest()

    @cached_property
    def converter(self) -> Converter:
        return Converter(self.settings)

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """Give the database for one transaction; each process opens its own."""
        with closing(sqlite3.connect(self.path, timeout=60)) as database, database:
            yield database

    def tidy(self) -> None:
        """Make the database if there is none, and forget what no build has asked for in a long time."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.database() as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.executescript(TABLE)
            database.execute("DELETE FROM rendered WHERE used_at < ?", (time.time() - KEPT,))

    def read(self, path: str) -> Text:
        """Return the text of a file."""
        with pelican_open(path) as text:
            lang = Path(path).stem.rpartition(".")[2]
            return sha256(b"\0".join((self.salt, lang.encode(), text.encode()))).digest(), lang, text

    def prepare(self, texts: list[Text]) -> None:
        """Render those of the texts that are new."""
        now = time.time()
        with self.database() as database:
            known = {
                key for key, *_ in texts if database.execute("SELECT 1 FROM rendered WHERE key = ?", (key,)).fetchone()
            }
            asked_for = [(now, key, now - DAY) for key in known]
            database.executemany("UPDATE rendered SET used_at = ? WHERE key = ? AND used_at < ?", asked_for)
        on_all_cores(self.render, [text for text in texts if text[0] not in known])

    def render(self, texts: Sequence[Text]) -> None:
        """Remember what texts become."""
        rows = []
        for key, lang, text in texts:
            html, fields = self.converter.convert(text)
            rows.append((key, time.time(), typeset_html(html, lang), json.dumps(fields)))
        with self.database() as database:
            database.executemany("INSERT OR REPLACE INTO rendered VALUES (?, ?, ?, ?)", rows)

    @cached_property
    def reading(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path)

    def recall(self, path: str) -> Rendered:
        """Return what a file became."""
        text = self.read(path)
        query = "SELECT html, fields FROM rendered WHERE key = ?"
        while not (row := self.reading.execute(query, text[:1]).fetchone()):
            self.render([text])
        return row[0], json.loads(row[1])


class RecallingReader(MarkdownReader):
    """Reads notes and pages by asking the memory."""

    def __init__(self, memory: Memory, settings: dict[str, Any]) -> None:
        super().__init__(settings)
        self.memory = memory

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        html, fields = self.memory.recall(source_path)
        values = {name: lines[0] if len(lines) == 1 else lines for name, lines in fields.items()}
        return html, {name: self.process_metadata(name, value) for name, value in values.items()}


class BatchWriter(Writer):
    """Lets pages wait, to be written on all cores together."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.waiting: list[tuple[str, Any, dict[str, Any], dict[str, Any]]] = []
        self.names: set[str] = set()
        self.templates: set[Any] = set()

    def write_file(self, name: str, template: Any, context: dict[str, Any], *arguments: Any, **options: Any) -> None:
        """Write the first page of a template, which compiles it for all; let the others wait."""
        if arguments or options.get("override_output") or template not in self.templates:
            self.templates.add(template)
            super().write_file(name, template, context, *arguments, **options)
            return
        if name in self.names:
            raise FileOverwriteFailedError(f"{name} would be written twice")
        self.names.add(name)
        content = options.get("article") or options.get("page")
        if context["static_links"] and content and content.get_static_links():
            content.content  # noqa: B018 - tells its pictures that they belong to this page
        self.waiting.append((name, template, context.copy(), options))
        if len(self.waiting) == BATCH:
            self.flush()

    def flush(self) -> None:
        """Write all that waits."""
        on_all_cores(self.write_all, self.waiting)
        self.waiting = []

    def write_all(self, pages: Sequence[tuple[str, Any, dict[str, Any], dict[str, Any]]]) -> None:
        for name, template, context, options in pages:
            super().write_file(name, template, context, **options)


class LastPages(Generator):
    """Runs after all other generators."""

    def generate_output(self, writer: Any) -> None:
        writer.flush()


def begin(pelican: Any) -> None:
    """Put our reader, writer and generator into Pelican's places for them."""
    settings = pelican.settings
    if not settings["SPEED"]:
        return
    memory = Memory(settings)
    folders = [Path(settings["PATH"], name) for name in settings["ARTICLE_PATHS"] + settings["PAGE_PATHS"]]
    try:
        memory.tidy()
        memory.prepare([memory.read(str(path)) for folder in folders for path in sorted(folder.rglob("*.md"))])
    except (OSError, sqlite3.Error) as error:
        logger.info("Builds slowly, for %s cannot be used: %s", memory.path, error)
        return
    gc.set_threshold(100_000)  # nearly all that a build makes lives as long as it
    settings["READERS"]["md"] = partial(RecallingReader, memory)
    signals.content_object_init.disconnect(typeset_body)  # it is typeset when it is remembered
    signals.get_writer.connect(batch_writer)
    signals.get_generators.connect(last_pages)


def batch_writer(_: Any) -> type[BatchWriter]:
    """Name the writer to Pelican."""
    return BatchWriter


def last_pages(_: Any) -> type[LastPages]:
    """Name the last generator to Pelican."""
    return LastPages


def register() -> None:
    """Run once all plugins are there."""
    signals.initialized.connect(begin)
