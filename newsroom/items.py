"""What may be wrong with a note's headings and items."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from difflib import get_close_matches

from newsroom.frontmatter import HARD_SPACE, TITLE_VERSION, Findings, suggestion
from newsroom.notes import HEADINGS, ITEM, Heading, Item, slug
from newsroom.problem import Problem, counted
from newsroom.source import VERSION, Source
from newsroom.typography import CZECH_MONTHS, ENGLISH_MONTHS

NO_DASH = re.compile(r"\s*(?:[-+–—•·]|\*(?!\*)|\d+[.)])\s*")
RULE = re.compile(r"(?:- *){3,}|(?:_ *){3,}|(?:\* *){3,}")
NO_COLON = re.compile(r"(\*\*|__)([^*_:]+)\1(?!:)")
NOT_BOLD = re.compile(r"([*_]?)([^*_:]{2,40}):\1\s")
ALMOST_MODULE = re.compile(r"(\*\*|__)\s*([^*_:]{2,40}?)\s*(?::\s*\1|\1\s*:)")
PLACEHOLDERS = ("Sem napište text.", "Write the text here.")
MONTHS = [months.split("|") for months in (CZECH_MONTHS, ENGLISH_MONTHS)]
MONTH_NUMBER = {month: str(months.index(month) + 1) for months in MONTHS for month in months}
DAY = re.compile(rf"\b(\d{{1,2}})\.? ({'|'.join(MONTH_NUMBER)}) (\d{{4}})")
COMES_OUT = re.compile(r"vyšl|vyjde|vychází|c[ao]mes? out|released", re.IGNORECASE)


def problems(source: Source) -> Iterator[Problem]:
    """Give what is wrong with one note by itself."""
    yield from heading_problems(source)
    for number, line in source.note.strays:
        yield Problem(source.path, number, *stray(line), line)
    yield from item_problems(source)
    if VERSION.fullmatch(source.key):
        yield from release_problems(source)
    for number, line in source.prose():
        if line.strip() in PLACEHOLDERS and source["Status"].lower() != "draft":
            yield Problem(source.path, number, "zůstala tu věta z předlohy", "napište místo ní svůj text", line)


def heading_problems(source: Source) -> Iterator[Problem]:
    """The fixed headings, in the file's language, once each; in a release no others."""
    first: dict[str, int] = {}
    for heading in source.note.headings:
        what, cure, severe = "", "", True
        if not heading.kind:
            what, cure, severe = unknown_heading(source, heading)
        elif heading.kind in first:
            what = f"nadpis „{heading.text}“ je tu podruhé (poprvé na řádku {first[heading.kind]})"
            cure = "dejte položky pod jeden"
        elif not same(heading.text, HEADINGS[source.lang][heading.kind]):
            what = f"nadpis „{heading.text}“ není v jazyce souboru"
            cure = f"napište ## {HEADINGS[source.lang][heading.kind]}"
        if what:
            yield Problem(source.path, heading.line, what, cure, f"{'#' * heading.level} {heading.text}", severe)
        first.setdefault(heading.kind, heading.line)


def unknown_heading(source: Source, heading: Heading) -> tuple[str, str, bool]:
    """Return what is wrong with a heading that is not a fixed one, if anything, its cure, and whether it is a fault."""
    known = [*HEADINGS[source.lang].values()]
    if heading.level == 1:
        return "", "", True  # body.heading_problems says it
    if fixed := next((text for text in known if same(text, heading.text.strip("*_` "))), ""):
        what = "má mít dva křížky" if same(heading.text, fixed) else "má být bez značek"
        return f"nadpis „{heading.text}“ {what}", f"napište ## {fixed}", True
    if VERSION.fullmatch(source.key):
        return f"nadpis „{heading.text}“ oznámení verze nezná", suggestion(heading.text, known), True
    if get_close_matches(heading.text.casefold(), [text.casefold() for text in known], 1, 0.8):
        return f"nadpis „{heading.text}“ se podobá pevnému", suggestion(heading.text, known), False
    return "", "", True


def same(one: str, other: str) -> bool:
    """Tell whether two headings differ in spaces and the size of letters at most."""
    return " ".join(one.split()).casefold() == other.casefold()


def release_problems(source: Source) -> Iterator[Problem]:
    """What a release says of itself before its headings, and items that stand there; slips, but not surely."""
    headings = [heading.line for heading in source.note.headings]
    for number, line in source.prose():
        if number >= min(headings, default=number + 1):
            return
        if not headings and ITEM.match(line):
            what, cure = "položka není pod žádným nadpisem", "dejte nad ni ## Nové, ## Opravy nebo jiný z pevných"
            yield Problem(source.path, number, what, cure, line, severe=False)
            return
        said = announced(line) if COMES_OUT.search(line) else ([], [])
        if said[0] and source["Date"][:10] not in said[0]:
            what = f"text mluví o dni {said[0][0]}, Date je {source['Date'][:10]}"
            yield Problem(source.path, number, what, "opravte jedno z nich", line, severe=False)
        if said[1] and source.key not in said[1]:
            what = f"text mluví o verzi {said[1][0]}, soubor je {source.key}"
            yield Problem(source.path, number, what, "opravte text", line, severe=False)


