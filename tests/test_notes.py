"""What a note says as data, the same for lint and pages; and ids that stay when a note is edited."""

import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown

from newsroom import ids
from newsroom.build import ROOT
from newsroom.notes import HEADINGS, KINDS, kind_slug, make_id, parse, slug, with_ids
from pelicanconf import MARKDOWN
from plugins.changes import take_out

BODY = """Dne 1. prosince 2026 vyšla verze 4.29.

## Nutná akce
- **Fakturace:** Před aktualizací spusťte `migrace`.
  Pak zkontrolujte [nastavení](/podpora/).

## Nové

- **Síť**: Mapa ukazuje *signál*. {#vlastni-2}

- Bez modulu, s podrobnostmi:

    - první
    - druhá

## Jiný nadpis
- položka mimo
"""


def items(body: str = BODY) -> list:
    return parse(enumerate(body.split("\n"), 1)).items


def test_items_have_kind_module_text_and_line() -> None:
    assert [(item.kind, item.module, item.line, item.end) for item in items()] == [
        ("action", "Fakturace", 4, 5),
        ("new", "Síť", 9, 9),
        ("new", "", 11, 11),
    ]
    assert items()[0].text == "Před aktualizací spusťte `migrace`. Pak zkontrolujte [nastavení](/podpora/)."
    assert [item.written for item in items()] == [False, True, False]
    assert items()[1].id == "vlastni-2"


def test_a_note_without_headings_is_a_plain_announcement() -> None:
    assert items("Vyšla verze 4.28.\n\n- jen seznam\n") == []


def test_both_languages_name_the_same_kinds() -> None:
    for lang in HEADINGS:
        text = "\n".join(f"## {HEADINGS[lang][kind].upper()} ##\n- x\n" for kind in KINDS)
        assert [item.kind for item in items(text)] == list(KINDS)
        assert len({kind_slug(kind, lang) for kind in KINDS}) == len(KINDS)
    assert kind_slug("action", "cs") == "nutna-akce"


def test_an_id_comes_of_the_words_alone() -> None:
    assert make_id("Opraven *výpočet* DPH.", set()) == make_id("opraven  výpočet\nDPH", set()) == "n4k3q4"
    assert make_id("[Výpočet](/a/)", set()) == make_id("[Výpočet](/b/)", set())
    twice = [item.id for item in items("## Opravy\n- totéž\n- totéž\n")]
    assert len(set(twice)) == 2


def test_written_ids_outlive_rewording_moving_and_additions() -> None:
    written = "\n".join(with_ids(BODY.split("\n")))
    before = {item.module: item.id for item in items(written)}
    head, _, rest = written.partition("## Nové\n")
    edited = f"{head}## Nové\n- Nová položka\n{rest}".replace("Před aktualizací", "Nejdřív")
    after = {item.module: item.id for item in items(edited) if "položka" not in item.text}
    assert after == before


def test_writing_ids_twice_changes_nothing() -> None:
    once = with_ids(BODY.split("\n"))
    assert with_ids(once) == once
    assert [item.id for item in items("\n".join(once))] == [item.id for item in items()]


def test_slugs() -> None:
    assert slug("Řízení sítě & QoS") == "rizeni-site-qos"


# -- The finished HTML says the same as the source ---------------------------------------------------------------------
def rendered(body: str) -> list:
    _, found = take_out(Markdown(**MARKDOWN).convert(body))
    return found


def test_pages_find_the_items_that_lint_finds() -> None:
    assert [(item.kind, item.module, item.id) for item in rendered(BODY)] == [
        (item.kind, item.module, item.id) for item in items()
    ]
    assert "<li>první</li>" in rendered(BODY)[2].html
    assert rendered(BODY)[0].html.startswith("Před aktualizací")


def test_what_is_not_an_item_stays_in_the_text() -> None:
    html, _ = take_out(Markdown(**MARKDOWN).convert(BODY))
    assert "vyšla verze 4.29" in html
    assert "položka mimo" in html
    assert "Mapa" not in html


