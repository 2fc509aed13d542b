"""Comparisons of published texts, kept once computed."""

from functools import lru_cache

from .redline import Comparison, compare
from .selectors import TextEntry, html_of


@lru_cache(maxsize=256)
def comparison(old: TextEntry, new: TextEntry) -> Comparison:
    """Compare two published texts, which never change, so the answer is kept while there is room."""
    return compare(html_of(old), html_of(new))
