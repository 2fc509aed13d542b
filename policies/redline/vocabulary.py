"""The words of each language that changes of meaning are made of, and the patterns that find them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

import regex

from .document import CELL

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
    # What stands before units without a number, and what is a stretch of one, with what joins the two:
    # "after months", "end of the month".
    before_units: str
    stretches: str
    of: str
    # How often, in one word, and what is numbered with Roman numerals and letters.
    periods: str
    parts: str
    # What a single unit is counted with, as in "the third day", and what opens a number on one side.
    ordinals: str
    bounds: str
    # Days that are named, and times of the day.
    days: str
    # What limits a number, in several words, and which words of it, and of what is like *must* in several
    # words, may be all that changed: those behind the first.
    limits: str
    limiting: str
    # What may end a numeral or a unit of several words and gives away nothing by itself.
    ends: str


DE_ONES = r"ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun"
DE_TENS = r"zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig|dreissig"
# Below a hundred, without "ein", which mostly counts nothing.
DE_SMALL = (
    rf"(?:(?:{DE_ONES})und(?:{DE_TENS})|{DE_TENS}|(?:drei|vier|fünf|sech|sieb|acht|neun)zehn|zehn|elf|zwölf"
    r"|zwei|drei|vier|fünf|sechs|sieben|acht|neun)"
)
DE_HUNDREDS = rf"(?:(?:{DE_ONES})?hundert(?:und)?(?:{DE_SMALL}|eins)?)"
FR_ONES = (
    r"deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|dix-sept|dix-huit"
    r"|dix-neuf"
)
VOCABULARIES = {
    "en": Vocabulary(
        words=r"must|may|shall|should|cannot|\w++(?<=n)['’]t|not|no(?!\.\s?\d)|never|neither|nor|none|nobody"
        r"|nothing|without|only|solely|exclusively|except|exceptions?|excepting|excluding|unless",
        numerals=r"zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
        r"|sixteen|seventeen|eighteen|nineteen|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
        r"(?:-(?:one|two|three|four|five|six|seven|eight|nine))?|half|halves"
        r"|thirds?(?![ -](?:part|countr|person|entit))"
        r"|quarters?|twice|thrice"
        r"|(?-i:once)(?! (?:you|we|they|it|he|she|the|your|our|this|that|these|any|all)\b)",
        months=r"January|February|March|April|May|June|July|August|September|October|November|December"
        r"|Jan\.?|Feb\.?|Mar\.?|Apr\.?|Jun\.?|Jul\.?|Aug\.?|Sept?\.?|Oct\.?|Nov\.?|Dec\.?",
        units=r"(?:(?:business|working|calendar)[ -])?(?:second|minute|hour|day|week|fortnight|month"
        r"|quarter(?!s? of)|year|decade|yr|hr|min|wk|mo)s?|secs",
        money=r"euros?|dollars?|pounds?|cents?|percent|per cent|rupees?|yen|yuan|pesos?|francs?"
        r"|rand|dirhams?",
        magnitudes=r"(?:hundred|thousand|million|billion|trillion)s?",
        before_month=r"in|since|until|till|by|of|from|before|after|during|every|each|to|between|this|early|mid|late",
        one=r"one|an?|each|every|per|within|next|last|same|several|few|many|this|current|following|previous|coming",
        before_units=r"after|for|over|during|before",
        stretches=r"couple|end|start|beginning|middle|rest|course|number|matter",
        of=r" of (?:the |each |every |that )?",
        periods=r"hourly|daily|weekly|biweekly|fortnightly|monthly|bimonthly|quarterly|half-yearly|yearly"
        r"|annual(?:ly)?|biannual(?:ly)?",
        parts=r"(?:sub-?)?(?:sections?|paragraphs?|clauses?|points?)|articles?|art\.|para\.|part|annex|appendix"
        r"|schedule|chapter|exhibit|title|items?|recitals?|§+",
        ordinals=r"first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|fifteenth"
        r"|twentieth|thirtieth|\d+(?:st|nd|rd|th)",
        bounds=r"or (?:more|fewer|less|longer)",
        days=r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?|noon|midnight",
        limits=r"at (?:least|most)|(?:more|less|fewer|later|earlier|longer|sooner) than",
        limiting=r"least|most|more|less|fewer|later|earlier|longer|sooner|than",
        ends=r"one",
    ),
    "de": Vocabulary(
        words=r"muss|musst|müssen|müsst|müsste[nt]?|darf|darfst|dürfen|dürft|dürfte[nt]?|soll|sollen|sollte[nt]?"
        r"|kann|kannst|können|könnt|könne|könnte[nt]?"
        r"|müsse|dürfe|sollst|sollt|solle|ausschlie(?:ß|ss)lich(?:e[mnrs]?)?|allein|musste[nt]?|durfte[nt]?|muß|nicht|nichts|nie|niemals|niemand(?:en|em)?|weder|ohne"
        r"|kein|keine|keinen|keinem|keiner|keines|keinerlei|keinesfalls|keineswegs"
        r"|nur|bloß|lediglich|außer|ausser|ausgenommen|Ausnahmen?|es sei denn",
        numerals=rf"null|(?:{DE_HUNDREDS}|{DE_SMALL}|ein)?tausend(?:und)?(?:{DE_HUNDREDS}|{DE_SMALL}|eins)?"
        rf"|{DE_HUNDREDS}|{DE_SMALL}"
        rf"|(?:{DE_ONES})einhalb|anderthalb|(?:{DE_ONES})mal"
        r"|Hälfte|Drittel|Viertel|Fünftel|Zehntel",
        months=r"Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember",
        units=r"Sekunden?|Minuten?|Stunden?|(?:Werk|Arbeits|Kalender)?[Tt]age?n?|Wochen?|Monat(?:e[ns]?|s)?"
        r"|Quartal(?:e[ns]?|s)?|Jahr(?:e[ns]?|s)?|Jahrzehnte?n?",
        money=r"Euro|Dollar|Franken|Cent|Prozent|Pfund|Kronen|Yen|Rupien",
        magnitudes=r"Hunderte?|Tausende?|Millionen|Million|Milliarden|Milliarde|Billionen|Billion",
        before_month=r"im|seit|bis|vor|nach|jeden|ab|Ende|Anfang|Mitte|zwischen|von",
        one=r"ein(?:e[mnrs]?)?|jede[mnrs]?|pro|je|binnen|innerhalb|nächste[mnrs]?|letzte[mnrs]?|einige[nr]?"
        r"|diese[mnrs]?|laufende[mnrs]?|folgende[mnrs]?|vorige[mnrs]?|kommende[mnrs]?",
        before_units=r"nach|seit|über|vor|für|im",
        stretches=r"Ende|Anfang|Mitte|Rest|Ablauf|Beginn|Schluss|Laufe|paar",
        of=r" (?:de[rs] |jede[rs] |eine[rs] )?",
        periods=rf"(?:{DE_SMALL})?(?:stünd|täg|wöchent|monat|vierteljähr|halbjähr|jähr)lich(?:e[mnrs]?)?"
        rf"|(?:\d+-?|ein|{DE_SMALL})(?:minütig|stündig|tägig|wöchig|monatig|jährig)(?:e[mnrs]?)?"
        r"|(?:Wochen|Monats|Quartals|Jahres)(?:ende|anfang|beginn)"
        rf"|(?:\d+-?|ein|{DE_SMALL})(?:tages|wochen|monats|jahres)(?:frist|zeitraum)\w*",
        parts=r"Abschnitt|Artikels?|Art\.|Teil|Anhang|Anlage|Kapitel|Absatz|Abs\.|Ziffer|Ziff\.|Nr\.|Titel|§+",
        ordinals=r"(?:erst|zweit|dritt|viert|fünft|sechst|siebt|acht|neunt|zehnt|elft|zwölft|vierzehnt|zwanzigst"
        r"|dreißigst)e[mnrs]?|\d+\.",
        bounds=r"oder (?:mehr|weniger|länger)",
        days=r"(?:Mon|Diens|Donners|Frei|Sams|Sonn)tags?|Mittwochs?|Sonnabends?|Mitternacht",
        limits=r"mindestens|wenigstens|höchstens|maximal|spätestens|frühestens"
        r"|(?:mehr|weniger|länger|später) als",
        limiting=r"mehr|weniger|länger|später|als|sei|denn",
        ends=r"eins?",
    ),
    "fr": Vocabulary(
        words=r"doit|doivent|devez|devons|devr(?:a|ont|ait|aient|ez|ons|iez|ions)|pourr(?:ez|ons|iez|ions)|peut|peuvent|pouvez|pouvons|pourra|pourront"
        r"|pourrait|pourraient|dois|doive(?:nt|s)?|peux|puisse(?:nt|s)?|exclusivement|ne|n['’]\w+|pas|jamais|non|nul(?:le)?s?|aucune?(?:ment)?"
        r"|rien|ni|sans|seule?s?|seulement|uniquement|sauf|exceptions?|excepté|hors|hormis|à moins",
        numerals=rf"zéro|(?:vingt|trente|quarante|cinquante|soixante|quatre-vingts?)"
        rf"(?:[ -]et[ -](?:une?|onze)|-(?:{FR_ONES}|une?))?|{FR_ONES}|cent|demie?|moitié|quarts?",
        months=r"janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre",
        units=r"secondes?|minutes?|heures?|jours?(?: (?:ouvrés|ouvrables|calendaires))?|semaines?|mois"
        r"|trimestres?|ans?|années?|quinzaines?|décennies?",
        money=r"euros?|dollars?|francs?|centimes?|pour cent|couronnes|yens?|roupies?",
        magnitudes=r"cents|mille|milliers?|millions?|milliards?",
        before_month=r"en|de|depuis|avant|après|dès|début|mi|fin|chaque|entre",
        one=r"une?|chaque|par|prochaine?s?|derni(?:er|ère)s?|quelques|plusieurs|cet(?:te)?|ce",
        before_units=r"après|pendant|depuis|durant|avant",
        stretches=r"fin|début|milieu|cours|reste|bout|tous|toutes",
        of=r" (?:du |de la |de l['’]|de chaque |de |les |d['’]une? )",
        periods=r"quotidien(?:ne)?s?|hebdomadaires?|mensuel(?:le)?s?|trimestriel(?:le)?s?|semestriel(?:le)?s?"
        r"|annuel(?:le)?s?|(?:quotidienne|hebdomadaire|mensuelle|trimestrielle|semestrielle|annuelle)ment",
        parts=r"sections?|articles?|art\.|partie|annexe|chapitre|titre|alinéa|points?|§+",
        ordinals=r"premi(?:er|ère)s?|second[es]?|(?:deux|trois|quatr|cinqu|six|sept|huit|neuv|dix|quinz|trent)ième"
        r"|\d+(?:er?|re|ème)",
        bounds=r"ou (?:plus|moins)",
        days=r"lundis?|mardis?|mercredis?|jeudis?|vendredis?|samedis?|dimanches?|midi|minuit",
        limits=r"au (?:moins|plus tard|plus tôt|plus|minimum|maximum)",
        limiting=r"moins|plus|minimum|maximum|tard|tôt",
        ends=r"ouvrés|ouvrables|calendaires|une?|onze",
    ),
}
# What is numbered, in any of these languages.
PARTS = "|".join(known.parts for known in VOCABULARIES.values())
SPACE = r"[ \n\u00a0\u202f]"
# A number, a fraction or a time. Digits are those of all scripts, and so are the signs that part them.
FRACTION = "¼½¾⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
# ".5", "10²" and "1 000,50" are numbers too.
GROUPED = r"(?<![\w.,])\d{1,3}(?: \d{3})+(?!\d)(?:[.,]\d+)?"
FIGURES = (
    rf"(?:{GROUPED}|(?:(?<![\w.)])\.(?=\d))?\d++(?:[.,:/'’٫٬\u00a0\u202f]\d++)*+[{FRACTION}⁰¹²³⁴-⁹]?"
    rf"|[{FRACTION}])"
)
# A name such as "37signals" is none.
NO_NAME = r"(?![A-Za-z]{3})"
LETTERED = r"(?<!\w)(?:lit\.|Buchst\.|Buchstabe)"
# What tells the parts of what has one number: "4a", "6(1)(f)", "6 (1) (f)".
BRACKETED = rf"(?:{SPACE}?\((?:\d{{1,3}}|[a-z]|[ivx]+)\))"
SUBDIVISION = rf"(?:[a-z](?![\w.'’])|[a-z]?{BRACKETED}+)"
# What joins two numerals, two months or two units: "two hundred and five", "in May or June".
AND = "(?:and|or|to|und|oder|bis|et|ou|à)"
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
    rf"(?:{SPACE}?(?:[kKmM](?=[{MONEY_SIGN}])|[kMG]o|[mb]n|tn|[Mm]io|[Mm]rd|lakhs?|crores?|[KkMGT]i?B"
    r"|[ap]\.m\.|[ap]m|[AP]\.M\.|[AP]M|UTC|GMT|CES?T|MES?Z|[ECMP][SD]?T|BST|AES?T)(?!\w))"
)
# A number begins at its first digit: to try at each would take the square of its length.
BEGINNING = re.compile(
    rf"[-+−±{MONEY_SIGN}{FRACTION}{NUMERAL}第毎每]|(?<!\d)(?<!\d[.,:/'’٫٬\u00a0\u202f])\d|\b[^\W\d_]"
)
ROMAN = r"(?:[IVXLC]+|[A-Z])"
# What a word is worth a closer look for: a figure or numeral in it; that it stands before one, as months
# and currencies do; that it is a unit of time; or that there may be an address in it.
FIGURE, LEADING, UNIT, ADDRESS = 1, 2, 4, 8


class Patterns(NamedTuple):
    """What finds risky expressions in the texts of one language."""

    # What is made of figures, named by its kind; words like *must*, and what of them may be all
    # that changed; and what leads to a month or a unit, one, two and three words before it.
    figures: re.Pattern[str]
    words: re.Pattern[str]
    # The same again, by what can tell that a text ends in the middle of several words.
    begun_words: regex.Pattern[str]
    hints: re.Pattern[str]
    openers: tuple[Search, ...]
    # Whether a word is worth a closer look.
    has_figure: Search
    leads: Search
    has_unit: Search
    # Whether a word may belong to what the words before it give away.
    follows: Search


@lru_cache(maxsize=16)
def patterns(language: str) -> Patterns:
    """Give the patterns of a language (BCP 47)."""
    known = vocabulary(language)
    day, year = r"\d{1,2}(?:st|nd|rd|th|er|\.)?", rf"(?:,?{SPACE}\d{{4}})?"
    # A full stop behind an English day ends the sentence.
    day_behind = rf"(?:the{SPACE})?\d{{1,2}}(?:st|nd|rd|th)?"
    numeral = rf"\b(?i:{known.numerals}|{known.magnitudes})\b"
    numerals = rf"{numeral}(?:(?:[ -]|{SPACE}{AND}{SPACE}){numeral}){{0,4}}"
    number = rf"(?:{SIGN}{FIGURES}(?:{SUFFIX}|{SUBDIVISION}|{NO_NAME})|{numerals})"
    month = rf"(?:{known.months})(?!\w)"
    units = rf"(?i:{known.units})\b(?:{SPACE}{AND}{SPACE}(?i:{known.units})\b)?"
    # What stands before a unit: "30", "twenty-five (25)", "25 (twenty-five)", "30 or more", "a", "third".
    again = rf"(?: \((?:{FIGURES}|(?i:{known.numerals}))\))?"
    counted = rf"(?:{number}{again}(?: (?i:{known.bounds}))?|\b(?i:{known.one}|{known.ordinals}){again})"
    amount = rf"{number}(?:(?:{SPACE}(?i:{known.magnitudes})\b)+|{BEHIND})?"
    far = rf"{known.one}|{known.ordinals}|{known.stretches}"
    near = rf"{far}|{known.before_month}|{known.before_units}"
    kinds = {
        RiskKind.DATE: rf"\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}"
        rf"|\b(?i:{known.days})\b"
        rf"|{HAN}(?:(?:\d{{4}}|[{NUMERAL}]{{4}})年(?:{HAN_NUMBER}月(?:{HAN_NUMBER}日)?)?|{HAN_NUMBER}月{HAN_NUMBER}日)"
        rf"|(?:{day}|\b(?i:{known.ordinals})){SPACE}(?:of )?\b{month}{year}"
        rf"|\b(?:{known.months}){SPACE}(?:{day_behind}{year}|\d{{4}})(?!\w)"
        # In capitals, or without any, the year tells the month from another word.
        rf"|(?:{day}{SPACE}(?:of )?)?\b(?i:{known.months}),?{SPACE}(?:{day_behind},?{SPACE})?\d{{4}}(?!\w)"
        # With a day or a year the month is a date by itself, whatever stands before it.
        rf"|\b(?:(?i:{known.before_month})(?:{SPACE}|-)|d['’]){month}(?:,{SPACE}{month})*(?:{SPACE}{AND}{SPACE}{month})?"
        rf"(?!{SPACE}(?:{day_behind}{year}|\d{{4}})(?!\w))",
        RiskKind.DURATION: rf"(?:{counted}(?:{SPACE}|-)(?:[^\W\d_]+ (?:{AND} [^\W\d_]+ )?)?|\d+(?=[^\W\d_]))"
        rf"{units}(?: (?i:{known.bounds})\b)?"
        rf"|\b(?i:{known.before_units}){SPACE}{units}|\b(?i:{known.stretches}){known.of}{units}"
        rf"|(?<=\(){units}(?=\))|(?:\A|(?<={CELL})){units}(?=\Z|{CELL})"
        rf"|(?<=/){units}|(?<=/ ){units}|\b(?:[^\W\d_]{{2,8}}-)?(?i:{known.periods})\b"
        rf"|{HAN}(?:{FIGURES}|[{NUMERAL}][{NUMERAL}万萬亿億]*){SPACE}?{COUNTED}|[毎每][日周週月年]",
        RiskKind.AMOUNT: rf"(?:{SIGN})(?:{CURRENCY}){SPACE}?{amount}"
        rf"|{amount}\.?(?:,[-–])?{SPACE}?(?:de |d['’])?(?:[%‰]|{CURRENCY}|(?i:{known.money})\b)"
        rf"|\b(?i:{known.one}){SPACE}(?i:{known.money})\b",
        RiskKind.NUMBER: rf"{NUMERALS}|{amount}"
        rf"|(?<!\w)(?i:{known.parts})(?:{SPACE}{ROMAN}\b|{BRACKETED}+|{SPACE}(?:[a-z]|[ivx]+)\))"
        rf"|{LETTERED}{SPACE}[a-z]\b|第[{NUMERAL}\d]+[条條章项項节節款]",
    }
    either = "|".join(f"(?P<{kind.name}>{expression})" for kind, expression in kinds.items())
    spoken = rf"\b(?:{known.words}|{known.limits})\b"
    return Patterns(
        figures=re.compile(either),
        words=re.compile(spoken, re.IGNORECASE),
        begun_words=regex.compile(spoken, regex.IGNORECASE),
        hints=re.compile(rf"\b(?:{known.words}|{known.limits}|{known.limiting})\b", re.IGNORECASE),
        openers=tuple(
            # What stands before it in a word is a bracket, a quotation mark, an article without its vowel.
            re.compile(rf"(?:.*\W)?(?:{words})", re.IGNORECASE | re.DOTALL).fullmatch
            for words in (near, far, known.stretches)
        ),
        has_figure=re.compile(
            rf"[\d{FRACTION}{NUMERAL}毎每]|\b(?i:{known.numerals}|{known.magnitudes}|{known.periods}|{known.days})\b"
            rf"|^\W*{ROMAN}\W*$"
        ).search,
        leads=re.compile(
            rf"\b(?i:{known.months})(?!\w)|(?:{CURRENCY})$|(?<!\w)(?i:{known.parts})(?:$|{SPACE})|{LETTERED}$"
        ).search,
        has_unit=re.compile(rf"\b(?:{known.units}|{known.money})\b", re.IGNORECASE).search,
        # All that the figures above may end with, behind the last word that is worth a look. Of words that
        # begin with another sign or letter nothing is known.
        follows=re.compile(
            rf"\Z|[^A-Za-z]|(?:[A-Za-z]|de|{ROMAN}|[ivxlc]+)\b|{BEHIND}|{CURRENCY}"
            rf"|(?i:{AND}|{known.bounds.replace(' ', '|')}|{known.ends})\b"
        ).match,
    )


def vocabulary(language: str) -> Vocabulary:
    """Give the words of `language`, or those of English where they are not known."""
    return VOCABULARIES.get(language.split("-", maxsplit=1)[0].lower(), VOCABULARIES["en"])