PARTS = ["síť", "v", "*dva*", "`kód`", "[odkaz](/x/)", "24", "hodin", "„uvozovky“", "a-b", "&", "<br>", "5."]


def test_a_heading_without_items_is_left_out() -> None:
    html = Markdown(**MARKDOWN).convert("Text.\n\n## Nové\n<!-- x -->\n\n## Opravy\n- x\n\n## Změny\n")
    assert "Nové" not in html
    assert "Opravy" in html
    assert "Změny" not in html


WORDS = st.lists(st.sampled_from(PARTS), max_size=5)


@st.composite
def bodies(draw: st.DrawFn) -> str:
    """A note with every shape of item that the check lets through."""
    lines = ["Úvod."]
    for kind in draw(st.lists(st.sampled_from(KINDS), unique=True, max_size=5)):
        lines += ["", f"## {HEADINGS['cs'][kind]}"]
        for number in range(draw(st.integers(0, 4))):
            module = draw(st.sampled_from(["", "**Fakturace:** ", "**Síť**: "]))
            lines += [""] * draw(st.integers(0, 1))
            lines.append(f"- {module}Změna {number} {' '.join(draw(WORDS))}".rstrip())
            lines += ["  Druhá věta."] * draw(st.integers(0, 1))
            if draw(st.booleans()):
                lines[-1] += f" {{#vlastni-{kind}-{number}}}"
            if draw(st.booleans()):
                lines += ["    - podrobnost"]
    return "\n".join(lines)


@given(bodies())
def test_pages_and_lint_agree_on_every_note(body: str) -> None:
    assert [(item.kind, item.module, item.id) for item in rendered(body)] == [
        (item.kind, item.module, item.id) for item in items(body)
    ]


# -- make check writes them --------------------------------------------------------------------------------------------
NOTE = f"Title: ISPadmin 4.29\nDate: 2026-11-20\nVersion: 4.29\n\n{BODY}".replace(
    "## Jiný nadpis\n- položka mimo\n", ""
)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    content = Path(shutil.copytree(ROOT / "content", tmp_path / "content"))
    (content / "news/4.29.cs.md").write_text(NOTE)
    return content


def check(*arguments: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "newsroom.check", *arguments], cwd=ROOT, capture_output=True, text=True
    )
    return done.stdout


def test_the_check_says_what_it_wrote_and_writes_once(content: Path) -> None:
    assert "content/news/4.29.cs.md: doplněno: 2 značky u nových položek" in check(content)
    text = (content / "news/4.29.cs.md").read_text()
    assert all(item.written for item in items(text.partition("\n\n")[2]))
    assert "doplněno" not in check(content)
    assert (content / "news/4.29.cs.md").read_text() == text


def test_the_check_can_leave_files_alone(content: Path) -> None:
    assert "doplněno" not in check(content, "--read-only")
    assert (content / "news/4.29.cs.md").read_text() == NOTE


def test_a_file_with_foreign_signs_is_left_alone(content: Path) -> None:
    path = content / "news/4.29.cs.md"
    for data in (NOTE.encode("cp1250"), NOTE.replace("\n", "\r\n").encode(), b"\xef\xbb\xbf" + NOTE.encode()):
        path.write_bytes(data)
        assert list(ids.write(content)) == []
        assert path.read_bytes() == data


def test_no_id_is_written_into_a_comment(content: Path) -> None:
    path = content / "news/4.29.cs.md"
    path.write_text(NOTE.replace("druhá", "druhá\n\n- x <!-- poznámka\nna dvou řádcích -->\n- y <!-- krátká -->"))
    assert [number for _, number in ids.write(content)] == [3]
    assert list(ids.write(content)) == []
    assert "- x <!-- poznámka\n" in path.read_text()


def test_ids_hardly_ever_meet() -> None:
    words = random.Random(1)  # noqa: S311 - any words
    texts = {f"změna {words.random()}" for _ in range(2000)}
    assert len({make_id(text, set()) for text in texts}) > 1998
