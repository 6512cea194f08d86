"""The real content/, built strictly for production, and asked what visitors and machines rely on."""

import json
import re
import shutil
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import pelicanconf
from newsroom import output
from newsroom.build import CONTENT
from newsroom.page import Page, read_pages
from newsroom.source import read_all
from plugins.feeds import ROOM
from plugins.releases import version_order

ATOM = {"atom": "http://www.w3.org/2005/Atom"}
SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
FIRST = ("4.28", "4.27", "4.26", "4.25", "4.24")  # what was out when the site began; others come and may go
ORIGIN = pelicanconf.ORIGIN
PUBLIC = [source for source in read_all(CONTENT)[0] if not source.held_back(datetime.now(UTC))]
NOTES = {lang: {note.key for note in PUBLIC if (note.folder, note.lang) == ("news", lang)} for lang in ("cs", "en")}
VERSIONS = sorted((note["Version"] for note in PUBLIC if note.lang == "cs" and note["Version"]), key=version_order)
STABLE = [note["Version"] for note in PUBLIC if note["Version"] and note["Channel"] in ("", "stable")]
FROM = pelicanconf.NEWS_ADDRESSES["from"].values()


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Page]:
    return {page.address: page for page in read_pages(site)}


def test_every_address_of_the_contract_is_there(pages: dict[str, Page]) -> None:
    fixed = {path for paths in pelicanconf.ADDRESSES.values() for path in paths.values()}
    notes = {f"{pelicanconf.ADDRESSES['news'][lang]}{key}/" for lang, keys in NOTES.items() for key in keys}
    assert all(keys >= set(FIRST) for keys in NOTES.values())
    upgrades = {f"{at}{version}" for at in FROM for version in ("", *(f"{version}/" for version in VERSIONS))}
    assert set(pages) >= fixed | notes | upgrades | {"/404.html", "/en/404.html"}


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/podpora/", "Technická podpora · ISPadmin"),
        ("/en/support/", "Technical support · ISPadmin"),
        ("/aktuality/4.28/", "ISPadmin 4.28 · ISPadmin"),
    ],
)
def test_titles(pages: dict[str, Page], address: str, title: str) -> None:
    assert pages[address].title.replace("\N{NO-BREAK SPACE}", " ") == title


def test_pages_speak_the_language_of_their_address(pages: dict[str, Page]) -> None:
    for address, page in pages.items():
        assert page.lang == ("en" if address.startswith("/en/") else "cs"), address


def test_every_page_is_paired_with_its_translation(pages: dict[str, Page]) -> None:
    first = {f"/aktuality/{version}/" for version in FIRST}
    for address in {path for paths in pelicanconf.ADDRESSES.values() for path in paths.values()} | first:
        assert set(pages[address].alternates) == {"cs", "en", "x-default"}, address


def test_each_page_with_a_form_carries_it(site: Path) -> None:
    for kind in ("contact", "price-list", "training"):
        for lang in pelicanconf.LANGUAGES:
            html = (site / pelicanconf.ADDRESSES[kind][lang].lstrip("/") / "index.html").read_text("utf-8")
            assert f'action="{pelicanconf.FORM_ADDRESSES[kind][lang]}"' in html


def test_czech_prepositions_stay_with_their_words(site: Path) -> None:
    html = (site / "podpora/index.html").read_text("utf-8")
    prose = re.sub(r"<[^>]+>", "|", html[html.index("<main") : html.index("<form")])
    assert not re.findall(r"(?<!\w)[ksvzouai] \w+", prose)
    assert "24\N{NO-BREAK SPACE}hodin" in prose


def test_news_are_listed_newest_first(site: Path) -> None:
    for lang, name in (("cs", "aktuality"), ("en", "en/news")):
        html = (site / name / "index.html").read_text("utf-8")
        listed = dict.fromkeys(re.findall(rf'href="/{name}/([^/"]+)/"', html))
        assert set(listed) == NOTES[lang]
        assert tuple(key for key in listed if key in FIRST) == FIRST


