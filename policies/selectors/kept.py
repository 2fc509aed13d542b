"""Facts that a process keeps for a moment, so that a warm page needs no query.

What is kept are facts with their instants. States such as "in force" are worked out from them at
the reader's `now`, so nothing outlives an effective moment.
"""

from time import monotonic

from cachetools import TTLCache

# Within a second every process sees what another one has written; a tenth is left for reading it.
FRESH_FOR = 0.9


def clock() -> float:
    """Give the seconds of a clock that never runs backwards."""
    return monotonic()


def kept(size: int) -> TTLCache[object, object]:
    """Give a cache for at most `size` answers, each of which is let go after `FRESH_FOR` seconds."""
    return TTLCache(size, FRESH_FOR, timer=clock)
