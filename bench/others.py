"""Hugo and Eleventy with the same notes, where they are installed: a page for each, and lists of twenty."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

ARTICLE = "<!doctype html><title>{title}</title><h1>{title}</h1>{content}\n"
LIST = "<!doctype html><title>{title}</title><ul>{items}</ul>\n"


def hugo(folder: Path, content: Path) -> Iterator[str | Path]:
    """Write a site for Hugo and give the command that builds it."""
    site = folder / "hugo"
    notes(content, site / "content")
    layouts = site / "layouts" / "_default"
    layouts.mkdir(parents=True)
    (layouts / "single.html").write_text(ARTICLE.format(title="{{ .Title }}", content="{{ .Content }}"))
    link = '<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>'
    items = f"{{{{ range (.Paginate .RegularPages 20).Pages }}}}{link}{{{{ end }}}}"
    (layouts / "list.html").write_text(LIST.format(title="{{ .Title }}", items=items))
    (site / "config.toml").write_text('baseURL = "https://example.com/"\ndisableKinds = ["taxonomy", "term"]\n')
    yield from ("hugo", "--quiet", "--source", site, "--destination", folder / "site")


def eleventy(folder: Path, content: Path) -> Iterator[str | Path]:
    """Write a site for Eleventy and give the command that builds it."""
    site = folder / "eleventy"
    notes(content, site, 'layout: note.njk\ntags: ["news"]\n')
    (site / "_includes").mkdir()
    (site / "_includes" / "note.njk").write_text(ARTICLE.format(title="{{ title }}", content="{{ content | safe }}"))
    paged = "---\npagination:\n  data: collections.news\n  size: 20\n---\n"
    items = '{% for one in pagination.items %}<li><a href="{{ one.url }}">{{ one.data.title }}</a></li>{% endfor %}'
    (site / "index.njk").write_text(paged + LIST.format(title="News", items=items))
    yield from ("eleventy", "--quiet", f"--input={site}", f"--output={folder / 'site'}")


def notes(content: Path, folder: Path, more: str = "") -> None:
    """Write the notes with the front matter that both read."""
    folder.mkdir(parents=True)
    for note in sorted((content / "news").glob("*.md")):
        key, lang, _ = note.name.rsplit(".", 2)
        head, _, text = note.read_text("utf-8").partition("\n\n")
        fields = dict(re.findall(r"(\w+): (.*)", head))
        text = re.sub(r"\{filename\}/pages/(\w+)\.\w+\.md", r"/\1/", text)
        path = folder / lang / f"{key.replace('.', '-')}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'---\ntitle: "{fields["Title"]}"\ndate: {fields["Date"]}\n{more}---\n\n{text}', "utf-8")


# By name, what prepares a site and gives the command; sites lie in the folder of that name.
INSTALLED = {name: command for name, command in (("hugo", hugo), ("eleventy", eleventy)) if shutil.which(name)}
