"""Take back what a dead worker held."""

from datetime import datetime

from django.db import transaction

from ..models import Chunk, Notice, NoticeState
from .settling import count_chunk
from .working import LEASE


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
