"""Take back what a dead worker held."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from ..models import Chunk, Notice, NoticeState


def reap_leases(*, now: datetime) -> int:
    """Free the chunks whose lease ran out; returns how many notices are unknown because of it.

    A notice that was being sent may or may not have reached the server. It becomes unknown, never
    pending: nobody is told twice on a guess.
    """
    dead = Chunk.objects.filter(lease_until__lte=now).order_by("pk").values_list("pk", flat=True)
    return sum(reap_chunk(chunk_id, now) for chunk_id in list(dead))


@transaction.atomic
def reap_chunk(chunk_id: int, now: datetime) -> int:
    """Free one chunk, unless its lease was renewed meanwhile. Locks the chunk."""
    freed = Chunk.objects.filter(pk=chunk_id, lease_until__lte=now).update(
        lease_token=None, lease_until=None, due_at=now
    )
    if not freed:
        return 0
    unknown = Notice.objects.filter(chunk=chunk_id, state=NoticeState.SENDING).update(
        state=NoticeState.UNKNOWN, reason="The worker died while it was sending.", settled_at=now
    )
    Chunk.objects.filter(pk=chunk_id).update(unknown=F("unknown") + unknown)
    return unknown
