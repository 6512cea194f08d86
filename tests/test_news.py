"""The reader's pages, feeds and data, made of a history of releases with kinds, modules, stops and actions."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import feedparser
import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

import pelicanconf
from history import version, write_history
from newsroom.build import build
from newsroom.notes import KINDS, kind_slug, version_order
from newsroom.output import Page, read_pages
from newsroom.source import Source, read_all

NUMBER = 70  # 20 more than have a page of their own
NEWEST, OLDEST = version(NUMBER - 2), version(NUMBER - 50)  # the last one is a beta
ONLY_CZECH = version(47)


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_history(tmp_path_factory.mktemp("history") / "content", NUMBER)


@pytest.fixture(scope="module")
def site(content: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The finished site, with every page checked by the build itself: links, fragments, titles, translations."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORMS_DEVELOPMENT", "1")
        built = tmp_path_factory.mktemp("built") / "site"
        build(built, drafts=True, content=content)
        yield built


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Page]:
    return {page.address: page for page in read_pages(site)}


@pytest.fixture(scope="module")
def notes(content: Path) -> dict[str, Source]:
    """The Czech notes by version."""
    return {source.key: source for source in read_all(content)[0] if source.folder == "news" and source.lang == "cs"}


def html(site: Path, address: str) -> str:
    return (site / address.lstrip("/") / "index.html").read_text("utf-8")


def main(site: Path, address: str) -> str:
    return html(site, address).partition("<main")[2]


def test_every_item_has_its_own_address(notes: dict[str, Source], pages: dict[str, Page]) -> None:
    for key, source in notes.items():
        page = pages[f"/aktuality/{key}/"]
        for item in source.note.items:
            assert page.ids[item.id] == 1
            assert f"#{item.id}" in {link for _, link in page.links}


def test_a_release_says_first_what_must_be_done(site: Path, notes: dict[str, Source]) -> None:
    key = next(key for key, source in notes.items() if {item.kind for item in source.note.items} == {*KINDS})
    shown = re.findall(r'<section class="changes (\w+)"', html(site, f"/aktuality/{key}/"))
    assert shown == [*KINDS]


def test_a_release_names_its_stop_and_the_end_of_support(site: Path) -> None:
    assert f'href="/aktuality/{version(18)}/">ISPadmin {version(18)}' in html(site, f"/aktuality/{version(30)}/")
    assert "Podpora" in html(site, f"/aktuality/{version(10)}/")


def test_news_can_be_filtered_by_plain_links(pages: dict[str, Page]) -> None:
    links = {link for _, link in pages["/aktuality/"].links}
    for kind in KINDS:
        assert f"/aktuality/druh/{kind_slug(kind, 'cs')}/" in links & pages.keys()
    assert "/aktuality/modul/ucetnictvi/" in links & pages.keys()
    assert "/en/news/module/accounts/" in pages


def test_a_filtered_page_leads_to_every_release_that_has_such_items(
    pages: dict[str, Page], notes: dict[str, Source]
) -> None:
    for kind in KINDS:
        links = {link.partition("#")[0] for _, link in pages[f"/aktuality/druh/{kind_slug(kind, 'cs')}/"].links}
        having = {key for key, source in notes.items() if any(item.kind == kind for item in source.note.items)}
        assert {key for key in notes if f"/aktuality/{key}/" in links} == having


def test_a_module_is_paired_with_its_translation(pages: dict[str, Page]) -> None:
    to = pages["/aktuality/modul/fakturace/"].alternates["en"]
    assert to == f"{pelicanconf.ORIGIN}/en/news/module/billing/"


def test_the_newest_fifty_versions_have_a_page_and_older_ones_are_led_to_the_last(
    site: Path, pages: dict[str, Page]
) -> None:
    own = {address for address in pages if re.fullmatch(r"/aktuality/od/[\d.]+/", address)}
    assert own == {f"/aktuality/od/{version(index)}/" for index in range(NUMBER - 50, NUMBER)}
    moved = (site / "redirects.map").read_text()
    for index in range(NUMBER - 50):
        assert f'"/aktuality/od/{version(index)}/" "/aktuality/od/{OLDEST}/";' in moved
        assert f'"/en/news/from/{version(index)}/" "/en/news/from/{OLDEST}/";' in moved


def expected_items(notes: dict[str, Source], start: str) -> set[str]:
    """The addresses of all items between a version and the newest stable one."""
    between = (
        source for key, source in notes.items() if version_order(start) < version_order(key) <= version_order(NEWEST)
    )
    return {f"/aktuality/{source.key}/#{item.id}" for source in between for item in source.note.items}


@pytest.mark.parametrize("start", [version(NUMBER - 4), version(NUMBER - 30), OLDEST])
def test_a_page_from_a_version_holds_all_that_lies_between_and_nothing_else(
    site: Path, notes: dict[str, Source], start: str
) -> None:
    between = main(site, f"/aktuality/od/{start}/").partition('id="older"')[0]
    assert set(re.findall(r'class="since" href="([^"]+)"', between)) == expected_items(notes, start)


def test_stops_and_actions_come_first_and_in_the_order_of_versions(site: Path, notes: dict[str, Source]) -> None:
    start = version(25)
    page = main(site, f"/aktuality/od/{start}/")
    assert page.index('id="first"') < page.index('id="stops"') < page.index('id="nove"')
    actions = re.findall(r'class="since"[^>]*>([\d.]+)<', page[page.index('id="first"') : page.index('id="stops"')])
    assert actions == sorted(actions, key=version_order)
    stops = re.search(r'<ol class="stops">(.*?)</ol>', page)
    assert stops
    assert re.findall(r">([\d.]+)</a>", stops[1]) == [version(48), NEWEST]


def test_the_last_page_keeps_what_even_older_versions_must_do(site: Path, notes: dict[str, Source]) -> None:
    older = main(site, f"/aktuality/od/{OLDEST}/").partition('id="older"')[2]
    wanted = {
        f"/aktuality/{key}/#{item.id}"
        for key, source in notes.items()
        if version_order(key) <= version_order(OLDEST)
        for item in source.note.items
        if item.kind == "action"
    }
    assert wanted
    assert set(re.findall(r'class="since" href="([^"]+)"', older)) == wanted


def test_the_choice_of_a_version_works_without_javascript(site: Path, client: FlaskClient) -> None:
    form = re.search(r'<form class="choose" method="get" action="([^"]+)">.*?</form>', html(site, "/aktuality/"), re.S)
    assert form
    for value in re.findall(r"<option[^>]*>([\d.]+)</option>", form[0]):
        answer = client.get(f"{form[1]}?verze={value}")
        assert answer.status_code == 302
        assert (site / answer.location.lstrip("/") / "index.html").is_file()


@pytest.mark.parametrize("value", ["", "4", "../..", "//x.cz", "4.28/../x", "4.٢"])
def test_a_version_that_is_none_leads_to_the_choice(client: FlaskClient, value: str) -> None:
    assert client.get("/en/forms/from/", query_string={"verze": value}).location == "/en/news/from/"


def test_what_is_not_translated_says_so_and_leads_to_its_own_language(site: Path, pages: dict[str, Page]) -> None:
    assert f"/en/news/{ONLY_CZECH}/" not in pages
    line = rf'<li><a href="/aktuality/{ONLY_CZECH}/" hreflang="cs">.*?</li>'
    listed = re.search(line, html(site, "/en/news/"), re.S)
    assert listed
    assert "Czech only" in listed[0]
    on_the_way = html(site, f"/en/news/from/{version(40)}/")
    assert re.search(rf'<li lang="cs">.*Czech only.*href="/aktuality/{ONLY_CZECH}/#', on_the_way)
    assert "pouze česky" in html(site, f"/aktuality/{ONLY_CZECH}/")
    assert f'href="/aktuality/{ONLY_CZECH}/" hreflang="cs"' in html(site, f"/en/news/{version(48)}/")


@pytest.mark.parametrize("name", ["cs.atom.xml", "en.atom.xml", "cs-dulezite.atom.xml", "en-important.atom.xml"])
def test_readers_understand_every_atom_feed(site: Path, name: str) -> None:
    feed = feedparser.parse((site / "feeds" / name).read_bytes())
    assert not feed.bozo
    ids = [entry.id for entry in feed.entries]
    assert 10 < len(ids) == len(set(ids)) <= 50
    for entry in feed.entries:
        assert entry.link.startswith(f"{pelicanconf.ORIGIN}/")
        assert not re.search(r'(?:href|src)="(?!https?://)', entry.content[0].value)


def test_the_important_feed_has_security_and_actions_only(site: Path, notes: dict[str, Source]) -> None:
    feed = feedparser.parse((site / "feeds/cs-dulezite.atom.xml").read_bytes())
    text = "".join(entry.content[0].value for entry in feed.entries)
    shown = {entry.link.split("/")[-2] for entry in feed.entries}
    for key in shown:
        for item in notes[key].note.items:
            own = re.search(r"\((\d+)\)$", item.text)
            assert own
            assert (f"({own[1]})" in text) or item.kind not in ("action", "security")
    assert "<h2>Nové</h2>" not in text


def test_releases_json_follows_its_schema_and_the_notes(site: Path, notes: dict[str, Source]) -> None:
    schema = json.loads((site / "releases.schema.json").read_text("utf-8"))
    data = json.loads((site / "releases.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(data)
    assert data["newest"] == {"stable": NEWEST, "beta": version(NUMBER - 1)}
    assert [release["version"] for release in data["releases"]] == sorted(notes, key=version_order, reverse=True)
    for release in data["releases"]:
        counted = [item.kind for item in notes[release["version"]].note.items]
        assert release["items"] == {kind: counted.count(kind) for kind in KINDS}
        assert release["requires"] == (notes[release["version"]]["Requires"] or None)


def test_the_sitemap_lists_the_pages_made_of_notes(site: Path) -> None:
    listed = (site / "sitemap.xml").read_text()
    for address in ("/aktuality/druh/opravy/", "/en/news/module/billing/", f"/aktuality/od/{NEWEST}/"):
        assert f"<loc>{pelicanconf.ORIGIN}{address}</loc>" in listed
