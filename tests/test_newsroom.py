"""From a slip of the author to a readable line; from a note to the built site; and what happens when a build fails."""

import re
import shutil
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path

import pytest
from wtforms.fields.core import UnboundField

from forms.forms import FORMS, ExtensionForm, SiteForm
from newsroom import check, queries
from newsroom.build import ROOT, BuildError, build, new_build
from newsroom.embargo import held_back, moments, stage
from newsroom.environment import SettingsError, demand
from newsroom.prepare import prepare
from newsroom.problem import Problem, counted
from newsroom.scaffold import ScaffoldError, scaffold
from newsroom.source import ZONE

NOW = datetime(2026, 11, 22, 12, tzinfo=ZONE)
PICTURE = b"\x89PNG\r\n\x1a\n"
GOOD = "Title: ISPadmin 4.29\nDate: 2026-11-20\nVersion: 4.29\n\nVyšla verze 4.29.\n"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the real content that a test may spoil; of the notes only those that were there at the beginning."""
    copy = Path(shutil.copytree(ROOT / "content", tmp_path / "content"))
    for path in (copy / "news").iterdir():
        if not path.name.startswith(("4.24.", "4.25.", "4.26.", "4.27.", "4.28.")):
            path.unlink()
    return copy


def faults(content: Path) -> list[str]:
    return [str(problem) for problem in check.problems(content, NOW) if problem.severe]


def test_the_real_content_has_no_fault() -> None:
    assert faults(ROOT / "content") == []


def test_a_good_note_is_good(content: Path) -> None:
    (content / "news/4.29.cs.md").write_text(GOOD)
    found = check.problems(content, NOW)
    assert [str(problem) for problem in found] == [
        "content/news/4.29.cs.md:1: upozornění: chybí anglický překlad; přidejte news/4.29.en.md"
    ]


def body(text: str) -> str:
    """A whole note with this text; it begins on line 5."""
    return GOOD.replace("Vyšla verze 4.29.", text)


# What the author wrote, the line that must be named, and what must be said of it.
SLIPS = {
    "Czech date": (GOOD.replace("2026-11-20", "1.10.2026"), 2, "2026-10-01 (rok-měsíc-den)"),
    "American date": (GOOD.replace("2026-11-20", "10/1/2026"), 2, "dvojím způsobem"),
    "impossible date": (GOOD.replace("2026-11-20", "2026-02-30"), 2, "není datum, nebo v kalendáři chybí"),
    "no date": (GOOD.replace("Date: 2026-11-20\n", ""), 1, "chybí klíč Date"),
    "date in words": (GOOD.replace("2026-11-20", "dnes"), 2, "napište ho jako 2026-12-01"),
    "misspelt key": (GOOD.replace("Version", "Verzion"), 3, "mysleli jste „Version“?"),
    "repeated key": (GOOD.replace("Version", "Title: x\nVersion"), 3, "podruhé (poprvé na řádku 1)"),
    "empty key": (GOOD.replace("ISPadmin 4.29", ""), 1, "klíč Title nemá hodnotu"),
    "forbidden key": (GOOD.replace("Version", "Save_as: x.html\nVersion"), 3, "klíč Save_as se nepíše"),
    "no blank line": (GOOD.replace("\n\n", "\n"), 4, "prázdný řádek"),
    "YAML fences": ("---\n" + GOOD, 1, "hlavička se nepíše mezi ---"),
    "folded value": (GOOD.replace("Version", "  dál\nVersion"), 3, "jen jeden řádek"),
    "no front matter": ("\n\nText\n", 1, "chybí hlavička"),
    "no text": (body(""), 3, "pod hlavičkou chybí text"),
    "other version": (GOOD.replace("Version: 4.29", "Version: 4.30"), 3, "verze neodpovídá jménu souboru"),
    "malformed version": (GOOD.replace("Version: 4.29", "Version: 4.29b"), 3, "„4.29b“ není verze"),
    "unknown channel": (GOOD.replace("Version", "Channel: betta\nVersion"), 3, "mysleli jste „beta“?"),
    "old path with domain": (GOOD.replace("Version", "Redirect_from: www.x.cz/a\nVersion"), 3, "cestu bez domény"),
    "taken old path": (GOOD.replace("Version", "Redirect_from: /kontakt/\nVersion"), 3, "už patří souboru"),
    "first-level heading": (body("# Nadpis"), 5, "začněte nadpis dvěma křížky"),
    "dead file link": (body("[x]({filename}/pages/contct.cs.md)"), 5, "mysleli jste „pages/contact.cs.md“?"),
    "dead fragment": (body("[x]({filename}/pages/support.cs.md#nikde)"), 5, "místo #nikde"),
    "dead own fragment": (body("text\n\n[x](#nikde)"), 7, "místo #nikde"),
    "dead own address": (body("[x](/podporaa/)"), 5, "mysleli jste „/podpora/“?"),
    "relative link": (body("[x](contact.html)"), 5, "je relativní"),
    "link to ourselves": (body("[x](http://127.0.0.1:8000/podpora/)"), 5, "vede na náš vlastní web"),
    "script link": (body("[x](javascript:alert(1))"), 5, "začněte ho https://"),
    "broken address": (body("[x](http://[x)"), 5, "není adresa"),
    "empty link": (body("[x]()"), 5, "odkaz nikam nevede"),
    "reference link": (body("[x][1]\n\n[1]: /nikam/"), 7, "adresa „/nikam/“ na webu není"),
    "missing picture": (body("![Graf]({attach}graf.png)"), 5, "soubor „graf.png“ neexistuje"),
    "picture without description": (body("![]({attach}graf.png)"), 5, "obrázek nemá popis"),
    "foreign picture": (body("![Graf](https://x.cz/graf.png)"), 5, "se na web nedostane"),
    "raw HTML": (body("<div>x</div>"), 5, "značka HTML <div> není dovolená"),
    "script": (body("<script src=x></script>"), 5, "značka HTML <script>"),
    "style attribute": (body('<span style="color:red">x</span>'), 5, "atribut style= není dovolený"),
    "style in Markdown": (body('## Nadpis {: style="color:red"}'), 5, "atribut style= není dovolený"),
    "e-mail address": (body("Pište na jan@firma.cz."), 5, "jan@firma.cz by posbírali roboti; odkažte na kontakt"),
    "block in a note": (body("[[form:contact]]"), 5, "patří jen na stránky"),
    "other version in the title": (GOOD.replace("ISPadmin 4.29", "ISPadmin 4.28"), 1, "nadpis mluví o verzi 4.28"),
    "other version in words": (GOOD.replace("ISPadmin 4.29", "Vyšla verze 4.28"), 1, "nadpis mluví o verzi 4.28"),
    "misspelt heading": (body("## Oprvy\n- x"), 5, "mysleli jste „Opravy“?"),
    "unknown heading": (body("## Jak aktualizovat\n- x"), 5, "oznámení verze nezná"),
    "heading of the other language": (body("## Fixed\n- x"), 5, "napište ## Opravy"),
    "heading of a wrong level": (body("### Opravy\n- x"), 5, "má mít dva křížky"),
    "repeated heading": (body("## Opravy\n- x\n\n## opravy\n- y"), 8, "podruhé (poprvé na řádku 5)"),
    "heading without a space": (body("#Nadpis"), 5, "začněte nadpis dvěma křížky"),
    "dash for a hyphen": (body("## Opravy\n\n– text"), 7, "napište „- text“"),
    "no space behind the hyphen": (body("## Opravy\n\n-text"), 7, "napište „- text“"),
    "numbered items": (body("## Opravy\n\n1. text"), 7, "napište „- text“"),
    "text outside items": (body("## Opravy\n- x\n\ntext"), 8, "nepatří k žádné položce"),
    "empty item": (body("## Opravy\n- "), 6, "položka nemá text"),
    "module alone": (body("## Opravy\n- **Fakturace:**"), 6, "položka nemá text"),
    "module of signs": (body("## Opravy\n- **+++:** text"), 6, "nejde udělat adresu"),
    "unclosed module": (body("## Opravy\n- **Fakturace: text"), 6, "tučné písmo není uzavřené"),
    "item indented by two": (body("## Opravy\n- x\n  - y"), 7, "položka je odsazená"),
    "item below a loose block": (body("## Opravy\n- x\n\n    - y\n- z"), 9, "dejte před ni prázdný řádek"),
    "repeated id": (body("## Opravy\n- x {#abc}\n- y {#abc}"), 7, "{#abc} je tu podruhé (poprvé na řádku 6)"),
    "long list glued to a paragraph": (body("Text:\n- x\n  dál\n- y"), 6, "před první položku prázdný řádek"),
    "list glued to a paragraph": (body("Text:\n- x\n- y"), 6, "před první položku prázdný řádek"),
    "unclosed comment": (body("text\n<!-- poznámka\ntext"), 6, "<!-- není uzavřené; na konec napište -->"),
    "code closed by fewer signs": (body("````\ntext\n```"), 5, "```` není uzavřené; na konec napište ````"),
    "unclosed code": (body("text\n\n```\ntext"), 7, "``` není uzavřené"),
    "sentence of the scaffold": (body("Sem napište text."), 5, "věta z předlohy"),
    "stop that is no version": (GOOD.replace("Version", "Requires: 4\nVersion"), 3, "„4“ není verze"),
    "stop without a note": (GOOD.replace("Version", "Requires: 4.20\nVersion"), 3, "verze 4.20 nemá oznámení"),
    "stop that is not older": (GOOD.replace("Version", "Requires: 4.29\nVersion"), 3, "není starší než 4.29"),
    "end of support in words": (GOOD.replace("Version", "Support_until: 2027\nVersion"), 3, "není datum"),
    "end of support, Czech": (GOOD.replace("Version", "Support_until: 1.2.2027\nVersion"), 3, "2027-02-01"),
    "end of support with hour": (
        GOOD.replace("Version", "Support_until: 2027-01-01 10:00\nVersion"),
        3,
        "napište 2027-01-01",
    ),
    "end of support too early": (GOOD.replace("Version", "Support_until: 2020-01-01\nVersion"), 3, "dřív než vydání"),
    "dead item": (body("[x]({filename}/news/4.28.cs.md#k7f3q2)"), 5, "místo #k7f3q2"),
    "dead module": (body("[x](/aktuality/modul/nic/)"), 5, "na webu není"),
    "link to ourselves, insecure": (body("[x](https://127.0.0.1:8000/)"), 5, "vede na náš vlastní web"),
    "picture by reference": (body("![Graf][1]\n\n[1]: /x/"), 5, "obrázek nemá adresu u sebe"),
    "control character": (body("a\u202eb"), 5, "neviditelný řídicí znak"),
    "two-part letters": (body("a\u0301"), 5, "(NFD)"),
    "marks of a merge": (body("<<<<<<< HEAD\na\n=======\nb\n>>>>>>> 1a2b3c"), 5, "značka po sloučení dvou změn"),
    "hour of one digit": (GOOD.replace("2026-11-20", "2026-12-1 9.00"), 2, "napište ho jako 2026-12-01 09:00"),
    "date with slashes": (GOOD.replace("2026-11-20", "2026/11/20"), 2, "napište ho jako 2026-11-20"),
    "space within a link": (body("[x] ({filename}/pages/contact.cs.md)"), 5, "není napsaný celý"),
    "unclosed link": (body("[x]({filename}/pages/contact.cs.md."), 5, "není napsaný celý"),
    "picture with a space": (body("![Graf]({attach}můj graf.png)"), 5, "není napsaný celý"),
    "picture in capitals": (body("![Graf]({attach}4.28.CS.MD)"), 5, "mysleli jste „4.28.cs.md“?"),
    "picture described by its name": (body("![graf.png]({attach}graf.png)"), 5, "obrázek nemá popis"),
    "Markdown in the title": (GOOD.replace("ISPadmin 4.29", "**ISPadmin** 4.29"), 1, "je jen text"),
    "title in quotes": (GOOD.replace("ISPadmin 4.29", '"ISPadmin 4.29"'), 1, "je jen text"),
    "link in the summary": (GOOD.replace("Version", "Summary: [x](/podpora/)\nVersion"), 3, "je jen text"),
    "address in the summary": (GOOD.replace("Version", "Summary: a@b.cz\nVersion"), 3, "a@b.cz by posbírali roboti"),
    "space before the colon": (GOOD.replace("Title:", "Title :"), 1, "bez mezery před dvojtečkou"),
    "key in bold": (GOOD.replace("Date:", "**Date:**"), 2, "bez mezery před dvojtečkou"),
    "note above the front matter": (f"<!-- x -->\n{GOOD}", 1, "přesuňte pod hlavičku"),
    "hard space in a date": (GOOD.replace("2026-11-20", "2026-11-20\xa009:00"), 2, "je pevná (z Wordu)"),
    "hard space in an item": (body("## Opravy\n\n-\xa0x"), 7, "je pevná (z Wordu)"),
    "zero-width space": (body("## Opravy\n\n- **Fak\u200bturace:** x"), 7, "neviditelný řídicí znak"),
    "soft hyphen in a key": (GOOD.replace("Version", "Ver\xadsion"), 3, "neviditelný řídicí znak"),
    "old paths with a comma": (GOOD.replace("Version", "Redirect_from: /a, /b\nVersion"), 3, "mezerou, ne čárkou"),
    "old path with a question": (GOOD.replace("Version", "Redirect_from: /a?b=1\nVersion"), 3, "s otazníkem"),
    "old path of a form": (GOOD.replace("Version", "Redirect_from: /hledani\nVersion"), 3, "která na webu je"),
    "old path without a slash": (GOOD.replace("Version", "Redirect_from: /kontakt\nVersion"), 3, "už patří souboru"),
    "underlined heading": (body("Text.\n\nOpravy\n------\n\n- x"), 8, "čára hned pod textem z něj dělá nadpis"),
    "heading in bold": (body("**Opravy:**\n\n- x"), 5, "„Opravy“ tu není nadpis; napište ## Opravy"),
    "heading off the margin": (body(" ## Opravy\n\n- x"), 5, "nadpis nezačíná na kraji řádku"),
    "table without its rule": (body("| a | b |\n| c | d |"), 5, "tabulka by zůstala obyčejným textem"),
    "link the wrong way round": (body("(x)[https://x.cz]"), 5, "není napsaný celý"),
    "space within a link elsewhere": (body("[x] (https://x.cz)"), 5, "není napsaný celý"),
    "space within an address": (body("[x](https://x.cz/a b)"), 5, "není napsaný celý"),
    "link without a text": (body("[](https://x.cz)"), 5, "odkaz nemá text"),
    "dead link in angle brackets": (body("[x](</nikam a>)"), 5, "adresa „/nikam a“ na webu není"),
    "link without https": (body("[x](www.x.cz/a)"), 5, "napište https://www.x.cz/a"),
    "link to make serve": (body("[x](http://localhost:8000/podpora/)"), 5, "vede na náš vlastní web"),
    "table with a rule for fewer columns": (body("Text.\n\n| a | b |\n|---|\n| c | d |"), 7, "první řádek |---|---|"),
    "table with dashes of Word": (body("a | b\n——|——\nc | d"), 5, "tabulka by zůstala obyčejným textem"),
    "table of another program": (body("| a | b |\n|---+---|\n| c | d |"), 5, "tabulka by zůstala obyčejným textem"),
    "table with a rule without bars": (body("a | b\n--- ---\nc | d"), 5, "tabulka by zůstala obyčejným textem"),
    "table glued to a paragraph": (body("Text:\na | b\n---|---\nc | d"), 6, "dejte nad ni prázdný řádek"),
    "row with a cell too many": (body("a | b\n--|--\nc | d | e"), 7, "řádek tabulky má 3 buňky, první řádek jen 2"),
    "text glued to a table": (body("a | b\n--|--\nc | d\nText."), 8, "text pod tabulkou se stane jejím řádkem"),
    "box to tick": (body("- x\n- [ ] y"), 6, "zaškrtávací políčka web neumí"),
    "box to tick below an item": (body("1. x\n\n    * [] y"), 7, "zaškrtávací políčka web neumí"),
    "unknown choice of a form": (body("[x](/formulare/cenik/?tier=vpi)"), 5, "nemá volbu „vpi“; mysleli jste „vip“?"),
    "choice that is not made": (
        body("[x](/formulare/kontakt/?department=)"),
        5,
        "použijte některý z: sales, technical",
    ),
    "unknown field of a form": (body("[x](/formulare/skoleni/?a=1)"), 5, "/formulare/skoleni/ nemá pole „a“"),
    "choice on the page of a form": (body("[x](/cenik/?tier=vip)"), 5, "formulář vyplní /formulare/cenik/?tier=vip"),
    "choice on the file of a form": (
        body("[x]({filename}/pages/price-list.cs.md?tier=vip)"),
        5,
        "formulář vyplní /formulare/cenik/?tier=vip",
    ),
    "question to a list": (body("[x](/aktuality/?druh=opravy)"), 5, "tahle stránka nečte; smažte ho"),
    "table below an item": (body("- x\n\n    | a | b |\n    | c | d |"), 7, "tabulka by zůstala obyčejným textem"),
    "table without rows": (body("a | b\n--|--"), 5, "tabulka má jen hlavičku"),
    "code off the margin": (body("Text.\n\n ```\n<b>\n ```"), 7, "kód by se ukázal jako text"),
    "code below an item": (body("- x\n\n    ```\n    y\n    ```"), 7, "pod položkou kód místo toho odsaďte"),
    "code with a title": (body("~~~ sh skript\n<b>\n~~~"), 5, "kód by se ukázal jako text"),
    "HTML in what is no code": (body(" ~~~\n<div>\n ~~~"), 6, "značka HTML <div> není dovolená"),
    "block of HTML, in which Markdown is none": (body("<details>**x**</details>"), 5, "značka HTML <details>"),
    "place named twice": (body("Text.\n{#a}\n\n### B {#a}"), 8, "značka {#a} je tu podruhé (poprvé na řádku 6)"),
    "id of an item that is none": (body("- x {#k7f3q2}"), 5, "značka by zůstala v textu"),
    "id of an item, a line too early": (body("## Opravy\n- x {#k7f3q2}\n  y"), 6, "značka by zůstala v textu"),
    "id of a paragraph": (body("Text {#k7f3q2}"), 5, "značka by zůstala v textu"),
    "release of empty headings": (body("## Opravy\n\n## Nové"), 3, "pod hlavičkou chybí text"),
    "rule between items": (body("## Opravy\n- x\n\n---\n\n## Nové\n- y"), 8, "čára mezi položky nepatří"),
    "heading named as the place of every page": (
        body("Text.\n\n## Main"),
        7,
        "značka {#main} patří webu; připište k nadpisu jinou, třeba {#main-2}",
    ),
    "place of every page": (body("Text.\n{: #main}"), 6, "značka {#main} patří webu"),
    "empty heading": (body("Text.\n\n##"), 7, "nadpis nemá text"),
    "heading in bold and with signs": (body("## **Opravy**\n- x"), 5, "má být bez značek; napište ## Opravy"),
    "entity in the title": (GOOD.replace("ISPadmin 4.29", "Sítě &amp; servery 4.29"), 1, "je jen text"),
    "title in italics": (GOOD.replace("ISPadmin 4.29", "*Nová* verze 4.29"), 1, "je jen text"),
    "quote in the title": (GOOD.replace("ISPadmin 4.29", 'Verze "4.29'), 1, "nemá druhou do páru"),
    "old path of a preview": (GOOD.replace("Version", "Redirect_from: /nahled/a/\nVersion"), 3, "která na webu je"),
    "old path with dots": (GOOD.replace("Version", "Redirect_from: /a/../b\nVersion"), 3, "není cesta na starém webu"),
    "footnote": (body("text[^1]"), 5, "poznámky pod čarou web neumí"),
    "id in the middle": (body("## Opravy\n- x {#k7f3q2} dál"), 6, "značka by zůstala v textu"),
    "id that is not whole": (body("## Opravy\n- x {# k7f3q2}"), 6, "značka by zůstala v textu"),
    "tag without an end": (body("H<sub>2O\n\ntext"), 5, "značka <sub> nemá konec"),
    "tag without a beginning": (body("text</span>"), 5, "značka </span> nemá začátek"),
    "words in angle brackets": (body("Nastavte <IP adresa>."), 5, "mezi zpětné apostrofy"),
    "file to download, by its address": (body("[x](/figures.toml)"), 5, "napište {attach}/figures.toml"),
    "file to download, as a page": (body("[x]({filename}/figures.toml)"), 5, "napište {attach}/figures.toml"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_said_with_its_line_and_cure(content: Path, slip: str) -> None:
    text, line, expected = SLIPS[slip]
    (content / "news/4.29.cs.md").write_text(text)
    found = [problem for problem in faults(content) if expected in problem]
    assert found, faults(content)
    assert found[0].startswith(f"content/news/4.29.cs.md:{line}: ")


# The same for what may be meant, so that it is only warned of.
DOUBTS = {
    "address that is no link": (body("Viz www.x.cz."), 5, "adresa www.x.cz nebude odkazem; napište <https://www.x.cz>"),
    "reference without an address": (body("[text][1]"), 5, "odkaz [text][1] nemá adresu"),
    "stars": (body("Text **tučný."), 5, "hvězdičky ** by zůstaly v textu"),
    "underscores before": (body("Text __tučný."), 5, "podtržítka __ by zůstala v textu"),
    "underscores behind": (body("Text **a** tučný__ dál."), 5, "podtržítka __ by zůstala v textu"),
    "ticked box": (body("- [x] y"), 5, "zaškrtávací políčka web neumí"),
    "table without a rule": (body("Otevřeno:\nPo–Čt | 8–16\nPá | 8–14"), 6, "tabulka by zůstala obyčejným textem"),
    "struck out": (body("Už ~~neplatí~~."), 5, "vlnovky ~~ by zůstaly v textu; přeškrtnutý text napište <del>"),
    "marked": (body("Už ==platí==."), 5, "rovnítka == by zůstala v textu; zvýrazněný text napište <mark>"),
    "emoji by name": (body("Pozor :warning: zde."), 5, "zkratku obrázku web nezná"),
    "frame of GitHub": (body("> [!NOTE]\n> Text."), 5, "rámeček by zůstal obyčejnou citací"),
    "break of GitHub": (body("Text\\\ndál."), 5, "zpětné lomítko na konci řádku by zůstalo v textu"),
    "contents": (body("[TOC]"), 5, "obsah web nevkládá"),
    "quote without its pair": (body('Řekl "ano.'), 5, 'uvozovka " nemá druhou do páru'),
    "numbers with brackets": (body("Postup:\n\n1) x\n2) y"), 7, "odrážka by zůstala v textu; napište „- x“"),
    "hyphens without a space": (body("-jedna\n-dva"), 5, "odrážka by zůstala v textu; napište „- jedna“"),
    "item indented by two": (body("- x\n  - y"), 6, "položka by nebyla vnořená"),
    "item indented by three, apart": (body("1. x\n\n   - y"), 7, "položka by nebyla vnořená"),
    "item twice": (body("## Opravy\n- **Síť:** x\n- y\n- **Síť:** x"), 8, "stejná položka už je na řádku 6"),
    "another day of the week": (body("V neděli 7. prosince od 6:00."), 5, "7. prosince není neděle, je to pondělí"),
    "the same in figures": (body("Ve středu 1. 12. 2026 ráno."), 5, "1. 12. 2026 není středa, je to úterý"),
    "day that is not in the calendar": (body("Do 31. listopadu."), 5, "den 31. listopadu v kalendáři není"),
    "leap day": (body("Od 29. 2. 2027."), 5, "den 29. 2. 2027 v kalendáři není"),
    "summary of many words": (GOOD.replace("Version", f"Summary: {'slovo ' * 40}\nVersion"), 3, "shrnutí má 239 znaků"),
    "address that leads elsewhere": (
        body("[www.a.cz/x](https://b.cz/x)"),
        5,
        "odkaz říká www.a.cz/x, vede na https://b.cz/x",
    ),
    "link that says nothing": (body("Návod je [zde](/kontakt/)."), 5, "odkaz „zde“ neříká, kam vede"),
    "heading, or a number": (body("\\# 1"), 5, "nadpis nezačíná na kraji řádku"),
    "place in a paragraph": (body("Text {#misto}."), 5, "patří na konec nadpisu, nebo pod odstavec"),
    "hard space at the margin": (body("- x\n\xa0\xa0\xa0\xa0- y"), 6, "řádek začíná pevnou mezerou"),
    "note to oneself": (body("Cena: TODO."), 5, "„TODO“ tu nejspíš zůstalo"),
    "words of printers": (body("Lorem ipsum dolor."), 5, "„Lorem ipsum“ tu nejspíš zůstalo"),
    "backtick": (body("a\nText `kód."), 6, "zpětný apostrof ` nemá druhý do páru"),
    "indented paragraph": (body("Text.\n\n    Další."), 7, "se ukáže jako kód"),
    "bullets of Word": (body("• x\n• y"), 5, "odrážka by zůstala v textu; napište „- x“"),
    "items without a heading": (body("Text.\n\n- x\n- y"), 7, "položka není pod žádným nadpisem"),
    "module without a space": (body("## Opravy\n- **Síť:**text"), 6, "modul „Síť“ není napsaný správně"),
    "item without an id": (body("## Opravy\n- x\n- y"), 6, "2 položky bez značky; spusťte make check"),
    "English page": (body("[x]({filename}/pages/contact.en.md)"), 5, "je to {filename}/pages/contact.cs.md"),
    "English form": (body("[x](/en/forms/price-list/?tier=vip)"), 5, "v tomto jazyce je to /formulare/cenik/"),
    "another day": (body("Dne 2. prosince 2026 vyšla."), 5, "text mluví o dni 2026-12-02, Date je 2026-11-20"),
    "another version": (body("Vyšla verze 4.28."), 5, "text mluví o verzi 4.28, soubor je 4.29"),
    "day at the beginning of a line": (body("Platí od\n1. 1. 2027 všude."), 6, "prázdný řádek, je-li to seznam"),
    "sum at the beginning of a line": (body("Zbývá 5\n- 3 = 2 dny."), 6, "prázdný řádek, je-li to seznam"),
    "line with a bar": (body("| grep x"), 5, "tabulka by zůstala obyčejným textem"),
    "colour in braces": (body("Barva {#ff0000} je."), 5, "kód dejte mezi zpětné apostrofy"),
    "array of the shell": (body("Počet je ${#pole[@]}."), 5, "kód dejte mezi zpětné apostrofy"),
    "no diacritics": (body("Vysla nova verze programu. " * 6), 4, "český text je bez háčků a čárek"),
}


@pytest.mark.parametrize("slip", DOUBTS)
def test_what_is_likely_a_slip_is_a_warning_with_its_line(content: Path, slip: str) -> None:
    text, line, expected = DOUBTS[slip]
    (content / "news/4.29.cs.md").write_text(text)
    assert faults(content) == []
    found = [str(problem) for problem in check.problems(content, NOW) if expected in str(problem)]
    assert found, check.problems(content, NOW)
    assert found[0].startswith(f"content/news/4.29.cs.md:{line}: upozornění: ")


@pytest.mark.parametrize(
    "title",
    ["Podpora PHP 8.2", "Vydání z 20.11.2026", "Z ISPadmin 4.28 na 4.29", "„Velké podzimní vydání“", "Q&A; R&D"],
)
def test_a_title_may_hold_it(content: Path, title: str) -> None:
    (content / "news/4.29.cs.md").write_text(GOOD.replace("ISPadmin 4.29", title))
    assert faults(content) == []


def test_well_formed_markdown_is_no_slip(content: Path) -> None:
    text = """Vyšla verze 4.29, **tučně** a **na dva
    řádky**, 2 * 3 * 4, `**`, ``a`b``, \\*\\*, [x](https://cs.wikipedia.org/wiki/A_(b)), <https://x.cz/a>, `www.x.cz`.
[https://x.cz](https://x.cz), [y][1], [1], [`a`][], [c][`a`], H<sub>2</sub>O, *kurzíva*{: .mark}, - 5 °C, pole[0], {a}, **[z](https://z.cz)**,
<SPAN>x</span>, [x](<https://a.cz/a b>), [a [PDF]](https://x.cz), [[PDF] a
b](https://x.cz), [rok](#rok.2026).

[1]: https://x.cz "Název"
[`a`]: https://x.cz/a

| a | b |
|---|:-:|
| c | `|` |
| \\| | — |

a | b
--|--
c |

Otevřete Síť | Porty.
Zvolte *A* | B, __tučné__, `a | b`
a `c | d`, `{#ff0000}`, `{#ff0000}`, `"`, 1:2:3, a == b, "`c`" 'd', -5 °C, <del>e</del>,
snake__case, `__init__`, ______, [ ] a [X].

[x](/formulare/cenik/?tier=vip&tier=updates&amp;customer=new), [y](/hledani/?q=a%20b),
[z](/formulare/od/?verze=4.24),
[a](/formulare/kontakt/?name=A%26B%3D%23), [+420 123](tel:+420123), [mapa](/sitemap.xml),
[cizí](https://x.cz/?tier=vpi), [www.a.cz](https://A.cz/x), [Node.js](https://nodejs.org/),
[verze 4.28]({filename}/news/4.28.cs.md).

V neděli 6. prosince, v úterý dne 1. 12. 2026, 29. února 2028, 29. února, od 7.–31. ledna, verze 4.28.2017, 1. 2. krok,
v sobotu a neděli 5. a 6. prosince, ve středu 6. ledna.

***

```
 ```
## a {#nadpis}
```

1. ***a***

    pod a

    - vnořené

        | a | b |

    a | b
    --|--
    c | d

Pojem
: vysvětlení

---

## Nadpis {#rok.2026}

- x

    odstavec pod x

Odstavec.
{#odstavec}
"""
    (content / "news/2026-11-20-a.cs.md").write_text(f"Title: Znaky\nDate: 2026-11-20\n\n{text}")
    found = [str(problem) for problem in check.problems(content, NOW)]
    assert [problem for problem in found if "chybí anglický" not in problem] == []


BYTES = {
    b"\xef\xbb\xbf" + GOOD.encode(): (1, "značkou BOM"),
    GOOD.replace("\n", "\r\n").encode(): (1, "CRLF"),
    GOOD.encode("cp1250"): (5, "soubor není v UTF-8 (vypadá na windows-1250)"),
    GOOD.encode("utf-16"): (1, "soubor je v UTF-16"),
}


@pytest.mark.parametrize("data", BYTES)
def test_a_wrong_encoding_is_said_with_its_line(content: Path, data: bytes) -> None:
    (content / "news/4.29.cs.md").write_bytes(data)
    line, expected = BYTES[data]
    assert any(f"4.29.cs.md:{line}: " in problem and expected in problem for problem in faults(content))


@pytest.mark.parametrize(
    "name", ["4.29.cz.md", "4.29.md", "4.29.cs.txt", "Verze 4.29.cs.md", "4.29.cs.markdown", "4.cs.md"]
)
def test_a_wrong_file_name_is_said(content: Path, name: str) -> None:
    (content / "news" / name).write_text(GOOD)
    assert any(f"content/news/{name}:1: soubor má nesprávné jméno" in problem for problem in faults(content))


def test_a_file_to_download_is_shown_its_place(content: Path) -> None:
    (content / "news/navod.pdf").write_bytes(b"x")
    assert any("news/navod.pdf:1:" in fault and "přesuňte do content/soubory" in fault for fault in faults(content))
    (content / "soubory").mkdir()
    (content / "news/navod.pdf").rename(content / "soubory/navod.pdf")
    (content / "news/4.29.cs.md").write_text(body("[návod]({attach}/soubory/navod.pdf)"))
    assert faults(content) == []


def test_all_problems_come_at_once_in_the_order_of_lines(content: Path) -> None:
    note = "Titel: x\nDate: 1.1.2026\nVersion: 4.3\nText <div>\n# x\n[x](y)\n"
    (content / "news/4.29.cs.md").write_text(note)
    lines = [int(match[1]) for fault in faults(content) if (match := re.search(r"4\.29\.cs\.md:(\d+):", fault))]
    assert set(lines) == {1, 2, 3, 4, 5, 6}
    assert lines == sorted(lines)


def test_the_offending_text_is_shown(content: Path) -> None:
    (content / "news/4.29.cs.md").write_text(body("[x](/nikam/)"))
    assert any(fault.endswith("\n    [x](/nikam/)") for fault in faults(content))


def test_code_and_authors_notes_are_not_checked(content: Path) -> None:
    text = "Text `<div>`.\n\n<!-- <div>\na@b.cz -->\n\n```\n<div> [x](y)\n```"
    (content / "news/4.29.cs.md").write_text(body(text))
    assert faults(content) == []


def test_code_may_hold_signs_of_code(content: Path) -> None:
    text = "````\n```\n<div>\n```\n````\n\n```\n```sh\n<div>\n```\n\n```a`b```\n\nText."
    (content / "news/4.29.cs.md").write_text(body(text))
    assert faults(content) == []


def test_both_languages_must_agree(content: Path) -> None:
    (content / "news/4.29.cs.md").write_text(GOOD)
    (content / "news/4.29.en.md").write_text(GOOD.replace("2026-11-20", "2026-11-21"))
    assert any("4.29.en.md:2: Date je jiné než v českém souboru (2026-11-20)" in fault for fault in faults(content))


def test_one_version_may_not_be_written_two_ways(content: Path) -> None:
    (content / "news/4.028.cs.md").write_text(GOOD.replace("4.29", "4.028"))
    assert any("už má content/news/4.0" in fault for fault in faults(content))


def test_versions_out_of_order_are_a_warning(content: Path) -> None:
    (content / "news/4.29.cs.md").write_text(GOOD.replace("2026", "2016"))
    assert any("vyšla dřív než nižší verze 4.28" in str(problem) for problem in check.problems(content, NOW))
    assert faults(content) == []


def test_a_page_must_stand_where_the_menu_looks_for_it(content: Path) -> None:
    page = content / "pages/support.cs.md"
    page.write_text(page.read_text().replace("Slug: podpora", "Slug: podporujeme"))
    assert any("menu čeká tuto stránku na /podpora/" in fault for fault in faults(content))


TAKEN = ["aktuality", "en", "hledani", "formulare", "feeds", "nahled", "assets"]


@pytest.mark.parametrize(("lang", "slug"), [*(("cs", slug) for slug in TAKEN), ("en", "news"), ("en", "forms")])
def test_a_page_may_not_take_a_place_of_ours(content: Path, lang: str, slug: str) -> None:
    page = content / f"pages/a.{lang}.md"  # before home, which would otherwise be the one to be told
    text = f"Title: Nic\nSlug: {slug}\nDescription: {'x' * 60}\n\nText.\n"
    page.write_text(text)
    assert any(
        f"/a.{lang}.md:2: adresu /" in fault and f"{slug}/ web potřebuje pro sebe" in fault for fault in faults(content)
    )
    page.write_text(text.replace(slug, f"{slug}-jine"))
    assert faults(content) == []


def test_an_unknown_block_is_said(content: Path) -> None:
    page = content / "pages/contact.cs.md"
    page.write_text(page.read_text().replace("[[addresses]]", "[[adresses]]"))
    assert any("blok [[adresses]] neexistuje; mysleli jste „addresses“?" in fault for fault in faults(content))


def test_a_form_s_fields_are_places_of_its_page(content: Path) -> None:
    page = content / "pages/contact.en.md"
    page.write_text(page.read_text() + "\n[Write](#message) or [send]({filename}/pages/contact.en.md#email).\n")
    assert faults(content) == []
    page.write_text(page.read_text() + "\n## Message\n\n## Email {#email}\n\n## Department\n")
    assert [fault.split(": ")[1].split("\n")[0] for fault in faults(content)] == [
        "značka {#message} patří webu; připište k nadpisu jinou, třeba {#message-2}",
        "značka {#email} patří webu; zvolte jinou",
    ]


def test_a_block_glued_to_a_paragraph_is_said(content: Path) -> None:
    page = content / "pages/contact.cs.md"
    page.write_text(page.read_text().replace("\n\n[[addresses]]", "\n[[addresses]]"))
    assert any("blok [[addresses]] je přilepený k textu" in fault for fault in faults(content))


def test_data_files_are_checked(content: Path) -> None:
    (content / "figures.toml").write_text("licences = 1\n\ninstallations = 7 1\n")
    (content / "training-dates.toml").write_text('[[date]]\ndate = "1.12."\nplace = "tam"\n')
    found = faults(content)
    assert any(fault.startswith("content/figures.toml:3: soubor nejde přečíst") for fault in found)
    assert any(fault.endswith("    installations = 7 1") for fault in found)
    assert any("termín 1: date není datum" in fault for fault in found)
    assert any("termín 1: neznámé place" in fault for fault in found)


def test_a_picture_that_nobody_shows_is_a_warning(content: Path) -> None:
    (content / "news/graf.png").write_bytes(PICTURE)
    assert any("obrázek nikdo neukazuje" in str(problem) for problem in check.problems(content, NOW))


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("graf.png", b"", "obrázek je prázdný soubor"),
        ("graf.png", b"%PDF-1.4", "soubor není obrázek PNG"),
        ("graf.jpg", PICTURE, "soubor není obrázek JPG; přejmenujte ho na graf.png"),
        ("graf.avif", b"\0\0\0\x1cftypmif1\0\0\0\0mif1heic", "soubor není obrázek AVIF; uložte ho"),
        ("graf.heic", b"x", "takový obrázek prohlížeče neukážou"),
        ("mu\u030aj.png", PICTURE, "jméno souboru má háčky a čárky zvlášť (NFD)"),
    ],
)
def test_a_picture_that_browsers_would_not_show_is_said(content: Path, name: str, data: bytes, said: str) -> None:
    (content / "news" / name).write_bytes(data)
    (content / "news/4.29.cs.md").write_text(body(f"![Graf]({{attach}}{name})"))
    assert any(fault.startswith(f"content/news/{name}:1: ") and said in fault for fault in faults(content))


def test_a_picture_may_begin_as_any_of_its_kind(content: Path) -> None:
    (content / "news/graf.avif").write_bytes(b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif")
    assert faults(content) == []


def test_a_document_may_be_there_to_be_downloaded(content: Path) -> None:
    (content / "soubory").mkdir()
    (content / "soubory/navod.docx").write_bytes(b"x")
    assert faults(content) == []
    (content / "soubory/4.29.cs.md").write_text(GOOD)
    assert any("soubory/4.29.cs.md:1: soubor leží tam, kde ho web nevidí" in fault for fault in faults(content))


def test_no_two_texts_have_one_title(content: Path) -> None:
    for day in ("20", "21"):
        (content / f"news/2026-11-{day}-a.cs.md").write_text(f"Title: Odstávka\nDate: 2026-11-{day}\n\nText.\n")
    assert faults(content) == [
        "content/news/2026-11-21-a.cs.md:1: stejný nadpis už má content/news/2026-11-20-a.cs.md; "
        "odlište je, třeba datem\n    Title: Odstávka"
    ]


def test_english_that_is_czech_is_a_warning(content: Path) -> None:
    czech = "Title: Odstávka\nDate: 2026-11-20\n\nV neděli bude portál vypnutý.\n"
    (content / "news/2026-11-20-a.cs.md").write_text(czech)
    (content / "news/2026-11-20-a.en.md").write_text(czech.replace("V neděli", "Zítra ráno"))
    found = [str(problem).split("\n")[0] for problem in check.problems(content, NOW)]
    assert found == [
        "content/news/2026-11-20-a.en.md:1: upozornění: anglický nadpis je stejný jako český; přeložte ho",
        "content/news/2026-11-20-a.en.md:4: upozornění: anglický text vypadá česky; přeložte ho",
    ]


def test_a_page_that_loses_its_form_is_a_warning(content: Path) -> None:
    page = content / "pages/contact.cs.md"
    page.write_text(page.read_text().replace("[[form:contact]]", ""))
    assert any("na stránce chybí formulář [[form:contact]]" in str(problem) for problem in check.problems(content, NOW))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[[addresses]", "blok není napsaný celý"),
        ("[[addresses]]\n\n[[addresses]]", ":11: blok [[addresses]] je na stránce druhý (první je na řádku 9)"),
        ("[[form:training]]", ":13: blok [[form:contact]] je na stránce druhý (první je na řádku 9)"),
        ("[addresses]", "[addresses] má jen jednoduché závorky; napište [[addresses]]"),
        ("[[ addresses ]]", "v bloku [[ addresses ]] je mezera; napište [[addresses]]"),
    ],
)
def test_a_block_that_is_not_whole_is_said(content: Path, written: str, said: str) -> None:
    page = content / "pages/contact.cs.md"
    page.write_text(page.read_text().replace("[[addresses]]", written))
    assert any(said in fault for fault in faults(content))


def test_a_page_may_have_the_calculator_beside_a_form(content: Path) -> None:
    page = content / "pages/contact.cs.md"
    page.write_text(page.read_text().replace("[[addresses]]", "[[form:extension]]"))
    assert faults(content) == []


def test_the_template_of_the_home_page_is_its_alone(content: Path) -> None:
    home, other = content / "pages/home.cs.md", content / "pages/support.cs.md"
    home.write_text(home.read_text().replace("Template: home\n", ""))
    other.write_text(f"Template: home\n{other.read_text()}")
    assert [fault.split(";")[0] for fault in faults(content)] == [
        "content/pages/home.cs.md:1: chybí klíč Template",
        "content/pages/support.cs.md:1: takovou šablonu má jen úvodní stránka",
    ]


TRAININGS = {
    '[date]\ndate = 2026-12-01\nplace = "vendor"\n': ":1: termín nezačíná řádkem [[date]]",
    'date = 2026-12-01\nplace = "vendor"\n': ":2: neznámý oddíl place",
    '[[date]]\ndate = 2025-12-01\nplace = "vendor"\n': ":1: upozornění: termín 1: 2025-12-01 už minulo",
    '[[date]]\ndate = 2062-12-01\nplace = "vendor"\n': ":1: upozornění: termín 1: 2062-12-01 je víc než dva roky",
    '[[date]]\ndate = 2026-12-01\nplace = "vendor"\n\n[[date]]\nplace = "vendor"\ndate = 2026-12-01\n': (
        ":5: termín 2 je stejný jako termín 1; jeden smažte"
    ),
    '[[date]]\ndate = 2026-12-06\nplace = "vendor"\n': ":1: upozornění: termín 1: 2026-12-06 je neděle",
    '[[date]]\ndate = 2026-12-01\nplace = "vendor"\n\n[[date]]\nday = 1\n': ":5: termín 2: neznámý klíč day",
}


@pytest.mark.parametrize("text", TRAININGS)
def test_training_dates_are_checked_with_their_lines(content: Path, text: str) -> None:
    (content / "training-dates.toml").write_text(text)
    found = [str(problem) for problem in check.problems(content, NOW)]
    assert any(f"content/training-dates.toml{TRAININGS[text]}" in problem for problem in found), found


@pytest.mark.parametrize("form", [*FORMS.values(), ExtensionForm])
def test_links_may_ask_what_the_forms_ask(form: type[SiteForm]) -> None:
    assert queries.ASKED[form.kind] == tuple(
        name for name, field in vars(form).items() if isinstance(field, UnboundField)
    )


DRAWN = '<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">\n{}\n</svg>'
DRAWINGS = {
    "<script>alert(1)</script>": "by na webu něco spustil (<script>)",
    '<path onload="alert(1)"/>': "by na webu něco spustil (onload=)",
    "<foreignObject/>": "by na webu něco spustil (<foreignObject>)",
    '<b xmlns="http://www.w3.org/1999/xhtml"/>': "by na webu něco spustil (<b>)",
    '<a href="#x"><set attributeName="href" to="javascript:alert(1)"/></a>': "by na webu něco spustil (attributeName=)",
    '<a xlink:href="javascript:alert(1)"/>': "odkazuje jinam (javascript:alert(1))",
    '<image href="https://x.cz/a.png"/>': "odkazuje jinam (https://x.cz/a.png)",
    '<use href="b.svg#x"/>': "odkazuje jinam (b.svg#x)",
    '<path fill="url(//x.cz/#a)"/>': "odkazuje jinam (url(//x.cz/#a)",
    "<path style=\"fill: URL( 'b.svg' )\"/>": "odkazuje jinam (URL( 'b.svg)",
    "<style>path {} <![CDATA[ @import 'https://x.cz/a.css'; ]]></style>": "odkazuje jinam (@import)",
    "<?xml-stylesheet href='https://x.cz/a.css'?>": "odkazuje jinam (<?xml-stylesheet>)",
    "<path>": "nejde přečíst",
}


def draw(content: Path, text: str) -> list[str]:
    (content / "news/mapa.svg").write_text(text)
    (content / "news/4.29.cs.md").write_text(body("![Mapa]({attach}mapa.svg)"))
    return faults(content)


@pytest.mark.parametrize("inside", DRAWINGS)
def test_a_drawing_may_run_and_load_nothing(content: Path, inside: str) -> None:
    line = 5 if DRAWINGS[inside] == "nejde přečíst" else 4
    found = draw(content, DRAWN.format(inside))
    assert [fault.split("; ")[0] for fault in found] == [
        f"content/news/mapa.svg:{line}: obrázek SVG {DRAWINGS[inside]}"
    ]


def test_a_drawing_as_programs_write_it_is_good(content: Path) -> None:
    inside = """<metadata><Work xmlns="http://x.cz/" xmlns:r="http://r.cz/" r:resource="http://y.cz/"/></metadata>
<style>@font-face {src: url("data:font/woff2;base64,AA")} path {fill: url(#a)}</style><title>url(x) on</title>
<linearGradient id="a" xlink:href="#b"/>
<image xlink:href="data:image/png;base64,AA"/><path clip-path="url('#c')" d="M0 0"/><animate attributeName="d"/>"""
    doctype = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    assert draw(content, DRAWN.format(inside).replace("<!-- x -->", doctype)) == []


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE svg [<!ENTITY a "b">]>',
        '<!DOCTYPE svg SYSTEM "https://x.cz/a.dtd">',
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd" [<!ENTITY a "b">]>',
    ],
)
def test_a_drawing_with_entities_is_not_read_on(content: Path, doctype: str) -> None:
    found = draw(content, DRAWN.format("&a;<script/>").replace("<!-- x -->", doctype))
    assert [fault.split("; ")[0] for fault in found] == ["content/news/mapa.svg:2: obrázek SVG má <!DOCTYPE …>"]


def test_a_drawing_in_another_encoding_is_said(content: Path) -> None:
    text = DRAWN.format("<title>Síť</title>").replace("?>", ' encoding="iso-8859-2"?>')
    assert draw(content, text) == []
    (content / "news/mapa.svg").write_text(text, "iso-8859-2")
    assert any("mapa.svg:1: obrázek SVG nejde přečíst" in fault for fault in faults(content))


def test_a_drawing_that_browsers_do_not_show_is_said(content: Path) -> None:
    assert any(":1: obrázek SVG nezačíná značkou <svg xmlns=" in fault for fault in draw(content, "<svg><path/></svg>"))


@pytest.mark.parametrize("name", ["a.html", "a.js", "b/a.XHTML"])
def test_what_browsers_run_is_no_file_to_download(content: Path, name: str) -> None:
    (content / "soubory/b").mkdir(parents=True)
    (content / "soubory" / name).write_text("x")
    assert faults(content) == [
        f"content/soubory/{name}:1: soubor by se na webu spustil; uložte ho jako PDF, nebo smažte"
    ]


def test_a_file_to_download_that_nobody_gets_is_said(content: Path) -> None:
    (content / "soubory").mkdir()
    (content / "soubory/navod.pdf").write_bytes(b"")
    found = [(problem.path, problem.what, problem.severe) for problem in check.problems(content, NOW)]
    assert found == [
        ("content/soubory/navod.pdf", "soubor je prázdný", True),
        ("content/soubory/navod.pdf", "soubor nikdo nenabízí, na webu nebude", False),
    ]


def test_a_page_that_nothing_leads_to_is_a_warning(content: Path) -> None:
    page = f"Title: Tarify\nSlug: tarify\nDescription: {'slovo ' * 12}\n\nText.\n"
    (content / "pages/tariffs.cs.md").write_text(page)
    said = "content/pages/tariffs.cs.md:1: upozornění: na stránku nevede žádný odkaz"
    assert any(str(problem).startswith(said) for problem in check.problems(content, NOW))
    for link in ("/tarify/", "{filename}/pages/tariffs.cs.md"):
        (content / "news/4.29.cs.md").write_text(body(f"[x]({link})"))
        assert not any(str(problem).startswith(said) for problem in check.problems(content, NOW))


def test_a_stop_that_is_a_beta_is_a_warning(content: Path) -> None:
    beta = GOOD.replace("4.29", "4.28.1").replace("Version", "Channel: beta\nVersion")
    (content / "news/4.28.1.cs.md").write_text(beta)
    (content / "news/4.29.cs.md").write_text(GOOD.replace("Version", "Requires: 4.28.1\nVersion"))
    assert any("4.29.cs.md:3: upozornění: verze 4.28.1 je beta" in str(found) for found in check.problems(content, NOW))


def test_the_day_in_a_notice_s_name_is_one_and_near_its_date(content: Path) -> None:
    text = "Title: Odstávka\nDate: 2026-11-20\n\nText.\n"
    (content / "news/2026-11-31-a.cs.md").write_text(text)
    (content / "news/2024-11-01-b.cs.md").write_text(text)
    found = [str(problem) for problem in check.problems(content, NOW)]
    assert any(
        "2026-11-31-a.cs.md:1: soubor má nesprávné jméno; den 2026-11-31 v kalendáři není" in one for one in found
    )
    assert any("2024-11-01-b.cs.md:2: upozornění: datum je víc než rok jinde" in one for one in found)


def test_a_picture_may_not_have_a_space_in_its_name(content: Path) -> None:
    (content / "news/můj graf.png").write_bytes(PICTURE)
    assert "content/news/můj graf.png:1: ve jméně souboru je mezera; přejmenujte ho: můj-graf.png" in faults(content)


def test_a_public_page_may_not_link_to_what_is_not_out(content: Path) -> None:
    (content / "news/4.30.cs.md").write_text(GOOD.replace("4.29", "4.30").replace("2026-11-20", "2026-12-01"))
    (content / "news/4.29.cs.md").write_text(body("[x]({filename}/news/4.30.cs.md)"))
    assert any("vede na text, který ještě nevyšel" in fault for fault in faults(content))


@pytest.mark.parametrize("link", ["{filename}/news/4.30.cs.md", "/aktuality/4.30/", "{filename}4.30.cs.md"])
def test_no_form_of_link_may_lead_to_what_is_not_out(content: Path, link: str) -> None:
    (content / "news/4.30.cs.md").write_text(GOOD.replace("4.29", "4.30").replace("2026-11-20", "2026-12-01"))
    (content / "news/4.29.cs.md").write_text(body(f"[x]({link})"))
    assert [fault.split(";")[0] for fault in faults(content)] == [
        f"content/news/4.29.cs.md:5: odkaz „{link}“ vede na text, který ještě nevyšel"
    ]


def test_a_stop_that_is_not_out_is_said(content: Path) -> None:
    (content / "news/4.28.1.cs.md").write_text(GOOD.replace("4.29", "4.28.1").replace("2026-11-20", "2026-12-01"))
    (content / "news/4.29.cs.md").write_text(GOOD.replace("Version", "Requires: 4.28.1\nVersion"))
    assert any("4.29.cs.md:3: verze 4.28.1 ještě nevyšla" in fault for fault in faults(content))


def test_good_items_are_good(content: Path) -> None:
    text = "[x](#k7f3q2) [y](/aktuality/druh/opravy/) [z](/aktuality/modul/fakturace/) [w](/aktuality/od/4.24/)\n\n"
    text += "## Nutná akce\n\n- **Fakturace:** text {#k7f3q2}\n\n    - podrobnost\n\n- x\n\n## Opravy\n- y"
    (content / "news/4.29.cs.md").write_text(body(text).replace("Version", "Requires: 4.24\nVersion"))
    assert faults(content) == []


# What stands in the English note beside a Czech one, and the warning with its line.
CZECH = "Dne 20. listopadu 2026 vyšlo 1 234 oprav.\n\n## Opravy\n- a 5 {#a}\n- b {#b}\n\n## Nové\n- c {#c}"
ENGLISH = "1,234 fixes came out on 20 November 2026.\n\n## Fixed\n- a 5 {#a}\n- b {#b}\n\n## New\n- c {#c}"
STALE = {
    "": (ENGLISH, None),
    "an item less": (ENGLISH.replace("\n- b {#b}", ""), ":7: upozornění: Fixed: 1 položka, česky 2 položky"),
    "a section less": (ENGLISH.partition("\n\n## New")[0], ":1: upozornění: New: 0 položek, česky 1 položka"),
    "another figure": (
        ENGLISH.replace("5", "6"),
        ":5: upozornění: čísla v textu se liší od českých (česky 5, anglicky 6)",
    ),
    "another day": (ENGLISH.replace("20 N", "21 N"), "(česky 20, anglicky 21)"),
    "not translated": (CZECH, ":5: upozornění: anglický text je stejný jako český"),
}


@pytest.mark.parametrize("case", STALE)
def test_a_stale_translation_is_a_warning(content: Path, case: str) -> None:
    english, expected = STALE[case]
    (content / "news/4.29.cs.md").write_text(body(CZECH))
    (content / "news/4.29.en.md").write_text(body(english))
    found = [str(problem) for problem in check.problems(content, NOW) if not problem.severe]
    assert found == [] if expected is None else any(expected in problem for problem in found), found


MODULES = "## Opravy\n- **Fakturace:** a\n- **Fakturace:** b\n- **Fakturace:** c\n"


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("**Fakturce:** d", "modul „Fakturce“ jinde není; mysleli jste „Fakturace“?"),
        ("**fakturace:** d", "modul „fakturace“ se jinde píše „Fakturace“"),
        ("**Fakturace** d", "za modulem „Fakturace“ chybí dvojtečka"),
        ("Fakturace: d", "modul „Fakturace“ není tučně"),
    ],
)
def test_a_module_written_otherwise_is_a_warning(content: Path, item: str, expected: str) -> None:
    (content / "news/4.29.cs.md").write_text(body(f"{MODULES}- {item}"))
    found = [str(problem) for problem in check.problems(content, NOW)]
    assert any(f"4.29.cs.md:9: upozornění: {expected}" in problem for problem in found), found


def test_a_date_far_away_is_a_warning(content: Path) -> None:
    (content / "news/4.29.cs.md").write_text(GOOD.replace("2026", "2062"))
    assert any("datum je víc než rok daleko" in str(problem) for problem in check.problems(content, NOW))


def test_a_heading_that_leaves_out_a_level_is_a_warning(content: Path) -> None:
    (content / "news/2026-11-20-a.cs.md").write_text("Title: A\nDate: 2026-11-20\n\n## A\n\n### B\n\n## C\n\n#### D\n")
    found = [str(problem) for problem in check.problems(content, NOW) if "úroveň" in problem.what]
    assert len(found) == 1
    assert ":10: upozornění: nadpis přeskočil úroveň; napište ### D" in found[0]


def test_notices_may_have_headings_of_their_own(content: Path) -> None:
    notice = content / "news/2026-11-22-odstavka.cs.md"
    text = "Title: Odstávka\nDate: 2026-11-20\n\n## Kdy to bude\n\nZítra.\n\n## Oprava\n\nx\n"
    notice.write_text(text)
    assert faults(content) == []
    assert any("nadpis „Oprava“ se podobá pevnému" in str(problem) for problem in check.problems(content, NOW))
    notice.write_text(text.replace("Date", "Requires: 4.24\nDate"))
    assert any(":2: klíč Requires patří jen k verzi" in fault for fault in faults(content))


def test_files_where_the_site_does_not_look_are_said(content: Path) -> None:
    (content / "4.29.cs.md").write_text(GOOD)
    (content / "News").mkdir()
    (content / "News/4.30.cs.md").write_text(GOOD)
    (content / "news/graf.png").symlink_to("/etc/passwd")
    found = faults(content)
    for path in ("4.29.cs.md:1: soubor leží", "News/4.30.cs.md:1: soubor leží", "news/graf.png:1: soubor je jen odkaz"):
        assert any(fault.startswith(f"content/{path}") for fault in found), path


def test_czech_counts() -> None:
    assert [counted(n, "chyba", "chyby", "chyb") for n in (0, 1, 2, 5)] == ["0 chyb", "1 chyba", "2 chyby", "5 chyb"]


# -- Scaffolding -------------------------------------------------------------------------------------------------------
def test_a_scaffolded_release_passes_the_check(content: Path) -> None:
    paths = scaffold(content, {"VERSION": "4.29"}, NOW)
    assert [path.name for path in paths] == ["4.29.cs.md", "4.29.en.md"]
    assert "Date: 2026-11-22\n" in paths[0].read_text()
    assert "Dne 22. listopadu 2026 oficiálně vyšla stabilní verze ISPadmin 4.29." in paths[0].read_text()
    assert "## Nutná akce\n<!-- " in paths[0].read_text()
    assert "## Action needed\n<!-- " in paths[1].read_text()
    assert check.problems(content, NOW) == []


def test_a_scaffolded_notice_is_a_draft(content: Path) -> None:
    paths = scaffold(content, {"TITLE": "Odstávka portálu v neděli"}, NOW)
    assert paths[0].name == "2026-11-22-odstavka-portalu-v-nedeli.cs.md"
    assert {source.key for source in held_back(content, NOW)} == {"2026-11-22-odstavka-portalu-v-nedeli"}
    assert check.problems(content, NOW) == []


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({"VERSION": "4.28"}, "verze 4.28 už existuje"),
        ({"VERSION": "4.028"}, "verze 4.28 už existuje"),
        ({"VERSION": "4"}, "není verze"),
        ({"VERSION": "../4.29"}, "není verze"),
        ({"VERSION": "4.29", "DATE": "1.12.2026"}, "napište ho jako 2026-12-01"),
        ({"VERSION": "4.29", "CHANNEL": "betta"}, "mysleli jste „beta“?"),
        ({"VERSION": "4.29", "TITLE": "x"}, "Napište make news"),
        ({}, "Napište make news"),
        ({"TITLE": "!?"}, "nejde udělat adresu"),
    ],
)
def test_what_cannot_be_scaffolded_is_refused_and_nothing_written(
    content: Path, wishes: dict[str, str], said: str
) -> None:
    before = sorted(content.rglob("*"))
    with pytest.raises(ScaffoldError, match=re.escape(said)):
        scaffold(content, wishes, NOW)
    assert sorted(content.rglob("*")) == before


# -- Embargo, settings, build ------------------------------------------------------------------------------------------
def test_what_is_not_out_is_not_staged(content: Path, tmp_path: Path) -> None:
    (content / "news/4.29.cs.md").write_text(GOOD.replace("2026-11-20", "2026-11-22 12:01"))
    (content / "news/4.30.cs.md").write_text(GOOD.replace("4.29", "4.30").replace("Date", "Status: draft\nDate"))
    names = {path.name for path in stage(content, tmp_path / "stage", NOW).rglob("*.md")}
    assert not names & {"4.29.cs.md", "4.30.cs.md"}
    assert {"4.28.cs.md", "support.cs.md"} <= names


def test_the_site_changes_by_itself_at_known_moments(content: Path) -> None:
    (content / "news/4.29.cs.md").write_text(GOOD.replace("2026-11-20", "2026-12-01 09:00"))
    (content / "news/4.30.cs.md").write_text(
        GOOD.replace("2026-11-20", "2026-12-02").replace("V", "Status: draft\nV", 1)
    )
    (content / "news/4.28.cs.md").write_text(GOOD.replace("V", "Support_until: 2027-03-27\nV", 1))
    (content / "training-dates.toml").write_text('[[date]]\ndate = 2026-12-24\nplace = "vendor"\n')
    shown = [moment.isoformat() for moment in moments(content, NOW)]
    assert shown == ["2026-12-01T09:00:00+01:00", "2026-12-24T00:00:00+01:00", "2027-03-28T00:00:00+01:00"]


def test_production_names_every_missing_setting_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        demand({"FORMS_SITE_URL": "podpora.firma.cz"})
    for name in ("FORMS_SITE_URL nemůže být", "FORMS_SALES_ADDRESS chybí", "FORMS_TECHNICAL_ADDRESS chybí"):
        assert name in str(caught.value)
    demand({"FORMS_DEVELOPMENT": "1"})
    demand({"FORMS_SITE_URL": "https://x.cz", "FORMS_SALES_ADDRESS": "a@x.cz", "FORMS_TECHNICAL_ADDRESS": "b@x.cz"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FORMS_SITE_URL", "http://[x"),
        ("FORMS_SITE_URL", "https://ho st"),
        ("FORMS_SITE_URL", "https://host:abc"),
        ("FORMS_SITE_URL", "https://a:b@host"),
        ("FORMS_SALES_ADDRESS", "foo"),
        ("FORMS_TECHNICAL_ADDRESS", ""),
    ],
)
def test_a_wrong_setting_is_said_in_one_line_also_in_development(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        demand({"FORMS_DEVELOPMENT": "1", name: value})
    assert [name in line for line in str(caught.value).splitlines()] == [False, True]


def test_a_production_build_keeps_back_drafts_and_their_pictures_and_a_development_build_shows_them(
    content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORMS_DEVELOPMENT", "1")
    (content / "news/graf.png").write_bytes(PICTURE)
    future = body("![Graf]({attach}graf.png)").replace("2026-11-20", "2999-12-01")
    (content / "news/4.29.cs.md").write_text(future)
    build(tmp_path / "public", drafts=False, content=content)
    build(tmp_path / "all", drafts=True, content=content)
    assert not list((tmp_path / "public").rglob("*graf.png"))
    assert not (tmp_path / "public/aktuality/4.29").exists()
    assert (tmp_path / "all/news/graf.png").is_file()
    html = (tmp_path / "all/aktuality/4.29/index.html").read_text()
    assert 'content="noindex"' in html
    assert "2999" in html
    assert "4.29" not in (tmp_path / "all/feeds/cs.json").read_text()
    assert '"softwareVersion": "4.28"' in (tmp_path / "all/index.html").read_text()


def test_the_content_is_checked_once_and_at_each_date_at_which_a_text_comes_out(
    content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, really = [], check.problems

    def look(content: Path, now: datetime) -> list[Problem]:
        looked.append(now.astimezone(ZONE).strftime("%d.%m. %H:%M"))
        return really(content, now)

    def built(output: Path, moment: datetime, **_: object) -> list[Problem]:
        output.with_name(f".{output.name}.build").mkdir()
        return look(content, moment)

    monkeypatch.setattr(check, "problems", look)
    monkeypatch.setattr("newsroom.prepare.build", built)
    monkeypatch.setenv("FORMS_DEVELOPMENT", "1")
    monkeypatch.setenv("NEWSROOM_NOW", NOW.isoformat())
    (content / "training-dates.toml").write_text('[[date]]\ndate = 2026-12-24\nplace = "vendor"\n')
    for version, day in (("4.29", "2026-12-01"), ("4.30", "2026-12-02 09:00")):
        text = GOOD.replace("4.29", version).replace("2026-11-20", f"{day}\nSupport_until: 2027-03-27")
        (content / f"news/{version}.cs.md").write_text(text)
    (tmp_path / "build/site").mkdir(parents=True)
    release = prepare(content, tmp_path / "build")
    assert looked == ["22.11. 12:00", "01.12. 00:00", "02.12. 09:00", "02.12. 09:00"]
    assert len(release.moments) == 4
    looked.clear()
    assert prepare(content, tmp_path / "build", rehearsed=release.rehearsed).rehearsed == release.rehearsed
    assert looked == ["22.11. 12:00", "01.12. 00:00", "02.12. 09:00"]


def test_a_failed_build_leaves_the_last_good_one(content: Path, tmp_path: Path) -> None:
    output = tmp_path / "site"
    with new_build(output) as folder:
        (folder / "sitemap.xml").write_text("dobrá")
    (content / "news/4.29.cs.md").write_text(GOOD.replace("2026-11-20", "1.10.2026"))
    with pytest.raises(BuildError, match=r"4\.29\.cs\.md:2: datum"):
        build(output, drafts=True, content=content)
    with pytest.raises(ZeroDivisionError), new_build(output) as folder:
        1 / 0  # noqa: B018
    assert (output / "sitemap.xml").read_text() == "dobrá"


def test_a_build_leaves_nothing_of_the_one_before_nor_of_one_that_was_killed(tmp_path: Path) -> None:
    (tmp_path / ".site.build/new/half").mkdir(parents=True)
    for number in range(3):
        with new_build(tmp_path / "site") as folder:
            (folder / "sitemap.xml").write_text(str(number))
            (folder / f"page{number}").touch()
    assert sorted(path.name for path in (tmp_path / "site").iterdir()) == ["page2", "sitemap.xml"]
    assert [path.name for path in (tmp_path / ".site.build").iterdir()] == ["lock"]


@pytest.mark.parametrize("can", [True, False])
def test_readers_never_find_the_site_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, can: bool) -> None:
    output, misses, done = tmp_path / "site", [], threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                (output / "sitemap.xml").read_text()
            except OSError as error:
                misses.append(error)

    if not can:
        monkeypatch.setattr("newsroom.build.exchanged", lambda one, other: False)
    reader = threading.Thread(target=read)
    for number in range(300):
        with new_build(output) as folder:
            (folder / "sitemap.xml").write_text(str(number))
        if not number:
            reader.start()
    done.set()
    reader.join()
    assert not (can and misses)
    assert (output / "sitemap.xml").read_text() == "299"


def test_a_kill_between_two_renames_loses_nothing(tmp_path: Path) -> None:
    old = tmp_path / ".site.build/old"
    old.mkdir(parents=True)
    (old / "sitemap.xml").write_text("dobrá")
    with pytest.raises(ZeroDivisionError), new_build(tmp_path / "site"):
        1 / 0  # noqa: B018
    assert (tmp_path / "site/sitemap.xml").read_text() == "dobrá"


def test_a_folder_of_someone_else_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    with pytest.raises(BuildError, match="kterou nevytvořil"), new_build(tmp_path / "site"):
        pass


def test_the_commands_speak_and_exit_as_make_expects(content: Path, tmp_path: Path) -> None:
    (content / "news/4.29.cs.md").write_text(GOOD.replace("2026-11-20", "1.10.2026"))
    done = subprocess.run([sys.executable, "-m", "newsroom.check", content], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "content/news/4.29.cs.md:2: datum „1.10.2026“" in done.stdout
    assert "Obsah: 1 chyba, 1 upozornění" in done.stdout
