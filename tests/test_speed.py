"""With plugins.speed and without: the same bytes, whatever is remembered, whoever builds beside."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment
from markdown import Markdown
from markupsafe import Markup
from pelican.writers import FileOverwriteFailedError

import pelicanconf
from forms import theme
from history import write_history
from plugins.speed import Templates, cores
from plugins.speed import memory as memories
from plugins.speed.converter import Converter
from plugins.speed.cores import WorkerError, on_all_cores
from plugins.speed.memory import Memory
from plugins.speed.texts import Texts
from plugins.speed.writer import SITE, BatchWriter, forms_from_memory, write

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg"/>'
FRAGMENTS = (
    *("text ", "ž", "\n", "\n\n", "    ", "- ", "1. ", "## ", "> ", "| a | b |\n|---|---|\n| c | d |\n", "```\n", "\t"),
    *("`", "\\", "[", "]", "(", ")", "[a](b)", "[a][1]", "[a]", "\n\n[1]: /c 'd'\n", "![", "![a](b)", "![a][1]", "!"),
    *("<", ">", "<b>", "</b>", "<https://a.b>", "<a@b.c>", "&", "&amp;", "&#38;", "*", "**", "_", "__", "  \n", "{#a}"),
    *("'", '"', "'\"", "\"'", "'80s", "-", "--", "---", ".", "...", "…", "–", "&nbsp;", "<!-- c -->", ":   "),
)


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real pages and notes, and a made-up history with all that a note may say, and a picture."""
    folder = write_history(tmp_path_factory.mktemp("history") / "content", 40)
    for note in Path(pelicanconf.PATH, "news").iterdir():
        (folder / "news" / note.name).write_bytes(note.read_bytes())
    (folder / "news" / "map.svg").write_text(PICTURE)
    with (folder / "news" / "1.7.cs.md").open("a") as note:
        note.write('\n\n![mapa]({attach}map.svg)\n\nZpět na [1.6]({filename}1.6.cs.md) "rychle" -- a hned...\n')
    return folder


def start(content: Path, output: Path, cache: Path, *, fast: bool = True) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "pelican", content, "-s", "pelicanconf.py", "-o", output]
    command += ["-e", f"CACHE_PATH={json.dumps(str(cache))}", "--fatal", "warnings", "--log-handler", "plain"]
    environ = os.environ | {"FORMS_DEVELOPMENT": "1", "SPEED": "1" if fast else "0"}
    return subprocess.Popen(command, cwd=memories.ROOT, env=environ, stderr=subprocess.PIPE, text=True)


def build(content: Path, output: Path, cache: Path, *, fast: bool = True) -> dict[str, bytes]:
    process = start(content, output, cache, fast=fast)
    assert process.communicate()[1] == ""
    return files(output)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_both_ways_give_the_same_bytes(content: Path, tmp_path: Path) -> None:
    slow = build(content, tmp_path / "slow", tmp_path / "none", fast=False)
    assert not (tmp_path / "none").exists()
    assert slow["news/map.svg"].decode() == PICTURE
    assert build(content, tmp_path / "new", tmp_path / "cache") == slow
    assert build(content, tmp_path / "remembered", tmp_path / "cache") == slow

    (content / "news" / "1.8.en.md").write_text("Title: Other\nDate: 2001-01-01\nVersion: 1.8\n\nQuite 'other'.\n")
    assert build(content, tmp_path / "changed", tmp_path / "cache") != slow
    assert files(tmp_path / "changed") == build(content, tmp_path / "slow again", tmp_path / "none", fast=False)


def test_builds_at_the_same_time_share_what_they_remember(content: Path, tmp_path: Path) -> None:
    builds = [start(content, tmp_path / name, tmp_path / "cache") for name in "ab"]
    assert [build.communicate()[1] for build in builds] == ["", ""]
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_a_cache_that_cannot_be_used_does_not_stop_a_build(tmp_path: Path) -> None:
    (tmp_path / "rendered.sqlite3").write_bytes(b"not a database" * 100)
    assert build(Path(pelicanconf.PATH), tmp_path / "site", tmp_path)


CONVERTER = Converter(pelicanconf.MARKDOWN)


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join))
def test_what_is_left_out_would_have_found_nothing(text: str) -> None:
    extensions = [*pelicanconf.MARKDOWN["extensions"], "markdown.extensions.meta"]
    whole = Markdown(**pelicanconf.MARKDOWN | {"extensions": extensions})
    assert CONVERTER.convert(text) == (whole.convert(text), getattr(whole, "Meta", {}))


def texts(folder: Path, **changed: object) -> Texts:
    settings = pelicanconf.MARKDOWN | changed
    return Texts(Memory(folder, settings), settings, prefixed=False)


def test_text_language_and_settings_make_the_key(tmp_path: Path) -> None:
    for name in ("a.cs.md", "a.en.md", "b.cs.md"):
        (tmp_path / name).write_text("Title: A\n\nA")
    keys = [texts(tmp_path).read(str(tmp_path / name))[0] for name in ("a.cs.md", "a.en.md", "b.cs.md")]
    assert keys[0] == keys[2] != keys[1]
    assert texts(tmp_path, tab_length=2).read(str(tmp_path / "a.cs.md"))[0] not in keys


