"""Facts that a process keeps for a moment, so that a warm page needs no query.

What is kept are facts with their instants. States such as "in force" are worked out from them at
the reader's `now`, so nothing outlives an effective moment.
"""

from time import monotonic

from cachetools import TTLCache

# Within this many seconds every process sees what another one has written.
FRESH_FOR = 1.0


def clock() -> float:
    """Give the seconds of a clock that never runs backwards."""
    return monotonic()


def kept(size: int) -> TTLCache[object, object]:
    """Give a cache for at most `size` answers, each of which is let go after `FRESH_FOR` seconds."""
    return TTLCache(size, FRESH_FOR, timer=clock)