def test_every_page_shows_the_figures(site: Path) -> None:
    for name in ("index.html", "soukromi/index.html", "404.html"):
        assert (
            "777\N{NO-BREAK SPACE}939\N{NO-BREAK SPACE}licencí" in (site / name).read_text("utf-8").split("<footer")[1]
        )
    assert "777,939\N{NO-BREAK SPACE}licences" in (site / "en/index.html").read_text("utf-8").split("<footer")[1]


def test_home_names_the_newest_version_to_machines(pages: dict[str, Page]) -> None:
    for address in ("/", "/en/"):
        data = {item["@type"]: item for item in json.loads(pages[address].data[0][1])}
        assert data["SoftwareApplication"]["softwareVersion"] == max(STABLE, key=version_order)
        assert data["Organization"]["name"] == "NET service solution s.r.o."


def test_a_release_is_a_news_article_with_its_place(pages: dict[str, Page]) -> None:
    data = {item["@type"]: item for item in json.loads(pages["/aktuality/4.26/"].data[0][1])}
    assert data["NewsArticle"]["datePublished"] == "2017-06-12T00:00:00+02:00"
    steps = [step["item"].removeprefix(ORIGIN) for step in data["BreadcrumbList"]["itemListElement"]]
    assert steps == ["/", "/aktuality/", "/aktuality/4.26/"]


def test_neighbours_follow_the_versions(site: Path) -> None:
    for earlier, later in pairwise(VERSIONS):
        assert f'rel="next" href="/aktuality/{later}/"' in (site / f"aktuality/{earlier}/index.html").read_text("utf-8")
        assert f'rel="prev" href="/aktuality/{earlier}/"' in (site / f"aktuality/{later}/index.html").read_text("utf-8")


def test_releases_without_details_are_listed_on_the_way_and_nothing_is_made_up(site: Path) -> None:
    html = (site / "aktuality/od/4.25/index.html").read_text("utf-8")
    assert re.findall(r'<li><a href="/aktuality/(4\.\d+)/">', html) == ["4.28", "4.27", "4.26"]
    assert "žádnou povinnou zastávku neuvádějí." in html
    assert "Nejdřív udělejte" not in html
    assert "Máte nejnovější stabilní verzi." in (site / "aktuality/od/4.28/index.html").read_text("utf-8")


@pytest.mark.parametrize("lang", pelicanconf.LANGUAGES)
def test_atom_feeds_follow_rfc_4287(site: Path, lang: str) -> None:
    feed = ET.parse(site / f"feeds/{lang}.atom.xml").getroot()  # noqa: S314 - our own file
    parts = [feed, *feed.findall("atom:entry", ATOM)]
    for part in parts:
        for name in ("id", "title", "updated"):
            assert len(part.findall(f"atom:{name}", ATOM)) == 1
        assert datetime.fromisoformat(part.findtext("atom:updated", "", ATOM)).tzinfo
    assert feed.findtext("atom:author/atom:name", "", ATOM) == "NET service solution s.r.o."
    links = {link.get("rel"): link.get("href") for link in feed.findall("atom:link", ATOM)}
    assert links["self"] == f"{ORIGIN}/feeds/{lang}.atom.xml"
    titles = [part.findtext("atom:title", "", ATOM).split()[-1] for part in parts[1:]]
    assert [title for title in titles if title in FIRST] == [*FIRST]
    assert all(part.findtext("atom:content", "", ATOM).startswith("<p>") for part in parts[1:])


def test_entries_are_known_by_version_and_language_alone(site: Path) -> None:
    ids = {
        entry.findtext("atom:id", "", ATOM)
        for lang in pelicanconf.LANGUAGES
        for entry in ET.parse(site / f"feeds/{lang}.atom.xml").findall("atom:entry", ATOM)  # noqa: S314
    }
    assert len(ids) == sum(min(len(keys), ROOM) for keys in NOTES.values())
    assert "urn:uuid:96676bc6-cc97-5fed-921d-4d834252ed69" in ids  # 4.28.cs: readers know it, it must not change


