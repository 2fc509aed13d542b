"""The words of each language that changes of meaning are made of, and the patterns that find them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

Search = Callable[[str], re.Match[str] | None]


class RiskKind(StrEnum):
    """What it is that changed."""

    DATE = "date"
    DURATION = "duration"
    AMOUNT = "amount"
    NUMBER = "number"
    WORD = "word"
    LINK = "link"


@dataclass(frozen=True)
class Vocabulary:
    """The words of one language that risky expressions are made of, as regular expressions."""

    words: str
    numerals: str
    months: str
    units: str
    money: str
    magnitudes: str
    # What stands before a month that has no day and no year, and the number one before a unit.
    before_month: str
    one: str


VOCABULARIES = {
    "en": Vocabulary(
        words=r"must|may|shall|should|not|no|never|cannot|only|except|unless|\w++(?<=n)['’]t",
        numerals=r"two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
        r"|sixteen|seventeen|eighteen|nineteen|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
        r"(?:-(?:one|two|three|four|five|six|seven|eight|nine))?|hundred|thousand|million",
        months=r"January|February|March|April|May|June|July|August|September|October|November|December"
        r"|Jan\.?|Feb\.?|Mar\.?|Apr\.?|Jun\.?|Jul\.?|Aug\.?|Sept?\.?|Oct\.?|Nov\.?|Dec\.?",
        units=r"(?:(?:business|working|calendar)[ -])?(?:second|minute|hour|day|week|month|quarter|year)s?",
        money=r"euros?|dollars?|pounds?|cents?|percent|per cent",
        magnitudes=r"hundred|thousand|million|billion|trillion",
        before_month=r"in|since|until|till|by|of|from|before|after|during|every|each|to",
        one=r"one|an?",
    ),
    "de": Vocabulary(
        words=r"muss|musst|müssen|müsst|darf|darfst|dürfen|dürft|soll|sollen|kann|kannst|können|könnt"
        r"|nicht|kein|keine|keinen|keinem|keiner|keines|nur|lediglich|außer|ausgenommen",
        numerals=r"zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|vierzehn|fünfzehn|zwanzig"
        r"|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig|hundert|tausend",
        months=r"Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember",
        units=r"Sekunden?|Minuten?|Stunden?|(?:Werk|Arbeits|Kalender)?[Tt]age?n?|Wochen?|Monat(?:e[ns]?|s)?"
        r"|Quartale?n?|Jahr(?:e[ns]?|s)?",
        money=r"Euro|Dollar|Franken|Cent|Prozent",
        magnitudes=r"Tausend|Millionen|Million|Milliarden|Milliarde",
        before_month=r"im|seit|bis|vor|nach|jeden|ab|Ende|Anfang|Mitte",
        one=r"ein(?:e[mnrs]?)?",
    ),
    "fr": Vocabulary(
        words=r"doit|doivent|devez|devons|peut|peuvent|pouvez|pouvons|ne|n(?=['’])|pas|seulement|uniquement"
        r"|sauf|excepté|hormis",
        numerals=r"deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize"
        r"|vingt|trente|quarante|cinquante|soixante|cent|mille",
        months=r"janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre",
        units=r"secondes?|minutes?|heures?|jours?(?: (?:ouvrés|ouvrables|calendaires))?|semaines?|mois"
        r"|trimestres?|ans?|années?",
        money=r"euros?|dollars?|francs?|centimes?|pour cent",
        magnitudes=r"mille|millions?|milliards?",
        before_month=r"en|de|depuis|avant|après|dès|fin|chaque",
        one=r"une?",
    ),
}
FIGURES = r"\d+(?:[.,:'’\u00a0\u202f]\d+)*"
SPACE = r"[ \u00a0\u202f]"
CURRENCY = r"[$€£¥₹]|\b(?:EUR|USD|GBP|CHF|CAD|AUD|JPY)\b"
# What a word is worth a closer look for: a figure or numeral in it; that it stands before one, as months
# and currencies do; or that it is a unit of time.
FIGURE, LEADING, UNIT = 1, 2, 4


class Patterns(NamedTuple):
    """What finds risky expressions in the texts of one language."""

    # What is made of figures, named by its kind; words like *must*; and what leads to a month or a unit.
    figures: re.Pattern[str]
    words: re.Pattern[str]
    openers: re.Pattern[str]
    # Whether a word is worth a closer look.
    has_figure: Search
    leads: Search
    has_unit: Search


@lru_cache(maxsize=16)
def patterns(language: str) -> Patterns:
    """Give the patterns of a language (BCP 47)."""
    known = vocabulary(language)
    day, year = r"\d{1,2}(?:st|nd|rd|th|er|\.)?", r"(?:,? \d{4})?"
    number = rf"(?:{FIGURES}|\b(?i:{known.numerals})\b)"
    amount = rf"{number}(?:{SPACE}(?i:{known.magnitudes})\b)?"
    kinds = {
        RiskKind.DATE: rf"\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}"
        rf"|{day} (?:of )?\b(?:{known.months})(?!\w){year}"
        rf"|\b(?:{known.months}) (?:{day}{year}|\d{{4}})(?!\w)"
        # With a day or a year the month is a date by itself, whatever stands before it.
        rf"|\b(?i:{known.before_month}) (?:{known.months})(?!\w)(?! (?:{day}{year}|\d{{4}})(?!\w))",
        # "30 days", "twenty-five (25) business days", "30 full days", "a month".
        RiskKind.DURATION: rf"(?:{number}(?: \({FIGURES}\))?|\b(?i:{known.one})\b)"
        rf"(?:{SPACE}|-)(?:[^\W\d_]+ )?(?i:{known.units})\b",
        RiskKind.AMOUNT: rf"(?:{CURRENCY}){SPACE}?{amount}"
        rf"|{amount}{SPACE}?(?:[%‰]|{CURRENCY}|(?i:{known.money})\b)",
        RiskKind.NUMBER: amount,
    }
    either = "|".join(f"(?P<{kind.name}>{expression})" for kind, expression in kinds.items())
    # Nothing is tried where no expression can begin: five times as quick.
    figures = re.compile(rf"(?=[\d$€£¥₹]|\b[^\W\d_])(?:{either})")
    return Patterns(
        figures=figures,
        words=re.compile(rf"\b(?:{known.words})\b", re.IGNORECASE),
        openers=re.compile(rf"{known.one}|{known.before_month}", re.IGNORECASE),
        has_figure=re.compile(rf"\d|\b(?:{known.numerals})\b", re.IGNORECASE).search,
        leads=re.compile(rf"\b(?:{known.months})(?!\w)|(?:{CURRENCY})$").search,
        has_unit=re.compile(rf"\b(?:{known.units})\b", re.IGNORECASE).search,
    )


def vocabulary(language: str) -> Vocabulary:
    """Give the words of `language`, or those of English where they are not known."""
    return VOCABULARIES.get(language.split("-", maxsplit=1)[0].lower(), VOCABULARIES["en"])
