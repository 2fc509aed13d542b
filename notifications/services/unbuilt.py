"""Put off letters that cannot be built, and tell when that is the fault of no single person."""

import traceback
from datetime import datetime
from pathlib import Path

from django.db.models import Q

from ..models import DUE_STATES, Campaign, Chunk, Notice, NoticeState
from ..transport import Fate, Outcome
from .breakers import DAY, since
from .claiming import Claim
from .settling import RETRY_AFTER, settlement

# So many people whose letters cannot be built for the same cause are no single person's fault.
UNBUILT_LIMIT = 10


def cause_of(error: Exception) -> str:
    """Name an error by its kind and the line that raised it, not by its words: they may name the person."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(frame.filename).name}, line {frame.lineno}"


def put_off_unbuilt(notice_id: int, error: Exception, now: datetime) -> str:
    """Try a notice later whose letter cannot be built, as one that the mail server put off.

    Returns the reason, which is the same for whoever is in the same trouble.
    """
    attempt = Notice.objects.values_list("attempt", flat=True).get(pk=notice_id) + 1
    outcome = Outcome(Fate.UNBUILT, cause_of(error))
    made = settlement(Claim(notice_id, attempt, now), outcome, now)
    Notice.objects.filter(pk=notice_id, state__in=DUE_STATES).update(
        state=made.state, attempt=attempt, reason=made.reason, due_at=made.due_at, settled_at=made.settled_at
    )
    return made.reason


def complaint_about(campaign: Campaign, reason: str, now: datetime) -> str:
    """Give what a campaign must be paused for, where as many are in the trouble of `reason`; else nothing.

    They are counted in all its chunks, because a template can be broken for a few among many. What was
    before a day or before the campaign was last resumed does not count.
    """
    begin = since(campaign, DAY, now)
    # The moment of a try is known from that of the next one. Chunks that nobody began hold none of these.
    tried = Q()
    for attempt, pause in enumerate(RETRY_AFTER, 1):
        tried |= Q(attempt=attempt, due_at__gt=begin + pause)
    begun = Chunk.objects.filter(campaign=campaign, begun_at__isnull=False, due_at__isnull=False)
    waiting = Notice.objects.filter(tried, chunk__in=begun, state=NoticeState.RETRY, reason=reason)
    failed = Notice.objects.filter(
        campaign=campaign, state=NoticeState.FAILED, reason=reason, settled_at__gt=begin
    )
    if waiting.count() + failed.count() < UNBUILT_LIMIT:
        return ""
    return f"{UNBUILT_LIMIT} letters could not be built for the same cause; the log says why."
