"""What front matter may say: known keys, once each, with values that mean one thing only."""

import re
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches

import pelicanconf
from newsroom.problem import Problem
from newsroom.source import VERSION, Source, iso_date

KEYS = {
    "pages": ("Title", "Slug", "Description", "Template", "Redirect_from", "Status"),
    "news": (
        "Title",
        "Date",
        "Version",
        "Channel",
        "Requires",
        "Support_until",
        "Summary",
        "Status",
        "Redirect_from",
    ),
}
REQUIRED = {"pages": ("Title", "Description"), "news": ("Title", "Date")}
REFUSED = {
    "save_as": "adresu určují jméno souboru a Slug",
    "url": "adresu určují jméno souboru a Slug",
    "lang": "jazyk říká jméno souboru (.cs.md nebo .en.md)",
    "key": "dvojici jazyků páruje jméno souboru",
    "slug": "adresu aktuality určuje jméno souboru",
    "author": "autorem je vždy poskytovatel licence",
    "category": "web nemá rubriky",
    "tags": "web nemá štítky",
}
CHANNELS = ("stable", "beta")
TEMPLATES = ("page", "home")
STATES = ("draft", "published")
OLD_PATH = re.compile(r"(?!.*(?://|/\.{1,2}(?:/|$)))/[A-Za-z0-9._~%/-]*")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
HUMAN_DATE = re.compile(r"(\d{1,2})\s*[./]\s*(\d{1,2})\s*[./]\s*(\d{4}).*")
LOOSE_DATE = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})(?:\D+(\d{1,2})[:.](\d{2}))?")  # in the right order

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
EMPHASIS = r"(?<!\w)([*_])(?=\w)[^*_]*(?<=\w)\1(?!\w)"
ENTITY = r"&(?:#\w+|[A-Za-z]?[a-z]+\d*);"  # but not Q&A;
MARKUP = re.compile(rf"\*\*|~~|<!--|\{{[#:]|{EMPHASIS}|{ENTITY}|`|</?[A-Za-z][^>]*>|\]\(|^#+ |^\"[^\"]*\"$")
HARD_SPACE = "; mezera v něm je pevná (z Wordu), napište ji mezerníkem"
MANY = 12  # words are no help any more
TITLE_VERSION = re.compile(r"(?<![\d.])\d{1,5}(?:\.\d{1,5}){1,3}(?!\.?\d)")
NAMED_VERSION = re.compile(  # the numbers of others, and dates, look the same
    rf"\b(?:{pelicanconf.SITENAME}|verz\w+|version)\s+v?({TITLE_VERSION.pattern})", re.IGNORECASE
)

Findings = Iterator[tuple[str, str]]  # what is wrong, how to mend it


def suggestion(word: str, words: Sequence[str]) -> str:
    """Return `mysleli jste …?` when a known word is close, else the known words."""
    by_lower = {known.lower(): known for known in words}
    if close := get_close_matches(word.lower(), by_lower, 1):
        return f"mysleli jste „{by_lower[close[0]]}“?"
    return f"použijte některý z: {', '.join(words)}" if len(words) <= MANY else "nejspíš překlep, zkontrolujte ho"


def problems(source: Source) -> Iterator[Problem]:
    """Give everything that is wrong with the front matter of one file."""
    seen: dict[str, int] = {}
    for field in source.fields:
        name = field.name.lower()
        found = [*key_findings(source, field.name, field.value, seen.get(name))]
        if name in VALUES and field.value:
            found += VALUES[name](source, field.value)
        for what, cure in found:
            yield Problem(source.path, field.line, what, cure, f"{field.name}: {field.value}")
        seen.setdefault(name, field.line)
    below = {line.partition(":")[0].strip(" *_").lower() for _, line in source.body[: len(KEYS["news"])]}
    for name in required(source):
        if name.lower() not in {*seen, *below}:
            yield Problem(source.path, 1, f"chybí klíč {name}", f"přidejte do hlavičky řádek „{name}: …“")


def required(source: Source) -> Iterator[str]:
    """Give the keys that this file must have."""
    yield from REQUIRED[source.folder]
    if source.folder == "pages":
        yield "Template" if source.key == "home" else "Slug"
    if source.folder == "news" and VERSION.fullmatch(source.key):
        yield "Version"


def key_findings(source: Source, name: str, value: str, first_line: int | None) -> Findings:
    """Tell whether a key is unknown, refused, repeated or empty."""
    known = KEYS[source.folder]
    if name.lower() not in {key.lower() for key in known}:
        if reason := REFUSED.get(name.lower()):
            yield f"klíč {name} se nepíše", f"smažte ho, {reason}"
        else:
            yield f"neznámý klíč {name}", suggestion(name, known)
    elif first_line:
        yield f"klíč {name} je tu podruhé (poprvé na řádku {first_line})", "jeden z nich smažte"
    elif not value:
        yield f"klíč {name} nemá hodnotu", "doplňte ji, nebo řádek smažte"


