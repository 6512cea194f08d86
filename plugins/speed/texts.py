"""Reads notes and pages from memory: what their texts became, and what plugins worked out of that."""

import json
import re
from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from pelican.readers import MarkdownReader
from pelican.utils import pelican_open

from newsroom.typography import typeset_html
from plugins.derived import FUNCTIONS, from_html
from plugins.speed.converter import Converter
from plugins.speed.cores import on_all_cores
from plugins.speed.memory import Memory

FILE = re.compile(r"[{|](?:static|attach)[|}]|<img\b")
LINK = re.compile(r"""=\s*((["'])[{|].*?\2)""")
BLOCK = "[["
TOGETHER = 100  # texts or pages that wait to be remembered in one transaction

Text = tuple[bytes, str, str]  # the key of what it becomes, its language, itself


@from_html
def demands(html: str, lang: str) -> dict[str, Any]:
    """Return what a note's HTML asks of the rest of the site: its links to other texts, files and blocks."""
    links = sorted({match[1] for match in LINK.finditer(html)})
    return {"links": links, "files": bool(FILE.search(html)), "blocks": BLOCK in html}


class Texts:
    """What the texts of this build became."""

    def __init__(self, memory: Memory, settings: dict[str, Any], prefixed: bool) -> None:
        self.memory, self.settings = memory, settings
        self.prefixed = prefixed  # what plugins.prefix makes of a preview's texts is not remembered
        self.keys: dict[str, bytes] = {}  # by path, of the texts as this build has read them

    @cached_property
    def converter(self) -> Converter:
        return Converter(self.settings)

    def read(self, path: str) -> Text:
        """Return the text of a file."""
        with pelican_open(path) as text:
            lang = Path(path).stem.rpartition(".")[2]
            self.keys[path] = self.memory.key(lang, text)
            return self.keys[path], lang, text

    def prepare(self, paths: Sequence[str]) -> None:
        """Render those of the files that are new."""
        keys = {path: self.read(path)[0] for path in paths}
        new = [path for path, key in keys.items() if self.memory.get(part(key, "fields")) is None]
        on_all_cores(self.render, new)
        self.memory.used(part(key, name) for key in keys.values() for name in ("fields", "html", *FUNCTIONS))

    def render(self, paths: Sequence[str]) -> None:
        """Remember what files become, as they are now: all texts at once would fill the memory."""
        for start in range(0, len(paths), TOGETHER):
            texts = [self.read(path) for path in paths[start : start + TOGETHER]]
            self.memory.put([row for text in texts for row in self.rows(*text)])

    def rows(self, key: bytes, lang: str, text: str) -> Iterator[tuple[bytes, str]]:
        """Give all that a text becomes."""
        html, fields = self.converter.convert(text)
        html = typeset_html(html, lang)
        yield part(key, "html"), html
        for name, function in FUNCTIONS.items():
            yield part(key, name), json.dumps(function(html, lang), ensure_ascii=False)
        yield part(key, "fields"), json.dumps(fields, ensure_ascii=False)

    def recall(self, path: str, name: str) -> str:
        """Return a part of what a file became."""
        key = self.keys.get(path) or self.read(path)[0]
        while (value := self.memory.get(part(key, name))) is None:  # another build has forgotten it meanwhile
            self.render([path])
            key = self.keys[path]
        return value

    def derived(self, path: str, name: str) -> Any:
        """Return what a function of `plugins.derived` gave for a file."""
        return json.loads(self.recall(path, name))

    def demands(self, note: Any) -> dict[str, Any]:
        """Return what a note's HTML asks of the rest of the site."""
        return self.derived(note.source_path, "demands")  # type: ignore[no-any-return]

    def origin(self, note: Any) -> str:
        """Return what the finished HTML of a note comes from: its text, and where its links lead."""
        links = "".join(f"<a href={link}>" for link in self.demands(note)["links"])
        return self.keys[note.source_path].hex() + str(note._update_content(links, note.get_siteurl()))

    def at_once(self, path: str) -> str:
        """Return the HTML of a file, if Pelican or a plugin does something with it before it is asked for."""
        return self.recall(path, "html") if self.prefixed or self.derived(path, "demands")["files"] else ""

    def lend(self, content: Any) -> None:
        """Let a note or page ask the memory for its text and what comes of it: all at once would fill the machine's."""
        if content._content == "" and content.source_path in self.keys:
            content._get_content = partial(self.recall, content.source_path, "html")
            content.recall = partial(self.derived, content.source_path)


def lent(content: Any) -> bool:
    """Return whether a note or page asks the memory."""
    return hasattr(content, "recall")


def part(key: bytes, name: str) -> bytes:
    """Return the key of one part of what a text becomes."""
    return key + name.encode()


class RecallingReader(MarkdownReader):
    """Reads notes and pages by asking the memory."""

    def __init__(self, texts: Texts, settings: dict[str, Any]) -> None:
        super().__init__(settings)
        self.texts = texts

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        fields = self.texts.derived(source_path, "fields")
        values = {name: lines[0] if len(lines) == 1 else lines for name, lines in fields.items()}
        return self.texts.at_once(source_path), {
            name: self.process_metadata(name, value) for name, value in values.items()
        }
