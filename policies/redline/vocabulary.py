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
    # What stands before a month that has no day and no year, and before a single unit: "one", "each".
    before_month: str
    one: str
    # How often, in one word, and what is numbered with Roman numerals and letters.
    periods: str
    parts: str
    # What a single unit is counted with, as in "the third day", and what opens a number on one side.
    ordinals: str
    bounds: str


VOCABULARIES = {
    "en": Vocabulary(
        words=r"must|may|shall|should|not|no|never|cannot|only|except|unless|\w++(?<=n)['’]t",
        numerals=r"zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
        r"|sixteen|seventeen|eighteen|nineteen|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
        r"(?:-(?:one|two|three|four|five|six|seven|eight|nine))?|hundred|thousand|million|half",
        months=r"January|February|March|April|May|June|July|August|September|October|November|December"
        r"|Jan\.?|Feb\.?|Mar\.?|Apr\.?|Jun\.?|Jul\.?|Aug\.?|Sept?\.?|Oct\.?|Nov\.?|Dec\.?",
        units=r"(?:(?:business|working|calendar)[ -])?(?:second|minute|hour|day|week|fortnight|month|quarter"
        r"|year|decade|yr|hr|min|wk)s?|mos|secs",
        money=r"euros?|dollars?|pounds?|cents?|percent|per cent",
        magnitudes=r"hundred|thousand|million|billion|trillion",
        before_month=r"in|since|until|till|by|of|from|before|after|during|every|each|to",
        one=r"one|an?|each|every|per|within|next|last|same|several|few|many",
        periods=r"hourly|daily|weekly|biweekly|fortnightly|monthly|bimonthly|quarterly|half-yearly|yearly"
        r"|annual(?:ly)?|biannual(?:ly)?",
        parts=r"section|article|part|annex|appendix|schedule|chapter|clause|exhibit|title",
        ordinals=r"first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|fifteenth"
        r"|twentieth|thirtieth|\d+(?:st|nd|rd|th)",
        bounds=r"or (?:more|fewer|less|longer)",
    ),
    "de": Vocabulary(
        words=r"muss|musst|müssen|müsst|müsste[nt]?|darf|darfst|dürfen|dürft|dürfte[nt]?|soll|sollen|sollte[nt]?"
        r"|kann|kannst|können|könnt|könnte[nt]?|ausschließlich"
        r"|nicht|kein|keine|keinen|keinem|keiner|keines|nur|lediglich|außer|ausgenommen",
        numerals=r"null|(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun)und"
        r"(?:zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig)"
        r"|(?:zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn)?(?:hundert|tausend)"
        r"|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|(?:drei|vier|fünf|sech|sieb|acht|neun)zehn"
        r"|zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig",
        months=r"Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember",
        units=r"Sekunden?|Minuten?|Stunden?|(?:Werk|Arbeits|Kalender)?[Tt]age?n?|Wochen?|Monat(?:e[ns]?|s)?"
        r"|Quartale?n?|Jahr(?:e[ns]?|s)?|Jahrzehnte?n?",
        money=r"Euro|Dollar|Franken|Cent|Prozent",
        magnitudes=r"Tausend|Millionen|Million|Milliarden|Milliarde",
        before_month=r"im|seit|bis|vor|nach|jeden|ab|Ende|Anfang|Mitte",
        one=r"ein(?:e[mnrs]?)?|jede[mnrs]?|pro|je|binnen|innerhalb|nächste[mnrs]?|letzte[mnrs]?|einige[nr]?",
        periods=r"(?:stünd|täg|wöchent|monat|vierteljähr|halbjähr|jähr)lich(?:e[mnrs]?)?",
        parts=r"Abschnitt|Artikel|Teil|Anhang|Anlage|Kapitel|Absatz|Ziffer|Titel",
        ordinals=r"(?:erst|zweit|dritt|viert|fünft|sechst|siebt|acht|neunt|zehnt|elft|zwölft|vierzehnt|zwanzigst"
        r"|dreißigst)e[mnrs]?|\d+\.",
        bounds=r"oder (?:mehr|weniger|länger)",
    ),
    "fr": Vocabulary(
        words=r"doit|doivent|devez|devons|devra|devront|devrait|devraient|peut|peuvent|pouvez|pouvons|pourra|pourront"
        r"|pourrait|pourraient|exclusivement|ne|n['’]\w+|pas|seulement|uniquement"
        r"|sauf|excepté|hormis",
        numerals=r"zéro|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize"
        r"|vingt|trente|quarante|cinquante|soixante|cent|mille|demie?",
        months=r"janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre",
        units=r"secondes?|minutes?|heures?|jours?(?: (?:ouvrés|ouvrables|calendaires))?|semaines?|mois"
        r"|trimestres?|ans?|années?|quinzaines?|décennies?",
        money=r"euros?|dollars?|francs?|centimes?|pour cent",
        magnitudes=r"mille|millions?|milliards?",
        before_month=r"en|de|depuis|avant|après|dès|fin|chaque",
        one=r"une?|chaque|par|prochaine?s?|derni(?:er|ère)s?|quelques|plusieurs",
        periods=r"quotidien(?:ne)?s?|hebdomadaires?|mensuel(?:le)?s?|trimestriel(?:le)?s?|semestriel(?:le)?s?"
        r"|annuel(?:le)?s?|(?:quotidienne|hebdomadaire|mensuelle|trimestrielle|semestrielle|annuelle)ment",
        parts=r"section|article|partie|annexe|chapitre|titre|alinéa",
        ordinals=r"premi(?:er|ère)s?|second[es]?|(?:deux|trois|quatr|cinqu|six|sept|huit|neuv|dix|quinz|trent)ième"
        r"|\d+(?:er?|re|ème)",
        bounds=r"ou (?:plus|moins)",
    ),
}
SPACE = r"[ \u00a0\u202f]"
# A number, a fraction or a time. Digits are those of all scripts, and so are the signs that part them.
FRACTION = "¼½¾⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
# ".5" and "10²" are numbers too.
FIGURES = rf"(?:(?:(?<![\w.)])\.(?=\d))?\d+(?:[.,:/'’٫٬\u00a0\u202f]\d+)*[{FRACTION}⁰¹²³⁴-⁹]?|[{FRACTION}])"
# Numerals of Chinese and Japanese. One by itself is part of many a word; two, or one with a unit, count.
NUMERAL = "〇零一二三四五六七八九十百千两兩"
NUMERALS = rf"[{NUMERAL}][{NUMERAL}万萬亿億]+"
COUNTED = (
    r"(?:个|個|か|カ|ヶ|ヵ)?(?:工作|营业|營業|営業)?"
    r"(?:天|日|年|月|周|週|星期|小时|小時|時間|分钟|分鐘|分間|秒)間?"
)
HAN_NUMBER = rf"(?:\d{{1,2}}|[{NUMERAL}]+)"
# Most texts have none of it, and need not be tried for more than this.
HAN = rf"(?=[\d.,]*{SPACE}?[{NUMERAL}天日年月周週星个個か-ヿ工小時分秒营營営])"
# Where an expression made of figures can begin.
# A sign before a number, and not one that parts two of them.
SIGN = r"(?:(?<![\w.,)])[-+−±](?=[\d$€£¥₹]))?"
# The signs of Unicode's block of currencies and those before it, also as in "US$"; the codes of ISO 4217
# that contracts name; and names that are written like them.
MONEY_SIGN = "$€£¥¢₠-⃀"
CURRENCY = (
    rf"(?:\b[A-Z]{{1,3}})?[{MONEY_SIGN}]|\b(?:AED|ARS|AUD|BGN|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|HKD|HUF"
    r"|IDR|ILS|INR|ISK|JPY|KRW|MXN|MYR|NGN|NOK|NZD|PEN|PHP|PKR|PLN|RON|RSD|RUB|SAR|SEK|SGD|THB|TRY|TWD|UAH|USD"
    r"|VND|ZAR|kr|zł|Kč|Ft|Rs)\b"
)
# What is written right behind a number: its thousands, the size of data, half of the day.
SUFFIX = r"(?:(?:[kKmMbBtT]|[mbt]n|[Mm]io|[Mm]rd|[KkMGT]i?B)\b)"
BEHIND = (
    rf"(?:{SPACE}?(?:[mb]n|tn|[Mm]io|[Mm]rd|lakhs?|crores?|[KkMGT]i?B|[ap]\.m\.|[ap]m|[AP]\.M\.|[AP]M)(?!\w))"
)
BEGINNING = re.compile(rf"[-+−±\d{MONEY_SIGN}{FRACTION}{NUMERAL}]|\b[^\W\d_]")
ROMAN = r"(?:[IVXLC]+|[A-Z])"
# What a word is worth a closer look for: a figure or numeral in it; that it stands before one, as months
# and currencies do; that it is a unit of time; or that there may be an address in it.
FIGURE, LEADING, UNIT, ADDRESS = 1, 2, 4, 8


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
    number = rf"(?:{SIGN}{FIGURES}{SUFFIX}?|\b(?i:{known.numerals})\b)"
    # What stands before a unit: "30", "twenty-five (25)", "25 (twenty-five)", "30 or more", "a", "third".
    again = rf"(?: \((?:{FIGURES}|(?i:{known.numerals}))\))?"
    counted = rf"(?:{number}{again}(?: (?i:{known.bounds}))?|\b(?i:{known.one}|{known.ordinals}))"
    amount = rf"{number}(?:{SPACE}(?i:{known.magnitudes})\b|{BEHIND})?"
    kinds = {
        RiskKind.DATE: rf"\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}"
        rf"|{HAN}(?:(?:\d{{4}}|[{NUMERAL}]{{4}})年(?:{HAN_NUMBER}月(?:{HAN_NUMBER}日)?)?|{HAN_NUMBER}月{HAN_NUMBER}日)"
        rf"|{day} (?:of )?\b(?:{known.months})(?!\w){year}"
        rf"|\b(?:{known.months}) (?:{day}{year}|\d{{4}})(?!\w)"
        # In capitals, or without any, the year tells the month from another word.
        rf"|(?:{day} (?:of )?)?\b(?i:{known.months}),? (?:{day},? )?\d{{4}}(?!\w)"
        # With a day or a year the month is a date by itself, whatever stands before it.
        rf"|\b(?i:{known.before_month}) (?:{known.months})(?!\w)(?! (?:{day}{year}|\d{{4}})(?!\w))",
        RiskKind.DURATION: rf"{counted}(?:{SPACE}|-)(?:[^\W\d_]+ )?(?i:{known.units})\b"
        rf"(?: (?i:{known.bounds})\b)?"
        rf"|\b(?i:{known.periods})\b"
        rf"|{HAN}(?:{FIGURES}|[{NUMERAL}][{NUMERAL}万萬亿億]*){SPACE}?{COUNTED}",
        RiskKind.AMOUNT: rf"(?:{SIGN})(?:{CURRENCY}){SPACE}?{amount}"
        rf"|{amount}{SPACE}?(?:[%‰]|{CURRENCY}|(?i:{known.money})\b)",
        RiskKind.NUMBER: rf"{NUMERALS}|{amount}|\b(?i:{known.parts}) {ROMAN}\b",
    }
    either = "|".join(f"(?P<{kind.name}>{expression})" for kind, expression in kinds.items())
    return Patterns(
        figures=re.compile(either),
        words=re.compile(rf"\b(?:{known.words})\b", re.IGNORECASE),
        openers=re.compile(rf"{known.one}|{known.before_month}|{known.ordinals}", re.IGNORECASE),
        has_figure=re.compile(
            rf"[\d{FRACTION}{NUMERAL}]|\b(?i:{known.numerals}|{known.periods})\b|^\W*{ROMAN}\W*$"
        ).search,
        leads=re.compile(rf"\b(?i:{known.months})(?!\w)|(?:{CURRENCY})$|\b(?i:{known.parts})$").search,
        has_unit=re.compile(rf"\b(?:{known.units})\b", re.IGNORECASE).search,
    )


def vocabulary(language: str) -> Vocabulary:
    """Give the words of `language`, or those of English where they are not known."""
    return VOCABULARIES.get(language.split("-", maxsplit=1)[0].lower(), VOCABULARIES["en"])