def test_what_no_build_asks_for_is_forgotten(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    memory.tidy()
    memory.put([(b"old", "1"), (b"used", "2")])
    with sqlite3.connect(memory.path) as database:
        database.execute("UPDATE remembered SET used_at = used_at - ?", (memories.KEPT + 1,))
    memory.used([b"used"])
    memory.tidy()
    assert (memory.get(b"old"), memory.get(b"used")) == (None, "2")


def test_a_page_is_made_anew_when_what_it_shows_of_others_changes(content: Path, tmp_path: Path) -> None:
    """The title of its neighbour, and the address of a page that it links to."""
    notes = tmp_path / "content"
    shutil.copytree(content, notes)
    page = notes / "pages" / "contact.cs.md"
    (notes / "news" / "1.6.cs.md").open("a").write("\n\nNapište [nám]({filename}../pages/contact.cs.md).\n")
    before = build(notes, tmp_path / "before", tmp_path / "cache")
    for changed, old, new in (
        (notes / "news" / "1.5.cs.md", "Title: ", "Title: Jiný "),
        (page, "Slug: kontakt", "Slug: napiste"),
    ):
        assert old in changed.read_text("utf-8")
        changed.write_text(changed.read_text("utf-8").replace(old, new, 1), "utf-8")
    after = build(notes, tmp_path / "after", tmp_path / "cache")
    assert after == build(notes, tmp_path / "slow", tmp_path / "none", fast=False)
    assert after["aktuality/1.6/index.html"] != before["aktuality/1.6/index.html"]


def test_what_has_grown_too_large_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory(tmp_path)
    memory.tidy()
    memory.put([(b"a", os.urandom(100_000).hex())])
    memory.tidy()
    assert memory.get(b"a")
    monkeypatch.setattr(memories, "LARGEST", 100_000)
    memory.tidy()
    assert memory.get(b"a") is None


def test_a_worker_that_fails_fails_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "CORES", 2)
    with pytest.raises(WorkerError):
        on_all_cores(lambda items: sys.exit(90 in items), range(100))


def test_a_page_is_not_written_twice(tmp_path: Path) -> None:
    writer = BatchWriter(str(tmp_path), {})
    writer.templates.add(template := object())
    writer.write_file("a.html", template, {"static_links": set()}, article=object())
    for names in ({"article": object()}, {}):  # also by a generator whose pages do not wait
        with pytest.raises(FileOverwriteFailedError):
            writer.write_file("a.html", template, {"static_links": set()}, **names)


def test_one_core_has_nothing_to_write_where_nothing_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "CORES", 1)
    BatchWriter(str(tmp_path), {}).flush()


def test_the_forms_app_is_asked_anew_only_when_what_forms_show_changes(tmp_path: Path) -> None:
    memory, asked = Memory(tmp_path), list[tuple[str, str]]()
    memory.tidy()

    def markup(kind: str, lang: str) -> Markup:
        asked.append((kind, lang))
        return Markup("<form>")

    def form(kind: str, lang: str, **changed: object) -> object:
        settings = {"TEXTS": {"cs": "a"}, "JINJA_GLOBALS": {"form_markup": markup}} | changed
        forms_from_memory(memory, settings)
        return settings["JINJA_GLOBALS"]["form_markup"](kind, lang)  # type: ignore[index]

    assert form("contact", "cs") == form("contact", "cs") == Markup("<form>")
    assert isinstance(form("contact", "cs"), Markup)
    assert asked == [("contact", "cs")]
    form("contact", "en")
    form("training", "cs")
    form("contact", "cs", TEXTS={"cs": "b"})
    assert asked[1:] == [("contact", "en"), ("training", "cs"), ("contact", "cs")]
    assert {*theme.NAMES} < {*SITE}


def compiled(memory: Memory, said: str) -> str:
    """What a template becomes with a filter that says so; Jinja works out at once what is constant."""
    environment = Environment(loader=DictLoader({"a": "{{ 1|say }}"}), bytecode_cache=Templates(memory))  # noqa: S701
    environment.filters["say"] = lambda _: said
    return environment.get_template("a").render()


def test_templates_are_compiled_anew_when_code_or_settings_change(tmp_path: Path) -> None:
    memory = Memory(tmp_path, "settings")
    memory.tidy()
    assert (compiled(memory, "a"), compiled(memory, "b")) == ("a", "a")
    assert compiled(Memory(tmp_path, "other settings"), "b") == "b"


def test_compiled_templates_that_cannot_be_kept_do_not_stop_a_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = Memory(tmp_path)
    memory.tidy()

    def full(_: object) -> None:
        raise sqlite3.OperationalError("disk is full")

    monkeypatch.setattr(memory, "put", full)
    assert (compiled(memory, "a"), compiled(memory, "b")) == ("a", "b")


def test_a_page_that_stands_there_is_not_written_again(tmp_path: Path) -> None:
    page = tmp_path / "folder" / "index.html"
    write(page, "a")
    os.utime(page, (1, 1))
    write(page, "a")
    assert (page.read_text(), page.stat().st_mtime) == ("a", 1)
    write(page, "é")
    assert page.read_text("utf-8") == "é"
