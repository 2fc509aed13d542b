"""Which way a text runs, and how a piece of one is kept apart from a sentence that runs the other way.

The rules are those of the Unicode Bidirectional Algorithm (UAX #9): a text runs as its first strong
character does, and what stands between an isolate and its end cannot reorder what is around it.
"""

from typing import Literal
from unicodedata import bidirectional

from django.utils.translation import get_language_bidi

Direction = Literal["ltr", "rtl", ""]

# First strong isolate and pop directional isolate, for texts in which no element can do the same.
FSI, PDI = "\u2068", "\u2069"
STRONG: dict[str, Direction] = {"L": "ltr", "R": "rtl", "AL": "rtl"}
# Arabic digits do not give a text its direction, but reorder what stands beside them.
LEFTWARD, RIGHTWARD = frozenset({"R", "AL", "AN"}), frozenset({"L"})


def direction_of(text: str) -> Direction:
    """Give the direction of the first strong character of `text`; empty where it has none, as numbers."""
    found = (STRONG.get(bidirectional(sign), "") for sign in text)
    return next((direction for direction in found if direction), "")


def runs_otherwise(text: str) -> bool:
    """Whether `text` as a whole runs against sentences in the language that is active."""
    direction = direction_of(text)
    return bool(direction) and (direction == "rtl") != get_language_bidi()


def isolate(text: str) -> str:
    """Give `text` so that nothing around it can be reordered by it."""
    return f"{FSI}{text}{PDI}"


def isolated(text: str) -> str:
    """Give `text` for a sentence in the language that is active, isolated where any of it runs otherwise."""
    is_leftward = get_language_bidi()
    if text.isascii() and not is_leftward:
        return text
    others = RIGHTWARD if is_leftward else LEFTWARD
    return isolate(text) if any(bidirectional(sign) in others for sign in text) else text