def date_findings(source: Source, value: str) -> Findings:
    """Only ISO dates: Pelican would read 1.10.2026 as the tenth of January."""
    if iso_date(value):
        return
    if match := HUMAN_DATE.fullmatch(value):
        iso = f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}"
        yield f"datum „{value}“ se dá číst dvojím způsobem", f"napište ho jako {iso} (rok-měsíc-den)"
    else:
        cure = f"napište ho jako {two_digits(value) or '2026-12-01 nebo 2026-12-01 09:00'}"
        yield f"„{value}“ není datum, nebo v kalendáři chybí", cure + HARD_SPACE * ("\N{NO-BREAK SPACE}" in value)


def two_digits(value: str) -> str:
    """Return `2026-12-01 09:00` for `2026-12-1 9.00`, an empty text for what is no such date."""
    if not (match := LOOSE_DATE.fullmatch(value)):
        return ""
    day = "-".join(number.zfill(2) for number in match.groups()[:3])
    right = f"{day} {match[4].zfill(2)}:{match[5]}" if match[4] else day
    return right if iso_date(right) else ""


def version_findings(source: Source, value: str) -> Findings:
    """Two to four numbers, the ones that the file's name says."""
    if not VERSION.fullmatch(value):
        yield f"„{value}“ není verze", "napište dvě až čtyři čísla: 4.29"
    elif value != source.key:
        cure = f"přejmenujte soubor na {value}.{source.lang}.md, nebo opravte verzi"
        yield "verze neodpovídá jménu souboru", cure


def requires_findings(source: Source, value: str) -> Findings:
    """The version that one must have before this one, of a release only; check.release_problems looks for it."""
    if not VERSION.fullmatch(value):
        yield f"„{value}“ není verze", "napište tu, na kterou se musí nejdřív aktualizovat, třeba 4.20"
    yield from release_only(source, "Requires")


def support_findings(source: Source, value: str) -> Findings:
    """A day, not before the release came out."""
    until = iso_date(value)
    if not until:
        yield from date_findings(source, value)
    elif " " in value:
        yield "konec podpory je den bez hodiny", f"napište {value[:10]}"
    elif source.date and until < source.date:
        yield "konec podpory je dřív než vydání", "opravte jedno z obou dat"
    yield from release_only(source, "Support_until")


def release_only(source: Source, name: str) -> Findings:
    """Notices have no versions to speak of."""
    if not VERSION.fullmatch(source.key):
        yield f"klíč {name} patří jen k verzi", "řádek smažte"


def plain_findings(source: Source, value: str) -> Findings:
    """Text that is shown as it is: signs of Markdown would stay in it."""
    if MARKUP.search(value):
        yield (
            "hodnota v hlavičce je jen text",
            "smažte značky Markdownu a HTML, rovné uvozovky kolem ní i křížek před ní",
        )
    if value.count('"') % 2:
        yield 'uvozovka " nemá druhou do páru', "doplňte ji, nebo smažte; palce napište slovem"
    for address in EMAIL.findall(value):
        yield f"e-mailovou adresu {address} by posbírali roboti", "smažte ji, v textu odkažte na kontakt"


def title_findings(source: Source, value: str) -> Findings:
    """A title taken over from another version."""
    yield from plain_findings(source, value)
    named = NAMED_VERSION.findall(value)
    if VERSION.fullmatch(source.key) and named and source.key not in TITLE_VERSION.findall(value):
        yield f"nadpis mluví o verzi {named[0]}, soubor je {source.key}", "opravte nadpis, nebo jméno souboru"


def one_of(choices: tuple[str, ...]) -> Callable[[Source, str], Findings]:
    """Return the check of a value that is one of a few words."""

    def findings(source: Source, value: str) -> Findings:
        if value not in choices:
            yield f"hodnotu „{value}“ web nezná", suggestion(value, choices)

    return findings


def template_findings(source: Source, value: str) -> Findings:
    """The home page has one of its own."""
    yield from one_of(TEMPLATES)(source, value)
    if value == "home" and source.key != "home":
        yield "takovou šablonu má jen úvodní stránka", "řádek smažte"


def redirect_findings(source: Source, value: str) -> Findings:
    """Paths of the old site, parted by spaces."""
    for old in value.split():
        if not OLD_PATH.fullmatch(old):
            cure = "napište cestu bez domény: /cz/technicka-podpora"
            cure = "víc cest oddělte mezerou, ne čárkou" if "," in old else cure
            cure = "cestu s otazníkem přesměrovat nejde, smažte ji" if "?" in old else cure
            yield f"„{old}“ není cesta na starém webu", cure


def slug_findings(source: Source, value: str) -> Findings:
    """The last part of the address."""
    if not SLUG.fullmatch(value):
        yield f"„{value}“ nemůže být v adrese", "pište jen malá písmena bez háčků, číslice a spojovníky"


VALUES = {
    "title": title_findings,
    "summary": plain_findings,
    "description": plain_findings,
    "requires": requires_findings,
    "support_until": support_findings,
    "date": date_findings,
    "version": version_findings,
    "channel": one_of(CHANNELS),
    "status": one_of(STATES),
    "template": template_findings,
    "redirect_from": redirect_findings,
    "slug": slug_findings,
}
