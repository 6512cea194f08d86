"""What this site adds to Pelican: one concern a module, with a `register()` or, for Markdown, a `makeExtension()`."""
