"""Which words of a language are worth a closer look, judged once for all texts."""

from collections.abc import Callable
from functools import lru_cache

from .vocabulary import ADDRESS, FIGURE, LEADING, UNIT, patterns
from .wording import may_hold_address

# So many words before the one that gives it away an expression may begin.
BACK = 3
# So many different words are remembered: 5 MB.
WORDS_LIMIT = 50_000


class Judged(dict[str, int]):
    """What words are worth. The patterns are slow and most words are harmless, so each is judged once."""

    def __init__(self, judge: Callable[[str], int]) -> None:
        """Take what judges a word that nobody met before."""
        super().__init__()
        self.judge = judge

    def __missing__(self, word: str) -> int:
        if len(self) >= WORDS_LIMIT:
            self.clear()
        found = self[word] = self.judge(word)
        return found


class Lookout:
    """What finds risky expressions in the texts of one language, and knows which words are worth a look."""

    def __init__(self, language: str) -> None:
        """Take the language of the texts (BCP 47)."""
        self.known = patterns(language)
        # What a word is worth a look for; how many words before the one that gives it away an expression may
        # begin with it; and whether it may be part of what the words before it give away.
        self.interests, self.reaches = Judged(self.interest), Judged(self.reach)
        self.follows = Judged(self.follow)
        # Whether a word like *must* may stand there, and whether its change may change one.
        self.spoken, self.hints = Judged(self.speaks), Judged(self.hint)

    def interest(self, word: str) -> int:
        """Say what a word is worth a look for; 0 where it is harmless."""
        found = FIGURE if self.known.has_figure(word) else 0
        found |= LEADING if self.known.leads(word) else 0
        found |= UNIT if self.known.has_unit(word) else 0
        return found | (ADDRESS if may_hold_address(word) else 0)

    def reach(self, word: str) -> int:
        """Say how many words before the one that gives it away an expression may begin with a word."""
        opens = (back for back in range(BACK, 0, -1) if self.known.openers[back - 1](word))
        return next(opens, 0)

    def follow(self, word: str) -> int:
        """Say whether a word may be part of what those before it give away."""
        return self.known.follows(word) is not None

    def speaks(self, word: str) -> int:
        """Say whether what is like *must* stands in a word, or begins there and goes on behind it."""
        found = self.known.begun_words.search(f"{word} ", partial=True)
        # The end of any text is where something might begin.
        return found is not None and found[0] != ""

    def hint(self, word: str) -> int:
        """Say whether a word, where it came or went, may have changed one that is like *must*."""
        return self.speaks(word) or self.known.hints.search(word) is not None


@lru_cache(maxsize=16)
def lookout(language: str) -> Lookout:
    """Give the lookout for a language (BCP 47), which serves all comparisons of a process."""
    return Lookout(language)
