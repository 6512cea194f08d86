"""What each plugin does with small input; the whole of them is asked in test_site.py."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import DictLoader, Environment
from markdown import Markdown

from newsroom.notes import version_order
from newsroom.typography import typeset, typeset_html, typeset_texts
from plugins.blocks import UnknownBlockError, with_blocks
from plugins.changes import first_words
from plugins.feeds import Feeds, entry_id
from plugins.filters import isodate, long_date, number
from plugins.languages import link_translations, part_languages
from plugins.releases import newest
from plugins.sitemap import moves
from plugins.timeline import timeline


def spaced(text: str) -> str:
    """Show where a line may not break."""
    return text.replace("\N{NO-BREAK SPACE}", "~").replace("\N{WORD JOINER}", "_")


UNTOUCHED = "2017-09-12, 2017-09, 603-123-456, +420-603, 555-1234, 4.28-4.30"


@pytest.mark.parametrize(
    ("lang", "plain", "set_right"),
    [
        ("cs", "k nám i s vámi a v síti", "k~nám i~s~vámi a~v~síti"),
        ("cs", "V síti, a o tom", "V~síti, a~o~tom"),
        ("cs", "dva a dva", "dva a~dva"),
        ("cs", "do 24 hodin, 6 měsíců, 20 %", "do 24~hodin, 6~měsíců, 20~%"),
        ("cs", "777 939 licencí", "777~939~licencí"),
        ("cs", "od 12. září 2017 do 12. 9. 2018", "od 12.~září~2017 do 12.~9.~2018"),
        ("cs", "v roce 2017 vyšla verze 4.28 pro všechny", "v~roce 2017 vyšla verze 4.28 pro všechny"),
        ("cs", "NET service solution s.r.o. a spol.", "NET~service~solution~s.r.o. a~spol."),
        (
            "cs",
            "např. § 5, č. 3, str. 20, tzv. VIP, Ing. Nová, 20 °C",
            "např.~§~5, č.~3, str.~20, tzv.~VIP, Ing.~Nová, 20~°C",
        ),
        ("cs", "1.12.2026, verze 4.28.1", "1.~12.~2026, verze 4.28.1"),
        ("cs", "4–6 hodin a 1.–5. den", "4_–_6~hodin a~1._–_5. den"),
        ("en", "2x a day, 1024x768, 0x1F, 4.x", "2× a day, 1024×768, 0x1F, 4.x"),
        ("en", "10-15 minutes, 2016-2017", "10_–_15~minutes, 2016_–_2017"),
        ("en", UNTOUCHED, UNTOUCHED),
        ("en", "a day, 12 September 2017, 24 hours", "a day, 12~September~2017, 24~hours"),
    ],
)
def test_lines_do_not_break_where_a_typesetter_would_not_break_them(lang: str, plain: str, set_right: str) -> None:
    assert spaced(typeset(plain, lang)) == set_right


@pytest.mark.parametrize(
    "html",
    ["<code>ls v adresáři</code>", "<pre>a b 24 hodin</pre>", '<img alt="k tomu">', "<kbd>k tomu</kbd>"],
)
def test_code_and_attributes_are_left_alone(html: str) -> None:
    assert typeset_html(html, "cs") == html


@pytest.mark.parametrize(
    ("html", "czech", "english"),
    [
        ('"VIP" -- a &amp; b', "„VIP“ – a~&amp; b", "“VIP” – a &amp; b"),
        ("O'Brien, 'VIP', the '80s", "O’Brien, ‚VIP‘, the ’80s", "O’Brien, ‘VIP’, the ’80s"),
        ('"\'Ano\' řekl." ("ne")...', "„‚Ano‘ řekl.“ („ne“)…", "“‘Ano’ řekl.” (“ne”)…"),
        ('<em>"a"</em> "<em>b</em>"', "<em>„a“</em> „<em>b</em>“", "<em>“a”</em> “<em>b</em>”"),
        ('<p>"</p><p>a"<b>b</b></p>', "<p>“</p><p>a“<b>b</b></p>", "<p>”</p><p>a”<b>b</b></p>"),
        (
            '"<code>x</code>" --- <i id="k">a</i>',
            '„<code>x</code>“ — <i id="k">a</i>',
            '“<code>x</code>” — <i id="k">a</i>',
        ),
        ("providers' systems", "providers‘ systems", "providers’ systems"),
    ],
)
def test_quotes_and_dashes_follow_the_language(html: str, czech: str, english: str) -> None:
    assert spaced(typeset_html(html, "cs")) == czech
    assert typeset_html(html, "en") == english


def test_interface_texts_are_typeset_at_any_depth() -> None:
    assert typeset_texts({"menu": {"help": "Rada a pomoc"}, "n": 1}, "cs") == {
        "menu": {"help": "Rada a\xa0pomoc"},
        "n": 1,
    }


def test_tables_keep_their_meaning_as_cards() -> None:
    table = "| Úroveň | *Reakce* |\n| --- | --- |\n| VIP | 24 hodin |\n"
    html = Markdown(extensions=["tables", "plugins.tables"]).convert(table)
    assert '<th scope="col">Úroveň</th>' in html
    assert '<th data-label="Úroveň" scope="row">VIP</th>' in html
    assert '<td data-label="Reakce">24 hodin</td>' in html


def test_authors_notes_do_not_reach_the_page_but_code_does() -> None:
    text = "a<!-- jen pro nás\n[[form:contact]] -->b\n\n```\n<!-- v kódu -->\n```\n"
    html = Markdown(extensions=["fenced_code", "plugins.comments"]).convert(text)
    assert html.startswith("<p>ab</p>")
    assert "jen pro nás" not in html
    assert "&lt;!-- v kódu --&gt;" in html


BLOCK = "<form>{{ lang }}:{{ argument }}</form>"
TEMPLATES = Environment(autoescape=True, loader=DictLoader({"blocks/form.html": BLOCK}))


def context(**names: Any) -> Any:
    """The part of a Jinja context that blocks use."""
    return SimpleNamespace(environment=TEMPLATES, get_all=lambda: names, get=names.get)


def test_a_block_is_filled_in_with_what_the_page_knows() -> None:
    html = with_blocks(context(lang="cs"), "<p>před</p>\n<p>[[form:contact]]</p>")
    assert html == "<p>před</p>\n<form>cs:contact</form>"


def test_an_unknown_block_names_its_page() -> None:
    with pytest.raises(UnknownBlockError, match=r"kontakt\.md: blok \[\[fotka\]\] neexistuje"):
        with_blocks(context(page="kontakt.md"), "<p>[[fotka]]</p>")


def note(key: str, lang: str = "cs", **more: Any) -> Any:
    """A note as Pelican holds it."""
    news = "aktuality" if lang == "cs" else "en/news"
    names = {"version": key, "channel": "stable", "public": True, "date": datetime(2017, 9, 12, tzinfo=UTC)} | more
    return SimpleNamespace(key=key, lang=lang, in_default_lang=lang == "cs", url=f"{news}/{key}/", **names)


def test_a_note_in_english_only_is_never_among_the_czech_ones() -> None:
    notes = [note("4.28"), note("4.29", "en")]
    generator = SimpleNamespace(articles=notes, translations=[], drafts=[], drafts_translations=[])
    part_languages(generator)
    assert generator.articles == notes[:1]
    assert generator.translations == notes[1:]


def test_alternates_name_only_languages_that_exist() -> None:
    both, other, alone = note("4.28"), note("4.28", "en"), note("4.29", "en")
    link_translations([other, both, alone], ("cs", "en"))
    assert both.alternates == other.alternates == {"cs": "/aktuality/4.28/", "en": "/en/news/4.28/"}
    assert alone.alternates == {"en": "/en/news/4.29/"}
    assert other.address == "/en/news/4.28/"


def test_versions_are_numbers_not_text() -> None:
    assert sorted(["4.28", "4.9", "4.28.1", "10.0"], key=version_order) == ["4.9", "4.28", "4.28.1", "10.0"]


def test_the_newest_version_is_stable_and_out() -> None:
    notes = [
        note("4.9"),
        note("4.28"),
        note("4.29", channel="beta"),
        note("4.30", public=False),
        note("n", version=None),
    ]
    link_translations(notes, ("cs", "en"))
    assert newest(notes) == {"version": "4.28", "date": date(2017, 9, 12), "address": {"cs": "/aktuality/4.28/"}}
    assert newest([]) is None


def test_the_time_line_shows_the_last_year() -> None:
    days = {"4.27": (2017, 9, 11), "4.28": (2017, 9, 12), "4.26": (2017, 3, 1), "4.20": (2016, 8, 1)}
    notes = [note(version, date=datetime(*day, tzinfo=UTC)) for version, day in days.items()]
    line = timeline([*notes, note("n", version=None)], "cs")
    assert line
    places = [(dot["note"].version, dot["level"]) for dot in line["dots"]]
    assert places == [("4.28", 0), ("4.27", 1), ("4.26", 0)]  # one day apart: one above the other
    assert [dot["aside"] for dot in line["dots"]] == [True, False, False]  # and its stem through nobody's letters
    assert [tick["name"] for tick in line["ticks"]] == ["bře", "dub", "kvě", "čvn", "čvc", "srp", "zář"]
    assert timeline(notes[:1], "cs") is None
    assert timeline([], "cs") is None


def test_crowded_labels_of_the_time_line_are_left_out() -> None:
    notes = [note(f"4.{n}", date=datetime(2017, 1 + n // 20, 1 + n % 20, tzinfo=UTC)) for n in range(200)]
    line = timeline(notes, "en")
    assert line
    assert len(line["dots"]) == 200
    assert sum(dot["level"] is not None for dot in line["dots"]) <= 27


def test_a_note_without_summary_is_described_by_its_first_words() -> None:
    assert first_words("<p><img src=x></p>\n<p>Vyšla <b>4.28</b>\n&amp; hotovo.</p><p>y</p>") == "Vyšla 4.28 & hotovo."
    assert first_words("<ul><li>x</li></ul>") == ""
    long = first_words(f"<p>{'slovo ' * 60}</p>")
    assert long.endswith("slovo …")
    assert len(long) < 205


def test_links_in_feeds_are_absolute() -> None:
    feeds = SimpleNamespace(root="https://x.cz", settings={"ORIGIN": "https://x.cz"})
    html = '<a href="/podpora/">a</a> <a href="#misto">b</a> <img src="/i.png"> <a href="https://y.cz/">c</a>'
    entry = SimpleNamespace(address="/aktuality/4.28/")
    assert Feeds.body(feeds, entry, html) == (
        '<a href="https://x.cz/podpora/">a</a> <a href="https://x.cz/aktuality/4.28/#misto">b</a> '
        '<img src="https://x.cz/i.png"> <a href="https://y.cz/">c</a>'
    )


def test_an_entry_keeps_its_id() -> None:
    assert entry_id("4.28", "cs") == "urn:uuid:96676bc6-cc97-5fed-921d-4d834252ed69"
    assert entry_id("4.28", "cs") != entry_id("4.28", "en")


def test_redirects_lead_old_paths_to_new_addresses() -> None:
    page = SimpleNamespace(address="/podpora/", redirect_from="/cz/a /cz/%C5%A1kolen%C3%AD")
    assert moves([page]) == [("/cz/a", "/podpora/"), ("/cz/školení", "/podpora/")]


def test_dates_and_numbers_need_no_locale_of_the_machine() -> None:
    day = date(2017, 9, 12)
    assert (spaced(long_date(day, "cs")), spaced(long_date(day, "en"))) == ("12.~září~2017", "12~September~2017")
    assert (spaced(number(777939, "cs")), number(777939, "en")) == ("777~939", "777,939")
    assert isodate(datetime(2017, 9, 12, 9, tzinfo=UTC)) == isodate(day) == "2017-09-12"
