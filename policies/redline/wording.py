"""Word by word: the spans by which one block's text became another's.

The units are words, numbers and signs, and single graphemes in scripts that part no words by
spaces; no grapheme is ever cut (Unicode Standard Annex #29). Every comparison is bounded (`fits`):
beyond that sentences are compared first, and what is still too large is replaced as a whole. The
limit is one of size and not of time, so the answer never depends on the machine.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Literal

import regex

from .hunks import Hunk, absorb, bounded_differences, common_ends, differences, fits, sentence_ends, slide

Sign = Literal["=", "-", "+"]
Span = tuple[Sign, str]
# Each piece is a whole grapheme (\X), so that none is cut whatever follows its first sign.
UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]"
UNSPACED_SIGN = regex.compile(UNSPACED)
# With so many letters between two spaces, or half of them in such a script, spaces part no words.
LETTERS_A_WORD = 15
# What may not follow a sign that is taken alone, because it would be part of its grapheme.
END = r"(?![\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}])"
TOKENS = rf"""
    [A-Za-z]++(?![\w'’]){END} | [ ]{END}   # what most texts are made of, found quickly
  | (?:(?=\d)\X)+ (?:(?=[.,:/’'٫٬\u00a0\u202f])\X (?=\d) (?:(?=\d)\X)+)*   # a number, a time, a date
  | (?:(?=\w)(?!{UNSPACED})\X)+ (?:(?=['’])\X (?=\p{{L}}) (?:(?=\w)(?!{UNSPACED})\X)+)*   # a word
  | \p{{RI}}\p{{RI}}{END}   # a flag: where many follow, \X looks back over all of them
  | \X   # a sign, or a grapheme of a script without spaces
"""
# Where a text holds addresses, each is one thing; elsewhere nothing need be tried for them.
ADDRESSES = rf"""
    (?:https?://|www\.)[!-~]*[A-Za-z0-9/]{END}
  | (?<![A-Za-z0-9.+_-])[A-Za-z0-9.+_-]++@[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)+{END}
"""
TOKEN, ADDRESS_IN_TEXT = regex.compile(TOKENS, regex.VERBOSE), regex.compile(ADDRESSES, regex.VERBOSE)
TOKEN_OR_ADDRESS = regex.compile(f"{ADDRESSES} | {TOKENS}", regex.VERBOSE)


# The words of a text as spaces part them, or its other units. They are compared as they are: rapidfuzz
# takes any sequence of hashable things.
Units = Sequence[str]


class Texts:
    """The words of many texts, each split when it is first asked for: most never are."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = list(texts)
        self.known: dict[int, list[str]] = {}

    def __getitem__(self, at: int) -> list[str]:
        words = self.known.get(at)
        if words is None:
            words = self.known[at] = self.texts[at].split(" ")
        return words


def word_spans(old: Units, new: Units) -> tuple[Span, ...]:
    """Give the spans by which the words `old` became `new`, what is deleted before what replaces it.

    The words are what spaces part. The texts of `=` and `-` join to the old text, those of `=` and
    `+` to the new one. Neither may be empty.
    """
    spans = Spans()
    for stays, gone, came in parts(old, new):
        if stays:
            spans.keep(" ".join(stays) + " ")
        if gone and came:
            refine(spans, " ".join(gone), " ".join(came))
        elif gone or came:
            spans.change(spaced(gone), spaced(came))
    found = spans.without_last_space()
    text = " ".join(new)
    if "".join([text for sign, text in found if sign != "-"]) == text:
        return found
    # Words are told apart by their hashes, and two of these have the same.
    return ("-", " ".join(old)), ("+", text)


def refine(spans: "Spans", gone: str, came: str) -> None:
    """Add the change of some words, and the space behind them, as finely as can be read."""
    if are_plain(gone, came):
        spans.replace(gone, came)
        return
    pattern = TOKEN_OR_ADDRESS if may_hold_address(gone) or may_hold_address(came) else TOKEN
    for stays, less, more in parts(tokens(pattern, f"{gone} "), tokens(pattern, f"{came} ")):
        spans.keep("".join(stays))
        spans.change("".join(less), "".join(more))


def tokens(pattern: regex.Pattern[str], text: str) -> list[str]:
    """Give the words, numbers and signs of a text, found by a pattern that knows them, and its spaces."""
    if not text.isascii():
        return pattern.findall(text)
    # No unit of more than a space holds one, and none looks back over one. Nearly all are words.
    found: list[str] = []
    for word in text.split(" "):
        if word.isalpha():
            found.append(word)
        elif word:
            found += pattern.findall(word)
        found.append(" ")
    found.pop()
    return found


def parts(before: Units, after: Units) -> Iterator[tuple[Units, Units, Units]]:
    """Give in order what stays, then what goes and what comes after it; the last change is empty."""
    done = 0
    for old_start, old_end, new_start, new_end in slide(
        absorb(hunks_between(before, after), before, after), before, after
    ):
        yield before[done:old_start], before[old_start:old_end], after[new_start:new_end]
        done = old_end
    yield before[done:], (), ()


def hunks_between(old: Units, new: Units) -> list[Hunk]:
    """Give the stretches in which two sequences of units differ."""
    if fits(old, new):
        return differences(old, new)
    start, end = common_ends(old, new)
    if start or end:
        # Without what both begin and end with, they may be short enough.
        inner = hunks_between(old[start : len(old) - end], new[start : len(new) - end])
        return [(a + start, b + start, c + start, d + start) for a, b, c, d in inner]
    found: list[Hunk] = []
    old_ends, new_ends = sentence_ends(old), sentence_ends(new)
    sentences = (
        ["\0".join(units[a:b]) for a, b in pairwise(ends)]
        for units, ends in ((old, old_ends), (new, new_ends))
    )
    # Where even the sentences are too many, all of them are one stretch.
    for start, end, new_start, new_end in bounded_differences(*sentences):
        old_from, new_from = old_ends[start], new_ends[new_start]
        before, after = old[old_from : old_ends[end]], new[new_from : new_ends[new_end]]
        found += [
            (old_from + a, old_from + b, new_from + c, new_from + d)
            for a, b, c, d in bounded_differences(before, after)
        ]
    return found


class Spans:
    """Spans as they are put together: neighbours of one kind are one, a deletion precedes an insertion."""

    def __init__(self) -> None:
        self.done: list[Span] = []
        self.stays = self.gone = self.came = ""

    def keep(self, text: str) -> None:
        """Add text that stays."""
        if (self.gone or self.came) and text:
            self.flush()
        self.stays += text

    def change(self, gone: str, came: str) -> None:
        """Add text that goes, and text that comes in its place; a space that ends both stays."""
        if gone and came and gone[-1] == came[-1] == " ":
            self.replace(gone[:-1], came[:-1])
        else:
            self.gone += gone
            self.came += came

    def replace(self, gone: str, came: str) -> None:
        """Add text that goes, text that comes in its place, and a space that stays."""
        self.gone += gone
        self.came += came
        if self.gone or self.came:
            self.flush()
        self.stays += " "

    def close(self) -> None:
        """Let no change that follows be one with the change that is open."""
        if self.gone or self.came:
            self.flush()

    def flush(self) -> None:
        """Close the change that is open, with what stayed before it."""
        if self.stays:
            self.done.append(("=", self.stays))
        if self.gone:
            self.done.append(("-", self.gone))
        if self.came:
            self.done.append(("+", self.came))
        self.stays = self.gone = self.came = ""

    def without_last_space(self) -> tuple[Span, ...]:
        """Give the spans, without the space, or the tab, that was put behind both texts."""
        gone, came = self.gone, self.came
        if gone and came:
            self.gone, self.came = gone[:-1], came[:-1]
        elif gone or came:
            # The text that has no part in this change ends with the space before it.
            last, self.stays = self.stays[-1:], self.stays[:-1]
            self.gone, self.came = (f"{last}{text[:-1]}" if text else "" for text in (gone, came))
        else:
            self.stays = self.stays[:-1]
        self.flush()
        return tuple(self.done)


def has_words(text: str, count: int) -> bool:
    """Whether the `count` stretches that spaces part in a text are its words."""
    if len(text) >= LETTERS_A_WORD * count:
        return False
    # The signs of such scripts take three bytes each, so most texts need not be looked through for them.
    return len(text.encode()) < 2 * len(text) or 2 * len(UNSPACED_SIGN.findall(text)) < len(text)


def may_hold_address(text: str) -> bool:
    """Whether it is worth the time to look for addresses in a text."""
    return "@" in text or "//" in text or "www." in text


def spaced(words: Sequence[str]) -> str:
    """Give `words` with a space behind each."""
    return " ".join(words) + " " if words else ""


def are_plain(gone: str, came: str) -> bool:
    """Whether two stretches are plain words that have nothing in common but spaces."""
    both = gone + came
    return both.isascii() and both.replace(" ", "").isalnum()
