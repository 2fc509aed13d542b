"""Take back what a dead worker held, and settle what stayed unknown."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from ..models import Campaign, CampaignState, Chunk, Notice, NoticeState
from .overtaking import may_end_later
from .settling import count_chunk
from .skipping import MOVED, NO_COPY, has_moved
from .working import LEASE

# So long a bounce or a report of the provider may still say what became of a notice.
NO_WORD_FOR = timedelta(hours=24)


def reap_leases(*, now: datetime) -> int:
    """Free the chunks whose lease ran out; returns how many notices are unknown because of it.

    A notice that was being sent may or may not have reached the server. It becomes unknown, never
    pending: nobody is told twice on a guess. So does one whose worker lost its lease and then died.
    """
    stuck = Notice.objects.filter(state=NoticeState.SENDING, armed_at__lte=now - LEASE)
    dead = Chunk.objects.filter(lease_until__lte=now)
    chunks = {*dead.values_list("pk", flat=True), *stuck.values_list("chunk", flat=True)}
    return sum(reap_chunk(chunk_id, now) for chunk_id in sorted(chunks))


@transaction.atomic
def reap_chunk(chunk_id: int, now: datetime) -> int:
    """Free one chunk, unless its lease was renewed meanwhile. Locks the chunk."""
    freed = Chunk.objects.filter(pk=chunk_id, lease_until__lte=now).update(
        lease_token=None, lease_until=None, due_at=now
    )
    sending = Notice.objects.filter(chunk=chunk_id, state=NoticeState.SENDING)
    unknown = (sending if freed else sending.filter(armed_at__lte=now - LEASE)).update(
        state=NoticeState.UNKNOWN, reason="The worker died while it was sending.", settled_at=now
    )
    if freed or unknown:
        count_chunk(chunk_id, now)
    return unknown


def resend_unknown(*, now: datetime) -> int:
    """Send again, once, what has been unknown for a day, where the settings ask for it; returns how many.

    The message has the same Message-ID as before, and the notice says that it was sent again. Without
    the setting nobody gets a copy: they count as not told, and the site tells them. Nor does whoever has
    another address since: the record would hold the copy alone, and what comes back of the first message
    would count against the new address. A campaign that is done is taken up again by the next plan.
    """
    if not settings.NOTICE_RESEND_UNKNOWN:
        return 0
    unheard = unheard_of(now).filter(campaign__in=may_send_again(now))
    chunks = unheard.order_by("chunk").values_list("chunk", flat=True).distinct()
    return sum(resend_in_chunk(chunk_id, now) for chunk_id in list(chunks))


def may_send_again(now: datetime) -> QuerySet[Campaign]:
    """Give the campaigns of which copies may go out: those that run, and some that were done lately."""
    return Campaign.objects.filter(Q(state=CampaignState.RUNNING) | Q(pk__in=may_end_later(now=now)))


def unheard_of(now: datetime) -> QuerySet[Notice]:
    """Give the notices that have been unknown for a day and were not sent again, nor left for good."""
    return Notice.objects.filter(
        state=NoticeState.UNKNOWN, is_resent=False, settled_at__lte=now - NO_WORD_FOR
    ).exclude(reason__in=[MOVED, NO_COPY])


@transaction.atomic
def resend_in_chunk(chunk_id: int, now: datetime) -> int:
    """Have what was unknown for a day in one chunk sent again. Locks the chunk."""
    chunk = Chunk.objects.select_for_update(no_key=True).get(pk=chunk_id)
    if not may_send_again(now).filter(pk=chunk.campaign_id).exists():
        return 0
    unheard = unheard_of(now).filter(chunk=chunk_id)
    unheard.filter(has_moved()).update(reason=MOVED)
    again = unheard.update(
        state=NoticeState.RETRY,
        is_resent=True,
        reason="Nothing was heard of it for a day. It is sent again.",
        due_at=now,
        settled_at=None,
    )
    if again:
        Chunk.objects.filter(pk=chunk_id).update(due_at=now)
        count_chunk(chunk_id, now)
    return again