def announced(line: str) -> tuple[list[str], list[str]]:
    """Return the days, as they stand in front matter, and the versions that a line names."""
    days = [f"{year}-{int(MONTH_NUMBER[month]):02}-{int(day):02}" for day, month, year in DAY.findall(line)]
    return days, TITLE_VERSION.findall(DAY.sub("", line))


def stray(line: str) -> tuple[str, str]:
    """Return what is wrong with a line under a fixed heading that is not an item, and its cure."""
    if RULE.fullmatch(line.strip()):
        return "čára mezi položky nepatří", "smažte ji, části oddělují nadpisy"
    if (match := NO_DASH.match(line)) and (rest := line[match.end() :].strip()):
        hard = HARD_SPACE if "\N{NO-BREAK SPACE}" in match[0] else ""
        return "položka má začínat spojovníkem a mezerou", f"napište „- {rest[:40]}“{hard}"
    return "text pod nadpisem nepatří k žádné položce", "začněte ho spojovníkem a mezerou, nebo ho dejte nad nadpisy"


def item_problems(source: Source) -> Iterator[Problem]:
    """Items that have a text, stand apart from each other, and are told apart by their ids."""
    lines, first, said = dict(source.body), dict[str, int](), dict[tuple[str, str], int]()
    for item in source.note.items:
        for what, cure in item_findings(item, lines):
            yield Problem(source.path, item.line, what, cure, lines[item.line])
        if item.id in first:
            what = f"značka {{#{item.id}}} je tu podruhé (poprvé na řádku {first[item.id]})"
            yield Problem(source.path, item.end, what, "smažte ji, make check doplní jinou", lines[item.end])
        first.setdefault(item.id, item.end)
        if item.text and (item.module, item.text) in said:
            what = f"stejná položka už je na řádku {said[item.module, item.text]}"
            yield Problem(source.path, item.line, what, "jednu smažte", lines[item.line], severe=False)
        said.setdefault((item.module, item.text), item.line)
    if unsigned := [item for item in source.note.items if item.text and not item.written]:
        what = f"{items(len(unsigned))} bez značky"
        cure = "spusťte make check, doplní je; bez nich by se při přeformulování změnila adresa položky"
        yield Problem(source.path, unsigned[0].line, what, cure, lines[unsigned[0].line], severe=False)


def item_findings(item: Item, lines: dict[int, str]) -> Findings:
    """Tell what is wrong with one item."""
    if not item.text:
        yield "položka nemá text", "dopište ho, nebo řádek smažte"
    if item.text.startswith("**") and item.text.count("**") % 2:
        yield "tučné písmo není uzavřené", "napište modul takto: - **Fakturace:** text"
    if item.module and not slug(item.module):
        yield f"z modulu „{item.module}“ nejde udělat adresu", "napište v něm aspoň jedno slovo"
    if lines[item.line].startswith(" "):
        yield "položka je odsazená", "začněte ji na kraji řádku; co patří pod položku, odsaďte čtyřmi mezerami"
    elif below_loose_block(item.line, lines):
        yield "položka by se připojila k odsazené části nad ní", "dejte před ni prázdný řádek"


def below_loose_block(number: int, lines: dict[int, str]) -> bool:
    """Tell whether the line follows an indented block that a blank line parts from its item: Markdown takes it in."""
    above = number - 1
    while lines.get(above, "").startswith(("    ", "\t")):
        above -= 1
    return above < number - 1 and not lines.get(above, "").strip()


def module_problems(sources: list[Source]) -> Iterator[Problem]:
    """Modules written in two ways, each of which would make a page of its own."""
    for lang in HEADINGS:
        items = [(source, item) for source in sources if source.lang == lang for item in source.note.items]
        names: dict[str, Counter[str]] = defaultdict(Counter)
        for _, item in items:
            if item.module:
                names[slug(item.module)][item.module] += 1
        usual = {key: spellings.most_common(1)[0][0] for key, spellings in names.items()}
        doubtful = {key: closer for key in names if (closer := closer_module(key, names))}
        for source, item in items:
            key, what, cure = slug(item.module), "", ""
            if not item.module and (bold := NO_COLON.match(item.text)) and slug(bold[2]) in names:
                what, cure = f"za modulem „{bold[2]}“ chybí dvojtečka", f"napište **{bold[2]}:**"
            elif not item.module and (plain := NOT_BOLD.match(item.text)) and slug(plain[2]) in names:
                what, cure = f"modul „{plain[2]}“ není tučně", f"napište **{plain[2]}:**"
            elif not item.module and (almost := ALMOST_MODULE.match(item.text)):
                name = almost[2].strip()
                what, cure = f"modul „{name}“ není napsaný správně", f"napište **{name}:** a mezeru"
            elif key in doubtful:
                what, cure = f"modul „{item.module}“ jinde není", f"mysleli jste „{usual[doubtful[key]]}“?"
            elif item.module and item.module != usual[key]:
                what, cure = f"modul „{item.module}“ se jinde píše „{usual[key]}“", "pište ho všude stejně"
            if what:
                yield Problem(source.path, item.line, what, cure, item.text, severe=False)


def closer_module(key: str, names: dict[str, Counter[str]]) -> str:
    """Return the much used module that a module used once is probably a slip of, or an empty text."""
    if names[key].total() > 1:
        return ""
    return next((near for near in get_close_matches(key, names, 3, 0.8) if names[near].total() > 2), "")


def items(number: int) -> str:
    """Return `2 položky`."""
    return counted(number, "položka", "položky", "položek")
