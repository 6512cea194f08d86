"""The search: whatever form of a word is typed, the page that has another is found; versions whole; no query hurts."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

import pelicanconf
from forms import check, create_app
from forms.search import KIN, LINE, ROOM, Index, SearchAwayError, Text, excerpt, kin
from newsroom.words import words
from plugins import search

# What is typed, and a form of it that only one page has.
CZECH = """
odstávka odstávky | odstávku odstávkách | odstavek odstávka | fakturou faktura | faktur fakturách | fakturám fakturu
zákazníci zákazník | zakazniku zákazníkem | zákazníkům zákazníci | zákazníkum zákazníka | licencí licence
licencemi licenci | licence licencí
licencich licence | školením školení | skolenim školeních | podpory podpora | podpoře podporou | podpore podpory
ceníku ceník | ceniky ceníkem | aktualizací aktualizace | aktualizacemi aktualizaci | aktualizacim aktualizacích
verzi verze | verzích verzí | verzemi verzi | síť sítě | siti sítích | sítím síť | router routery | routerů routeru
platba plateb | platby platbou | smlouva smlouvách | smlouvou smlouvy | tarify tarif | tarifech tarifů | termín termíny
terminech termínů | technik technici | technikům technika | provozovatele provozovatel | provozovatelů provozovatelem
záloha zálohy | zalohach záloh | účet účty | uctu účet | účtech účtů | výpadek výpadky | vypadku výpadcích
systém systémech | systemu systémů | heslo hesel | hesly heslo | uživatel uživatelé | uzivatelu uživatel
měsíc měsíce | mesicu měsících | sloupec sloupců | sloupce sloupec | tiket tikety | objednávka objednávek
přípojka přípojek | pripojky přípojkou | hlášením hlášení | zařízení zařízením | zarizenim zařízeních
oprava opravy | chyba chyb | chybu chybách | server serverů | serveru servery | instalace instalací
adresa adres | adrese adresách | internet internetu | ISPadmin ISPadminu | ispadminem ISPadmin | databáze databází
poplatek poplatky | certifikát certifikáty | port porty | dotaz dotazů | požadavek požadavky | pozadavku požadavek
technická technické | novou nové | stabilního stabilní | pracovní pracovního | hodina hodin | cena ceny
smlouva smluv | smluv smlouvou | den dnů | dny den | dnu dnech | dní dne | pronájem pronájmu | pronajmu pronájem
nájem nájmy | příjem příjmů | prijmy příjem | zájem zájmu | dům domy | domů dům | firem firma | forem forma
pasem pásmo | rok let | peněz peníze | paměti paměť | prodlužování prodlouží | prodloužit prodloužení
"""
ENGLISH = """
networks network | invoices invoice | invoicing invoices | customer customers | licences licence | updates update
updating updated | training trainings | supports support | tickets ticket | requests request | addresses address
payments payment | releases release | versions version | installations installation | routers router | outages outage
backups backup | settings setting | connections connection | fixed fix
"""


def pairs(table: str) -> list[tuple[str, str]]:
    return [tuple(pair.split()) for line in table.strip().split("\n") for pair in line.split(" | ")]


def note(address: str, title: str = "", html: str = "", lang: str = "cs", **more: Any) -> Any:
    """A note as Pelican and the plugins hold it."""
    told = {"public": True, "date": datetime(2017, 9, 12, tzinfo=UTC)} | more
    return SimpleNamespace(address=address, title=title or address, _content=html, lang=lang, **told)


def items(*told: tuple[str, str, str]) -> str:
    """The HTML of items, each from its module, id and own HTML, as plugins.marks leaves it."""
    made = (
        f'<li data-module="{module}" id="{name}">{f"<strong>{module}:</strong> " if module else ""}{html}</li>\n'
        for module, name, html in told
    )
    return f'<h2 data-kind="fixed" id="opravy">Opravy</h2>\n<ul>\n{"".join(made)}</ul>'


def write(folder: Path, *notes: Any, pages: tuple[Any, ...] = (), preview: str = "") -> Index:
    """Have the plugin write an index, and return what asks it."""
    listed = {lang: [note for note in notes if note.lang == lang] for lang in ("cs", "en")}
    facts = {name: getattr(pelicanconf, name) for name in ("TEXTS", "ADDRESSES", "FORM_ADDRESSES")}
    generator = SimpleNamespace(
        settings={"PREVIEW": preview, "LANGUAGES": ("cs", "en")},
        context={"PAGES": pages, "LISTED": listed, **facts},
        output_path=str(folder),
    )
    generator.rows = lambda lang: search.Search.rows(generator, lang)
    search.Search.generate_output(generator, None)
    return Index(str(folder / search.NAME))


def addresses(index: Index, query: str, lang: str = "cs") -> list[str]:
    return [page.address for page in index.find(query, lang).pages]


def shown(text: Text) -> str:
    return "".join(f"[{piece}]" if hit else piece for piece, hit in text)


# -- Forms of words ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("lang", "table"), [("cs", CZECH), ("en", ENGLISH)])
def test_a_form_of_a_word_finds_the_page_that_has_another(tmp_path: Path, lang: str, table: str) -> None:
    forms = pairs(table)
    notes = [note(f"/{form}/", "-", f"<p>Before {form} after.</p>", lang=lang) for form in {form for _, form in forms}]
    index = write(tmp_path, *notes)
    missed = [(typed, form) for typed, form in forms if f"/{form}/" not in addresses(index, typed, lang)]
    assert missed == []
    assert len(pairs(CZECH)) + len(pairs(ENGLISH)) >= 60


@pytest.mark.parametrize(
    ("lang", "query", "first"),
    [
        ("cs", "ceníky", "/cenik/"),
        ("cs", "cenikem", "/cenik/"),
        ("cs", "skolenim", "/skoleni/"),
        ("cs", "zaškolením obsluh", "/skoleni/"),
        ("cs", "úroveň podpor", "/podpora/"),
        ("cs", "vip podpor", "/podpora/"),
        ("cs", "prodlužování aktualizace", "/podpora/"),
        ("cs", "cookie", "/soukromi/"),
        ("cs", "helpdeskem", "/kontakt/"),
        ("cs", "4.28", "/aktuality/4.28/"),
        ("cs", "ISPadmin 4.26", "/aktuality/4.26/"),
        ("cs", "v4.24", "/aktuality/4.24/"),
        ("cs", "verze 4.27", "/aktuality/4.27/"),
        ("en", "price lists", "/en/price-list/"),
        ("en", "trainings", "/en/training/"),
        ("en", "vip", "/en/support/"),
        ("en", "4.25", "/en/news/4.25/"),
        ("en", "helpdesks", "/en/contact/"),
        ("cs", "podpora", "/podpora/"),
        ("cs", "technická podpora", "/podpora/"),
        ("en", "supports", "/en/support/"),
        ("cs", "aktualit", "/aktuality/"),
        ("en", "news", "/en/news/"),
        ("cs", "aktualizacemi do", "/formulare/prodlouzeni/"),
    ],
)
def test_the_real_pages_come_first_for_what_they_are_about(site: Path, lang: str, query: str, first: str) -> None:
    assert addresses(Index(str(site / search.NAME)), query, lang)[0].partition("#")[0] == first


def test_nothing_that_is_not_public_is_found(tmp_path: Path) -> None:
    draft = SimpleNamespace(lang="cs", status="draft", title="Tajné", content="<p>tajné</p>", address="/tajne/")
    index = write(tmp_path, note("/a/", html="<p>tajné</p>", public=False), pages=(draft,))
    assert addresses(index, "tajné") == []


def test_a_preview_has_no_index(tmp_path: Path) -> None:
    write(tmp_path, note("/a/"), preview="zkouska")
    assert list(tmp_path.iterdir()) == []


# -- Versions, exact words, rank ---------------------------------------------------------------------------------------
def test_a_version_is_one_word(tmp_path: Path) -> None:
    texts = {"/4.28/": "verze 4.28.", "/4.2/": "4.2, potom 28", "/day/": "4. 2. 2017", "/14.28/": "14.28 nebo 4.28.1"}
    index = write(tmp_path, *(note(address, "-", f"<p>{text}</p>") for address, text in texts.items()))
    assert addresses(index, "4.28") == ["/4.28/"]
    assert addresses(index, "V4.28") == ["/4.28/"]
    assert addresses(index, "4.2") == ["/4.2/"]
    assert addresses(index, "4.28.1") == ["/14.28/"]
    assert {*addresses(index, "4.2*")} == {"/4.2/"}
    assert shown(index.find("4.28", "cs").pages[0].passage) == "verze [4.28]."


def test_what_the_site_does_not_have_is_taken_for_a_beginning(tmp_path: Path) -> None:
    index = write(tmp_path, note("/a/", "-", "<p>monitoring</p>"), note("/4.28/"), note("/4.27/"))
    assert addresses(index, "monitoringu") == ["/a/"]
    assert addresses(index, "monit") == ["/a/"]
    assert {*addresses(index, "4.2")} == {"/4.28/", "/4.27/"}


def test_titles_come_before_headings_and_those_before_text(tmp_path: Path) -> None:
    filling = "<p>" + "slovo " * 50 + "</p>"
    texts = note("/text/", "-", f"<p>záloha</p>{filling}")
    heading = note("/heading/", "-", f"<h2>Zálohy</h2>{filling}")
    module = note("/module/", "-", filling + items(("Záloha", "a1b2c3", "běží")))
    title = note("/title/", "Zálohování a zálohy", filling)
    found = addresses(write(tmp_path, texts, heading, module, title), "záloha")
    assert found[0] == "/title/"
    assert [address.partition("#")[0] for address in found[-1:]] == ["/text/"]


def test_a_long_page_named_so_comes_before_short_ones_that_say_it_often(tmp_path: Path) -> None:
    often = [note(f"/{number}/", "-", "<p>zálohy " * 9) for number in range(ROOM + 5)]
    index = write(tmp_path, *often, note("/named/", "Jak zálohovat: záloha", f"<p>{'slovo ' * 3000}</p>"))
    assert addresses(index, "záloha")[0] == "/named/"


def test_the_page_whose_title_is_asked_for_comes_before_one_with_more_title(tmp_path: Path) -> None:
    index = write(tmp_path, note("/more/", "Záloha celé sítě"), note("/it/", "Zálohy", f"<p>{'slovo ' * 500}</p>"))
    assert addresses(index, "záloha") == ["/it/", "/more/"]


def test_many_common_words_compare_fewer_pages_but_find_as_many(tmp_path: Path) -> None:
    words = [f"{letter}lovo" for letter in "abcdefghijkl"]
    index = write(tmp_path, *(note(f"/{number}/", "-", f"<p>{' '.join(words)}</p>") for number in range(1200)))
    found = index.find(" ".join(words), "cs")
    assert ([page.address for page in found.pages], found.more) == ([f"/{number}/" for number in range(ROOM)], True)


def test_every_word_is_wanted_but_some_are_better_than_nothing(tmp_path: Path) -> None:
    index = write(tmp_path, note("/a/", "router"), note("/b/", "faktura"), note("/c/", "router faktura"))
    both, some = index.find("faktury routeru", "cs"), index.find("faktury lednička", "cs")
    assert ([page.address for page in both.pages], both.every) == (["/c/"], True)
    assert ({page.address for page in some.pages}, some.every) == ({"/b/", "/c/"}, False)


def test_no_more_are_shown_than_people_read(tmp_path: Path) -> None:
    index = write(tmp_path, *(note(f"/{number}/", "záloha") for number in range(ROOM + 5)))
    found = index.find("záloha", "cs")
    assert [page.address for page in found.pages] == [f"/{number}/" for number in range(ROOM)]
    assert found.more


# -- What is shown -----------------------------------------------------------------------------------------------------
def test_a_hit_leads_to_its_item_and_shows_it(tmp_path: Path) -> None:
    html = "<p>Vyšla verze.</p>" + items(
        ("Mapy", "k7f3q2", "body &amp; čáry <b>leží</b>\nsprávně"), ("", "m8g4r3", "tisk <code>&lt;b&gt;</code> faktur")
    )
    index = write(tmp_path, note("/4.28/", "ISPadmin 4.28", html))
    (page,) = index.find("čára", "cs").pages
    assert (page.address, shown(page.passage)) == ("/4.28/#k7f3q2", "Mapy: body & [čáry] leží správně")
    (page,) = index.find("faktura tisku", "cs").pages
    assert (page.address, shown(page.passage)) == ("/4.28/#m8g4r3", "[tisk] <b> [faktur]")
    (page,) = index.find("4.28", "cs").pages
    assert (page.address, shown(page.title)) == ("/4.28/", "ISPadmin [4.28]")
    assert shown(page.passage) == "Vyšla verze."


def test_an_untranslated_note_is_found_by_the_roots_of_who_asks(tmp_path: Path) -> None:
    english = note("/en/news/4.28/", html="<p>Novák and his contracts.</p>", lang="en")
    rows = {lang: search.note_row(english, lang) for lang in ("cs", "en")}
    assert rows["cs"].reading == rows["en"].reading
    assert {lang: row.rooted.words["novák"] for lang, row in rows.items()} == {"cs": "novac", "en": "novak"}


def test_a_passage_says_under_which_heading_it_stands() -> None:
    html = '<p>Úvod.</p>\n<h2 id="a">První</h2>\n<h3>Druhý</h3>\n<p>Text\nzde.</p>\n<ul>\n<li>b</li>\n</ul>\n<h2>C</h2>'
    headings, passages = search.read_text(html)
    assert headings == ["První", "Druhý", "C"]
    assert passages == [("", "Úvod."), ("a", "První"), ("", "Druhý – Text zde."), ("", "b"), ("", "C")]
    table = "<table><tr><td>a</td>\n<td>b</td>\n</tr></table>"
    assert search.read_text(table)[1] == [("", "a · b")]


def test_a_long_passage_is_cut_around_its_first_hit() -> None:
    text = shown(excerpt([("slovo " * 60, False), ("zásah", True), (" konec" * 60, False)]))
    assert text.startswith("… slovo")
    assert text.endswith("konec …")
    assert "slovo [zásah] konec" in text
    assert len(text) < LINE + 20
    assert excerpt([("krátký ", False), ("zásah", True)]) == [("krátký ", False), ("zásah", True)]


PIECES = st.tuples(st.sampled_from(["a", "slovo ", "dva slova a tři ", "\N{NO-BREAK SPACE}", "x" * 300]), st.booleans())


@given(st.lists(PIECES, min_size=1, max_size=100))
def test_what_is_cut_is_short_and_part_of_the_line(line: Text) -> None:
    cut = "".join(part for part, _ in excerpt(line))
    assert len(cut) <= LINE + 4
    assert cut.removesuffix(" …").removeprefix("…").strip() in "".join(part for part, _ in line)


# -- Odd queries -------------------------------------------------------------------------------------------------------
ODD = ["", " ", '"', "'", "*", "-", "a OR", "NOT", "NEAR(a b)", "title:záloha", "^záloha", '"záloha" AND', "{title}: a"]
ODD += ["\0", "záloha\0", "😀", "....", "4..28", ".4", "%", "(" * 500, "á" * 10_000, "a " * 5_000, "\ud800", "İI", "ﬁ"]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return write(tmp_path_factory.mktemp("small"), note("/a/", "záloha"), note("/b/", "backup", lang="en"))


@pytest.mark.parametrize("query", ODD, ids=range(len(ODD)))
def test_an_odd_query_is_a_query(small: Index, query: str) -> None:
    for lang in ("cs", "en"):
        assert len(small.find(query, lang).pages) <= 3


@settings(max_examples=300)
@given(st.one_of(st.text(), st.text(alphabet="záloh \"*()^:-+.\0'{}ORANDT\u0301")))
def test_any_query_is_answered(small: Index, query: str) -> None:
    for lang in ("cs", "en"):
        assert isinstance(small.find(query, lang).pages, list)


@given(st.text())
def test_a_word_is_lower_case_letters_and_digits_with_points_within_versions(text: str) -> None:
    for word in words(text):
        assert re.fullmatch(r"[^\W_]+(\.[^\W_]+)*", word)


def test_a_beginning_of_very_many_words_stands_for_some(tmp_path: Path) -> None:
    index = write(tmp_path, note("/a/", " ".join(f"dom{number}" for number in range(2 * KIN))))
    with index.open() as database:
        assert len(kin(database, "dom", "cs", KIN)) == KIN


# -- When the index is away, or another --------------------------------------------------------------------------------
def test_without_an_index_one_hears_so(tmp_path: Path) -> None:
    (tmp_path / "broken").write_bytes(b"not a database" * 1000)
    (tmp_path / "empty").touch()
    for name in ("none", "broken", "empty", "."):
        with pytest.raises(SearchAwayError, match=re.escape(str(tmp_path))):
            Index(str(tmp_path / name)).find("záloha", "cs")


def test_a_new_release_brings_its_index(tmp_path: Path) -> None:
    for name, title in (("one", "záloha"), ("two", "obnova")):
        (tmp_path / name).mkdir()
        write(tmp_path / name, note(f"/{name}/", title))
    current = tmp_path / "current"
    current.symlink_to("one")
    index = Index(str(current / search.NAME))
    assert addresses(index, "záloha") == ["/one/"]
    (tmp_path / "next").symlink_to("two")
    (tmp_path / "next").rename(current)
    shutil.rmtree(tmp_path / "one")
    assert (addresses(index, "záloha"), addresses(index, "obnovy")) == ([], ["/two/"])


def test_the_index_is_the_same_for_the_same_content(tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        index = write(tmp_path / name, *(note(f"/{number}/", f"záloha {number}") for number in range(50)))
        made.append(Path(index.path).read_bytes())
    assert made[0] == made[1]


def test_check_counts_what_can_be_found(small: Index, tmp_path: Path) -> None:
    assert check.search(small, ("cs", "en")) == check.Finding("search", True, "finds pages: 3 cs, 3 en")
    away = check.search(Index(f"{tmp_path}/none"), ("cs",))
    assert not away.right
    assert away.words.endswith("publish the site, or look at FORMS_SEARCH_INDEX")


# -- The page ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def visitor(environ: dict[str, str], tmp_path: Path) -> FlaskClient:
    hostile = note("/x/", "<script>alert(1)</script> záloha", "<p>&lt;img src=x onerror=alert(2)&gt; zálohy</p>")
    write(tmp_path, hostile, note("/a/", "tarif"), note("/b/", "backup", lang="en"))
    return create_app(environ).test_client()


def test_a_result_is_shown_with_its_hits_and_nothing_of_it_is_markup(visitor: FlaskClient) -> None:
    answer = visitor.get("/hledani/", query_string={"q": 'záloha "<script>x</script>" <b>'})
    assert answer.status_code == 200
    plain = answer.text.replace("<mark>script</mark>", "script")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; <mark>záloha</mark>" in plain
    assert "<img" not in answer.text
    assert "onerror=alert(2)&gt; <mark>zálohy</mark>" in answer.text
    assert 'value="záloha &#34;&lt;script&gt;x&lt;/script&gt;&#34; &lt;b&gt;"' in answer.text
    assert '<time datetime="2017-09-12">12.\N{NO-BREAK SPACE}září\N{NO-BREAK SPACE}2017</time>' in answer.text
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/hledani/", "Stačí pár slov"),
        ("/hledani/?q=%20", "Stačí pár slov"),
        ("/hledani/?q=tarify", "Našli jsme 1 stránku."),
        ("/hledani/?q=tarify+a+lednice", "Všechna slova najednou"),
        ("/hledani/?q=lednice", "Nic jsme nenašli."),
        ("/hledani/?q=...", "Nic jsme nenašli."),
        ("/hledani/?q=backup", "Nic jsme nenašli."),
        ("/en/search/", "A few words"),
        ("/en/search/?q=backups", "We found 1 page."),
        ("/en/search/?q=nothing", "We found nothing."),
        ("/en/search/?q=%ff%00%ed%a0%80", "We found nothing."),
    ],
)
def test_the_page_says_what_was_found(visitor: FlaskClient, path: str, said: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 200
    status = re.search(r'<p class="said" role="status">([^<]*)</p>', answer.text)
    assert status
    assert status[1].replace("\N{NO-BREAK SPACE}", " ").startswith(said)


def test_the_other_language_is_asked_for_the_same(visitor: FlaskClient) -> None:
    assert 'href="/en/search/?q=v%C3%BDpadek+4.28"' in visitor.get("/hledani/?q=výpadek+4.28").text


def test_what_is_far_too_long_is_cut(visitor: FlaskClient) -> None:
    answer = visitor.get("/hledani/", query_string={"q": "tarif " * 2000})
    assert "Našli jsme" in answer.text
    assert len(answer.data) < 20_000


@pytest.mark.parametrize(("path", "words"), [("/hledani/", "Hledání teď nefunguje"), ("/en/search/", "not working")])
def test_without_an_index_the_page_says_where_else_to_look(client: FlaskClient, path: str, words: str, caplog) -> None:
    assert client.get(path).status_code == 200
    answer = client.get(f"{path}?q=tajemství")
    assert answer.status_code == 503
    assert words in answer.text.replace("\N{NO-BREAK SPACE}", " ")
    assert 'class="ways"' in answer.text
    assert "nothing can be found" in caplog.text
    assert "tajemství" not in caplog.text


def test_error_pages_offer_the_search(client: FlaskClient, site: Path) -> None:
    assert 'action="/hledani/"' in client.get("/formulare/prijato/none/").text
    assert 'action="/en/search/"' in (site / "en/404.html").read_text("utf-8")
    assert 'role="search"' not in (site / "502.html").read_text("utf-8")  # the app that would answer is away
    assert "najdete i\N{NO-BREAK SPACE}v\N{NO-BREAK SPACE}nabídce" in (site / "502.html").read_text("utf-8")
    assert 'href="/hledani/"' in (site / "index.html").read_text("utf-8")
