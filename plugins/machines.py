"""Writes /releases.json, from which a machine learns what is newest, and the JSON Schema that it follows."""

import json
from pathlib import Path
from typing import Any

from pelican import signals
from pelican.generators import Generator

from newsroom.notes import KINDS

SCHEMA = Path(__file__).with_name("releases.schema.json")


class Machines(Generator):
    def generate_output(self, writer: Any) -> None:
        addresses = self.settings["RELEASES"]
        self.root = self.settings["ORIGIN"] + self.settings["SITEURL"]
        schema = json.loads(SCHEMA.read_text("utf-8"))
        self.write(addresses["schema"], {**schema, "$id": self.root + addresses["schema"]})
        self.write(addresses["data"], self.data())

    def write(self, address: str, data: Any) -> None:
        path = Path(self.output_path, address.lstrip("/"))
        path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", "utf-8")

    def data(self) -> dict[str, Any]:
        """Return all releases that are out, newest first."""
        notes = self.context["RELEASED"]["cs"]
        newest: dict[str, str | None] = {"stable": None, "beta": None}
        for note in reversed(notes):
            newest[note.channel] = note.version
        return {
            "$schema": self.root + self.settings["RELEASES"]["schema"],
            "format": 1,
            "product": self.settings["SITENAME"],
            "newest": newest,
            "releases": [self.release(note) for note in notes],
        }

    def release(self, note: Any) -> dict[str, Any]:
        """Return one release."""
        return {
            "version": note.version,
            "channel": note.channel,
            "date": note.date.date().isoformat(),
            "requires": note.requires,
            "support_until": note.support_until.isoformat() if note.support_until else None,
            "addresses": {lang: self.root + address for lang, address in note.alternates.items()},
            "items": {kind: note.counts[kind] for kind in KINDS},
        }


def machines(_: Any) -> type[Machines]:
    """Name the generator to Pelican."""
    return Machines


def register() -> None:
    """Add the generator, which runs after the notes are read."""
    signals.get_generators.connect(machines)