@pytest.mark.parametrize("lang", pelicanconf.LANGUAGES)
def test_json_feeds_follow_version_1_1(site: Path, lang: str) -> None:
    feed = json.loads((site / f"feeds/{lang}.json").read_text("utf-8"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["language"] == lang
    for item in feed["items"]:
        assert item["id"]
        assert item["content_html"]
        assert item["url"].startswith(f"{ORIGIN}/")
        assert datetime.fromisoformat(item["date_published"]).tzinfo


def test_the_sitemap_lists_what_may_be_found_with_its_translations(site: Path, pages: dict[str, Page]) -> None:
    urls = ET.parse(site / "sitemap.xml").findall("s:url", SITEMAP)  # noqa: S314
    listed = {url.findtext("s:loc", "", SITEMAP).removeprefix(ORIGIN) for url in urls}
    assert listed == {address for address in pages if not address.endswith(".html")}  # those of errors
    for url in urls:
        links = {link.get("hreflang"): link.get("href") for link in url.findall("x:link", SITEMAP)}
        assert set(links) in (set(), {"cs", "en", "x-default"})


def test_robots_know_the_sitemap(site: Path) -> None:
    assert f"Sitemap: {ORIGIN}/sitemap.xml" in (site / "robots.txt").read_text()


def test_the_old_address_of_support_leads_to_the_new(site: Path) -> None:
    assert '"/cz/technicka-podpora" "/podpora/";' in (site / "redirects.map").read_text()


def test_text_files_have_compressed_twins(site: Path) -> None:
    for name in ("index.html", "feeds/cs.atom.xml", "feeds/cs.json", "sitemap.xml"):
        assert (site / f"{name}.gz").stat().st_size < (site / name).stat().st_size
        assert (site / f"{name}.br").is_file()


def test_every_asset_is_served_under_its_fingerprint(site: Path) -> None:
    for address in pelicanconf.ASSETS.values():
        assert re.search(r"\.[0-9a-f]{10}\.\w+$", address)
        assert (site / address.lstrip("/")).is_file()


def data(**item: object) -> str:
    """A script with one item of structured data, broken as a test likes it."""
    return f'<script type="application/ld+json">{json.dumps({"@context": "https://schema.org"} | item)}</script>'


BROKEN = {
    '<a href="/nikam/">x</a>': "odkaz „/nikam/“ nikam nevede",
    '<a href="/podpora/#nikde">x</a>': "míří na id „nikde“, které na stránce /podpora/ není",
    '<a href="/podpora/index.html#nikde">x</a>': "míří na id „nikde“",
    '<a href="/cz/technicka-podpora#nikde">x</a>': "míří na id „nikde“",
    '<a href="nic/">x</a>': "odkaz „nic/“ nikam nevede",
    '<a href="javascript:x()">x</a>': "odkaz „javascript:x()“ nezačíná ničím, co se otevře",
    '<a href="ftp://x.cz/">x</a>': "odkaz „ftp://x.cz/“ nezačíná ničím",
    '<a href="http://[x">x</a>': "odkaz „http://[x“ nezačíná ničím",
    '<img src="/nic.png" alt="">': "odkaz „/nic.png“ nikam nevede",
    '<img srcset="/robots.txt 1x, /nic2.png 2x" alt="">': "odkaz „/nic2.png“ nikam nevede",
    '<img src="/robots.txt">': "obrázek nemá alt",
    '<input type="image" src="/robots.txt">': "obrázek nemá alt",
    '<map><area href="/"></map>': "obrázek nemá alt",
    '<svg role="img"><path/></svg>': "obrázek s role=img nemá jméno",
    '<svg role="img"><title> </title></svg>': "obrázek s role=img nemá jméno",
    '<span role="img">x</span>': "obrázek s role=img nemá jméno",
    '<p id="main">x</p>': "id „main“ je na stránce dvakrát",
    '<p id="">x</p>': "id „“ je prázdné, nebo má mezeru",
    '<p id="a b">x</p>': "id „a b“ je prázdné, nebo má mezeru",
    '<label for="nikdo">x</label>': "for= ukazuje na id „nikdo“",
    '<p aria-labelledby="main nikdo">x</p>': "aria-labelledby= ukazuje na id „nikdo“",
    '<p aria-describedby="nikdo">x</p>': "aria-describedby= ukazuje na id „nikdo“",
    "<h1>x</h1>": "nadpis h1 je na stránce dvakrát",
    '<link rel="canonical" href="/soukromi/">': "kanonická adresa je na stránce dvakrát",
    '<meta name="description" content="x">': "popis je na stránce dvakrát",
    '<p style="color:red">x</p>': "atribut style= zakazuje CSP",
    '<p onclick="x()">x</p>': "atribut onclick= zakazuje CSP",
    "<script>x()</script>": "skript v HTML zakazuje CSP",
    "<style>p{}</style>": "styl v HTML zakazuje CSP",
    '<script src="https://cdn.example/x.js"></script>': "stránka načítá „https://cdn.example/x.js“ odjinud",
    '<iframe src="//video.example/1"></iframe>': "stránka načítá „//video.example/1“ odjinud",
    '<object data="//x.example/1"></object>': "stránka načítá „//x.example/1“ odjinud",
    '<embed src="//x.example/2">': "stránka načítá „//x.example/2“ odjinud",
    '<video><track src="//x.example/3"></video>': "stránka načítá „//x.example/3“ odjinud",
    '<img srcset="//x.example/4 2x" alt="">': "stránka načítá „//x.example/4“ odjinud",
    '<svg><image href="//x.example/5"/></svg>': "stránka načítá „//x.example/5“ odjinud",
    '<link rel="preconnect" href="//x.example">': "stránka načítá „//x.example“ odjinud",
    '<form action="//x.example/6"></form>': "stránka načítá „//x.example/6“ odjinud",
    "<p>pište na jan@firma.cz</p>": "jan@firma.cz najdou roboti",
    "<p>jan&#64;firma.cz</p>": "jan@firma.cz najdou roboti",
    "<p>jan%40firma.cz</p>": "jan@firma.cz najdou roboti",
    "<p><b>jan</b>@<i>firma</i>.cz</p>": "jan@firma.cz najdou roboti",
    "<p>jan (at) firma (dot) cz</p>": "najdou roboti",
    "<p>obchod zavináč ispadmin.example</p>": "najdou roboti",
    "<p>obchod<b>AT</b>ispadmin tečka example</p>": "najdou roboti",
    "<p>technik<svg><title>zavináč</title></svg>ispadmin.example</p>": "najdou roboti",
    '<a href="mailto:jan">x</a>': "prozrazuje adresu robotům",
    '<script type="application/ld+json">{nic</script>': "JSON-LD nejde přečíst",
    '<script type="application/ld+json">["nic", null]</script>': 'JSON-LD: "nic" není objekt',
    '<script type="application/ld+json">{"@type": ["x"]}</script>': "neznámý typ",
    data(**{"@type": "NewsArticle"}): "JSON-LD NewsArticle: chybí headline",
    data(**{"@type": "NewsArticle"}, datePublished="12. 9. 2017"): "datePublished není datum",
    data(**{"@type": "NewsArticle"}, mainEntityOfPage=ORIGIN): "mainEntityOfPage není adresa stránky",
    data(**{"@type": "NewsArticle"}, author={"@id": "#nikdo"}): "@id #nikdo na stránce není",
    data(**{"@type": "BreadcrumbList"}, itemListElement=["x"]): "itemListElement není seznam objektů",
    data(**{"@type": "BreadcrumbList"}, itemListElement=[{"position": 1, "item": ORIGIN}]): "poslední krok nevede",
    data(**{"@type": "Organization"}, url=f"{ORIGIN}/nikam/"): f"adresa {ORIGIN}/nikam/ na webu není",
}


@pytest.fixture
def copy(site: Path, tmp_path: Path) -> Path:
    """A copy of the site that a test may break."""
    return Path(shutil.copytree(site, tmp_path / "copy"))


def change(page: Path, old: str, new: str) -> None:
    html = page.read_text("utf-8")
    assert old in html
    page.write_text(html.replace(old, new, 1), "utf-8")


def test_the_finished_site_has_no_problem(site: Path) -> None:
    assert output.problems(site) == []


def test_the_output_check_finds_every_kind_of_broken_body(copy: Path) -> None:
    page = copy / "soukromi/index.html"
    whole = page.read_text("utf-8")
    for html, expected in BROKEN.items():
        page.write_text(whole.replace("</main>", f"{html}</main>"), "utf-8")
        found = [str(problem) for problem in output.problems(copy)]
        assert any(expected in problem for problem in found), (html, found)
        assert all(problem.startswith("soukromi/index.html:") for problem in found)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('<html lang="cs">', "<html>", "chybí jazyk"),
        ("<title>", "<title></title><x>", "chybí titulek"),
        ('<meta name="description"', '<meta name="x"', "chybí popis"),
        ('<link rel="canonical"', '<link rel="x"', "chybí kanonická adresa"),
        (f'canonical" href="{ORIGIN}/soukromi/', f'canonical" href="{ORIGIN}/jinam/', "není adresou stránky"),
        (f'hreflang="en" href="{ORIGIN}/en/privacy/', f'hreflang="en" href="{ORIGIN}/en/x/', "kde nic není"),
        (f'hreflang="en" href="{ORIGIN}/en/privacy/', f'hreflang="en" href="{ORIGIN}/en/support/', "neukazuje zpět"),
        (f'hreflang="cs" href="{ORIGIN}/soukromi/', f'hreflang="cs" href="{ORIGIN}/', "neuvádí stránku samu"),
        ('hreflang="x-default"', 'hreflang="de"', "x-default nevede"),
        ('hreflang="en" href="http', 'x="', "hreflang en neodpovídá odkazu na překlad"),
        ('" lang="en" hreflang="en"', 'x/" lang="en" hreflang="en"', "hreflang en neodpovídá odkazu na překlad"),
        ('"@type": "Organization"', '"@type": "x"', "chybí JSON-LD Organization"),
        ('"@type": "BreadcrumbList"', '"@type": "x"', "chybí JSON-LD BreadcrumbList"),
        ('"position": 2', '"position": 3', "pozice nejdou po jedné"),
        ("<title>Soukromí", "<title>Aktuální ceník", "má i cenik/index.html"),
    ],
)
def test_the_output_check_finds_broken_heads(copy: Path, old: str, new: str, expected: str) -> None:
    change(copy / "soukromi/index.html", old, new)
    assert any(expected in str(problem) for problem in output.problems(copy))


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("redirects.map", '"/stara" "/nikam/";', "/stara vede na /nikam/, kde nic není"),
        ("redirects.map", '"/stara" "/stara2";\n"/stara2" "/podpora/";', "/stara vede na /stara2, kde nic není"),
        ("redirects.map", '"/kontakt" "/podpora/";', "stará cesta /kontakt patří stránce"),
        ("redirects.map", '"/formulare/kontakt/" "/podpora/";', "stará cesta /formulare/kontakt/ patří stránce"),
        ("redirects.map", '"/stara" "/podpora/";\n"/stara" "/";', "/stara vede na víc stránek"),
        ("assets/x.css", "p { background: url(nic.png) }", "soubor „nic.png“ na webu není"),
        ("robots.txt", f"Sitemap: {ORIGIN}/nic.xml", f"adresa {ORIGIN}/nic.xml na webu není"),
        ("sitemap.xml", f"<loc>{ORIGIN}/nic/</loc>", f"adresa {ORIGIN}/nic/ na webu není"),
        ("feeds/cs.json", f'"url": "{ORIGIN}/nic/"', f"adresa {ORIGIN}/nic/ na webu není"),
        ("feeds/cs.json", r"jan\u0040firma.cz", "jan@firma.cz najdou roboti"),
        ("feeds/cs.atom.xml", "jan&lt;b&gt;&amp;#64;&lt;/b&gt;firma.cz", "jan@firma.cz najdou roboti"),
    ],
)
def test_the_output_check_reads_what_is_no_page(copy: Path, name: str, text: str, expected: str) -> None:
    (copy / name).write_text(text + "\n")
    assert any(problem.path == name and expected in str(problem) for problem in output.problems(copy))


def test_people_read_the_departments_addresses_without_a_script(pages: dict[str, Page], site: Path) -> None:
    html = (site / "kontakt/index.html").read_text("utf-8")
    for local, domain in pelicanconf.DEPARTMENTS.values():
        remark = r'<i class="visually-hidden"> \(.+?\) </i>'
        assert re.search(rf'<span>{local}</span><svg aria-hidden="true".*?{remark}<span>{domain}</span>', html)
