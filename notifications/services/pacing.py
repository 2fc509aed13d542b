"""Keep to the pace that a mail provider allows, and slow down where a server asks for it.

Moments are reserved in the database, so that all workers together keep one pace. Where nothing limits
it, nothing is asked.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from ..models import Pace

EVERYONE = ""
# A worker waits so long for its turn; what is further off is put off, so that it can do something else.
PATIENCE, DOMAIN_PATIENCE = timedelta(seconds=20), timedelta(seconds=0.5)
# Seconds between two messages: at the first complaint, and at most; each further one doubles them.
FIRST_GAP, LONGEST_GAP = 1.0, 60.0
# After each of these without a complaint it is half as long, until it is as good as none.
HALVED_EVERY = timedelta(minutes=1)
SHORTEST_GAP = 0.05
# RFC 5321: the server closes, or has no room. RFC 3463: 4.7.x is a policy, which is how limits are told.
# So is greylisting, which is over after one wait and has nothing to do with how fast it goes.
TOO_FAST = re.compile(r"(?!.*gr[ea]y)(?:421\b|4\d\d[ -]4\.7\.\d)", re.IGNORECASE | re.DOTALL)


class Pacer:
    """Tells a worker when its next message may go out."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.base = {True: gap_of(settings.NOTICE_RATE), False: gap_of(settings.NOTICE_DOMAIN_RATE)}
        self.slowed: set[str] = set()
        self.refresh()

    def refresh(self) -> None:
        """Read which scopes servers have slowed down, by other workers' messages too."""
        self.slowed = set(Pace.objects.filter(gap__gt=0).values_list("scope", flat=True))

    def turn(self, scope: str) -> datetime:
        """Give the moment from which a message in `scope` may go out, reserved where that is soon.

        A moment within the patience is this message's own; a later one is not, and may be asked for again.
        """
        base, now = self.base[scope == EVERYONE], self.clock()
        if not base and scope not in self.slowed:
            return now
        return reserve(scope, base, now, PATIENCE if scope == EVERYONE else DOMAIN_PATIENCE)

    def heed(self, scope: str, reply: str) -> None:
        """Slow down where a server's reply says that it came too fast: all mail, or one domain's."""
        if TOO_FAST.match(reply):
            slow_down(EVERYONE if reply.startswith("421") else scope, self.clock())
            self.refresh()


@transaction.atomic
def reserve(scope: str, base: float, now: datetime, patience: timedelta) -> datetime:
    """Give the next moment of a scope, and take it where it lies within `patience`. Locks the scope."""
    pace = locked(scope, now)
    gap = max(base, gap_left(pace, now))
    start = max(pace.next_at, now)
    if start - now <= patience:
        pace.next_at = start + timedelta(seconds=gap)
        pace.gap = pace.gap if gap_left(pace, now) else 0
        pace.save(update_fields=["next_at", "gap"])
    return start


@transaction.atomic
def slow_down(scope: str, now: datetime) -> None:
    """Double the time between two messages of a scope, up to a minute. Locks the scope."""
    pace = locked(scope, now)
    pace.gap = min(max(2 * gap_left(pace, now), FIRST_GAP), LONGEST_GAP)
    pace.slowed_at = now
    pace.next_at = max(pace.next_at, now + timedelta(seconds=pace.gap))
    pace.save(update_fields=["gap", "slowed_at", "next_at"])


def locked(scope: str, now: datetime) -> Pace:
    """Give the row of a scope, locked until the transaction ends, made now where it is new."""
    Pace.objects.get_or_create(scope=scope, defaults={"next_at": now})
    return Pace.objects.select_for_update().get(scope=scope)


def gap_left(pace: Pace, now: datetime) -> float:
    """Give what is left at `now` of the seconds that a server asked for; 0 where it is next to nothing."""
    if not pace.slowed_at:
        return 0.0
    left = pace.gap * 0.5 ** ((now - pace.slowed_at) / HALVED_EVERY)
    return left if left >= SHORTEST_GAP else 0.0


def gap_of(rate: float) -> float:
    """Give the seconds between messages at so many a second; 0 stands for no limit."""
    return 1 / rate if rate else 0.0
