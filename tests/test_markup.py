"""Every finished page, style sheet and picture: valid for the Nu checker, and ordered by headings and landmarks."""

import json
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from serving import ROOT

CHECKER = ROOT / "audit" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
CHECKED = {".html", ".css", ".svg"}
# What the checker says that is no fault of ours: the beginning of the message, and why.
KNOWN = {
    "CSS: “field-sizing”: Property “field-sizing” doesn't exist.": "newer than the checker (CSS Forms 1); elsewhere "
    "the text area keeps its least height",
    "CSS: “paint-order”: Property “paint-order” doesn't exist.": "of SVG 2, which the checker's list of CSS leaves out",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, site: Path, history: Path, form_pages: dict[str, str]) -> Path:
    """All that a visitor's browser may read, uncompressed: the site, a long history, the forms app's pages."""
    folder = tmp_path_factory.mktemp("markup")
    for name, whole in (("site", site), ("history", history)):
        for path in whole.rglob("*"):
            if path.suffix in CHECKED:
                to = folder / name / path.relative_to(whole)
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, to)
    (folder / "forms").mkdir()
    for name, html in form_pages.items():
        (folder / "forms" / f"{name}.html").write_text(html, "utf-8")
    return folder


@pytest.fixture(scope="module")
def complaints(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the Nu checker says of all files and of three broken ones; it starts slowly, so all at once."""
    broken = tmp_path_factory.mktemp("broken")
    html = (folder / "forms/cs-contact.html").read_text("utf-8")
    (broken / "page.html").write_text(html.replace("</main>", "<p><div>x</p><img src=x></main>"), "utf-8")
    (broken / "style.css").write_text("p { colour: red }")
    (broken / "picture.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><circle radius="1"/></svg>')
    command = ["java", "-jar", CHECKER, "--also-check-css", "--also-check-svg", "--stdout", "--exit-zero-always"]
    command += ["--format", "json", folder, broken]
    said = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=300).stdout
    return [
        f"{message.get('url')}:{message.get('lastLine')}: {message['message']} {message.get('extract', '')!r}"
        for message in json.loads(said)["messages"]
        if message["message"] not in KNOWN
    ]


def test_the_nu_checker_finds_nothing(folder: Path, complaints: list[str]) -> None:
    found = [complaint for complaint in complaints if f"{folder}/" in complaint]
    assert not found, "\n".join(found)


def test_the_nu_checker_finds_what_is_wrong(complaints: list[str]) -> None:
    found = "\n".join(complaint for complaint in complaints if "/broken" in complaint)
    for expected in ("page.html:", "must have an “alt”", "“colour” doesn't exist", "“radius” not allowed"):
        assert expected in found


class Outline(HTMLParser):
    """The headings and landmarks of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.landmarks: list[str] = []
        self.links: list[dict[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        if tag[0] == "h" and tag[1:].isdigit():
            self.headings.append(int(tag[1]))
        elif tag in ("header", "main", "footer"):
            self.landmarks.append(tag)
        elif tag == "nav":
            self.landmarks.append(f"nav {values['aria-label']}")
        elif tag == "a":
            self.links.append(values)


def test_each_page_has_one_h1_headings_in_order_and_its_landmarks(folder: Path) -> None:
    for path in folder.rglob("*.html"):
        page = Outline(path.read_text("utf-8"))
        assert page.headings.count(1) == 1, path
        steps = zip([0, *page.headings], page.headings, strict=False)
        assert all(lower - higher <= 1 for higher, lower in steps), (path, page.headings)
        assert [name for name in page.landmarks if not name.startswith("nav")] == ["header", "main", "footer"], path
        assert len(set(page.landmarks)) == len(page.landmarks), path
        assert page.links[0] == {"class": "skip", "href": "#main"}, path


def test_links_in_another_language_say_so(folder: Path) -> None:
    for path in folder.rglob("*.html"):
        html = path.read_text("utf-8")
        switch = html[html.index('class="languages"') :].partition("</p>")[0]
        for link in Outline(switch).links:
            assert link["lang"] == link["hreflang"], path
