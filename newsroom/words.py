"""Words as the search compares them: by their roots, which are without case, diacritics and endings."""

import re
import unicodedata
from functools import lru_cache
from itertools import product

from snowballstemmer import stemmer

WORD = re.compile(r"[^\W_]++(?:\.(?<=\d\.)(?=\d)[^\W_]++)*+")  # 4.28 is one
STEMMERS = {"cs": "czech", "en": "english"}
FLEETING = re.compile(r"(?<=[^aeiouy])e(?=[^aeiouy]$)")
SHORT = 3  # letters of a stem that loses none, such as den
MARKED = {"a": "aá", "e": "eéě", "i": "ií", "u": "uúů", "y": "yý"}  # what a Czech may mean who types without diacritics
ENDING = 5  # letters at the end of a word that tell the stemmer what it ends with
# What no rule of endings brings together: vowels that change (smlouva, smluv; dům, domu), stems that end like an ending
# (pronájem), few letters (den, dne). Each form, without diacritics, counts as the word before the colon.
IRREGULAR = """
den: dne dni dny dnu dnem dnech dnum
domu: dum
firma: firem
forma: forem
kniha: knize
míra: mer
nájmu: najem
norma: norem
paměť: pameti
pásmo: pasem
peníze: penez penezi
podnájmu: podnajem
prodloužení: prodlouzit prodlouzi prodlouzite prodluzovat prodluzovani prodluzuje prodluzujeme prodluzuji
pronájmu: pronajem
příjmu: prijem
rok: let
smlouva: smluv
stolu: stul
vozu: vuz
zájmu: zajem
"""
COUNTS_AS = {
    form: word for word, _, forms in (line.partition(":") for line in IRREGULAR.split("\n")) for form in forms.split()
}


def words(text: str) -> list[str]:
    """Return the words of a text in lower case; a version is one word."""
    return WORD.findall(unicodedata.normalize("NFC", text).lower())


@lru_cache(20_000)  # a text has the same words again and again
def plain(word: str) -> str:
    """Return a word without its diacritics."""
    if word.isascii():
        return word
    return "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))


class Roots(dict[str, str]):
    """What the forms of a word have in common, for each word of a language that it is asked for; for one thread."""

    def __init__(self, lang: str) -> None:
        self.lang, self.stem = lang, stemmer(STEMMERS[lang]).stemWord

    def __missing__(self, word: str) -> str:
        root = COUNTS_AS.get(plain(word), word) if self.lang == "cs" else word
        if not any(map(str.isdigit, word)):
            while (
                shorter := self.stem(root)
            ) != root:  # systémech, systém, syst: as far as it goes, so that all arrive
                root = shorter
            root = czech_end(plain(root)) if self.lang == "cs" else plain(root)
        self[word] = root
        return root


def czech_end(stem: str) -> str:
    """Return a stem as its other forms have it: účet, účty; sloupců, sloupce (which the stemmer makes sloupk)."""
    if len(stem) > SHORT:
        stem = FLEETING.sub("", stem)
    return stem[:-1] + "c" if stem.endswith("k") else stem


def possible_roots(word: str, lang: str) -> set[str]:
    """Return what a word that was typed may be a form of, also when its ending lacks diacritics."""
    spellings = [word]
    if lang == "cs":
        endings = product(*(MARKED.get(letter, letter) for letter in word[-ENDING:]))
        spellings = [word[:-ENDING] + "".join(ending) for ending in endings]
    roots = Roots(lang)
    return {roots[spelling] for spelling in spellings}
