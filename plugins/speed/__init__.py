"""Builds the same bytes in less time: on all cores, and working out nothing twice.

`SPEED = False`, or SPEED=0 in the environment, leaves everything to Pelican.
"""

import gc
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from pelican import signals

from plugins.speed.cores import WorkerError
from plugins.speed.memory import Memory
from plugins.speed.texts import RecallingReader, Texts
from plugins.speed.writer import BatchWriter, forms_from_memory
from plugins.typography import typeset_body


class Templates(BytecodeCache):
    """Templates as Jinja compiled them. Its own cache on the disk would know neither its release nor its settings."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    def load_bytecode(self, bucket: Bucket) -> None:
        if known := self.memory.get(self.memory.key("template", bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(known.encode("latin-1"))

    def dump_bytecode(self, bucket: Bucket) -> None:
        key = self.memory.key("template", bucket.key, bucket.checksum)
        self.memory.keep([(key, bucket.bytecode_to_string().decode("latin-1"))], [])


def begin(pelican: Any) -> None:
    """Put our reader and writer into Pelican's places for them."""
    settings = pelican.settings
    if not settings["SPEED"]:
        return
    memory = Memory(settings["CACHE_PATH"], settings["MARKDOWN"])
    texts = Texts(memory, settings["MARKDOWN"], prefixed=bool(settings["SITEURL"]))
    folders = [Path(settings["PATH"], name) for name in settings["ARTICLE_PATHS"] + settings["PAGE_PATHS"]]
    try:
        memory.tidy()
        texts.prepare([str(path) for folder in folders for path in sorted(folder.rglob("*.md"))])
    except (OSError, sqlite3.Error, WorkerError) as error:
        print(f"Builds slowly, for {memory.path} cannot be used: {error}")  # a warning would be a failure
        return
    gc.set_threshold(100_000)  # nearly all that a build makes lives as long as it
    settings["READERS"]["md"] = partial(RecallingReader, texts)
    signals.content_object_init.disconnect(typeset_body)  # it is typeset when it is remembered
    signals.content_object_init.connect(texts.lend)
    settings["JINJA_ENVIRONMENT"]["bytecode_cache"] = Templates(memory)
    forms_from_memory(memory, settings)
    BatchWriter.texts = texts
    signals.get_writer.connect(batch_writer)
    signals.article_generator_finalized.connect(remember_addresses)
    signals.page_generator_finalized.connect(remember_addresses)
    signals.page_writer_finalized.connect(write_waiting)
    signals.finalized.connect(wait)


def remember_addresses(generator: Any) -> None:
    """Let Pelican not work out an address anew for every link that leads there."""
    for content in {*generator.context["generated_content"].values()} - {None}:
        content.override_url = content.url


def batch_writer(_: Any) -> type[BatchWriter]:
    """Name the writer to Pelican."""
    return BatchWriter


def write_waiting(_: Any, writer: BatchWriter) -> None:
    """Begin to write what still waits when all notes and then all pages were handed over."""
    writer.flush()


def wait(_: Any) -> None:
    """Let the build end only when all is written."""
    BatchWriter.crew.wait()


def register() -> None:
    """Run once all plugins are there."""
    signals.initialized.connect(begin)
