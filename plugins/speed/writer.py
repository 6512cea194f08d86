"""Writes pages on all cores."""

from collections.abc import Sequence
from typing import Any

from pelican.writers import FileOverwriteFailedError, Writer

from plugins.speed.cores import on_all_cores

BATCH = 1000  # pages that may wait, each with its names, to be written together

Page = tuple[str, Any, dict[str, Any], dict[str, Any]]  # name of the file, template, context, Pelican's options


class BatchWriter(Writer):
    """Lets the pages of articles and pages wait, to be written on all cores together."""

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
        if not content or arguments or options.get("override_output") or template not in self.templates:
            self.templates.add(template)
            super().write_file(name, template, context, *arguments, **options)
            return
        if name in self.names:
            raise FileOverwriteFailedError(f"{name} would be written twice")
        self.names.add(name)
        if context["static_links"] and content.get_static_links():
            content.content  # noqa: B018 - tells its pictures that they belong to this page
        self.waiting.append((name, template, context.copy(), options))
        if len(self.waiting) == BATCH:
            self.flush()

    def flush(self) -> None:
        """Write all that waits."""
        on_all_cores(self.write_all, self.waiting)
        self.waiting = []

    def write_all(self, pages: Sequence[Page]) -> None:
        """Write pages as Pelican does."""
        for name, template, context, options in pages:
            super().write_file(name, template, context, **options)
