"""Builds the same bytes in less time: on all cores, and rendering no text twice.

`SPEED = False`, or SPEED=0 in the environment, leaves everything to Pelican.
"""

import gc
import logging
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

from pelican import signals
from pelican.contents import Article

from plugins.speed.memory import Memory, RecallingReader
from plugins.speed.writer import BatchWriter
from plugins.typography import typeset_body

logger = logging.getLogger(__name__)


def begin(pelican: Any) -> None:
    """Put our reader and writer into Pelican's places for them."""
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
    if not settings["SITEURL"]:  # what plugins.prefix made of a preview's texts is not remembered
        signals.content_object_init.connect(partial(recall_text, memory), weak=False)
    signals.get_writer.connect(batch_writer)
    signals.article_generator_finalized.connect(remember_addresses)
    signals.page_generator_finalized.connect(remember_addresses)
    signals.article_writer_finalized.connect(write_waiting)
    signals.page_writer_finalized.connect(write_waiting)


def remember_addresses(generator: Any) -> None:
    """Let Pelican not work out an address anew for every link that leads there."""
    for content in {*generator.context["generated_content"].values()} - {None}:
        content.override_url = content.url


def recall_text(memory: Memory, content: Any) -> None:
    """Let a note have its text from the memory when it is asked for: thousands of them fill the machine's."""
    if isinstance(content, Article) and not content.get_static_links():
        content._content, content._get_content = "", partial(memory.text, content.source_path)


def batch_writer(_: Any) -> type[BatchWriter]:
    """Name the writer to Pelican."""
    return BatchWriter


def write_waiting(_: Any, writer: BatchWriter) -> None:
    """Write what still waits when all articles, or all pages, were handed over."""
    writer.flush()


def register() -> None:
    """Run once all plugins are there."""
    signals.initialized.connect(begin)
