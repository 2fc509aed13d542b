"""What a worker does when it is woken. The database decides what is due; a message only hurries it."""

from uuid import uuid4

from celery import shared_task
from django.utils import timezone

from . import services

# The broker holds a few dozen wake-ups at most, so that a pause is felt at once.
WAKE_UPS = 24


@shared_task(name="notifications.carry_notices", acks_late=True)
def carry_notices() -> int:
    """Plan what is unplanned, take back what a dead worker held, wake the senders, enter what was sent."""
    services.plan_campaigns(now=timezone.now())
    services.reap_leases(now=timezone.now())
    services.resend_unknown(now=timezone.now())
    due = services.due_chunks(now=timezone.now(), limit=WAKE_UPS)
    for chunk_id in due:
        send_chunk.delay(chunk_id=chunk_id)
    # Sending comes first: after an upgrade there can be millions to enter.
    services.enter_handovers(now=timezone.now())
    return len(due)


@shared_task(name="notifications.send_chunk", acks_late=True)
def send_chunk(*, chunk_id: int) -> int | None:
    """Send what is due in one chunk, then wake a sender for the next one.

    Where another worker holds the chunk, or nothing is due, it wakes nobody: a message begets one
    at most, and a needless one begets none, so that the broker never holds more than a few dozen.
    """
    sent = services.send_chunk(chunk_id=chunk_id, token=uuid4(), clock=timezone.now)
    if sent is not None:
        for next_id in services.due_chunks(now=timezone.now(), limit=1):
            send_chunk.delay(chunk_id=next_id)
    return sent


@shared_task(name="notifications.carry_webhooks", acks_late=True)
def carry_webhooks() -> int:
    """Write to the programs that want to hear of it what they were not yet told."""
    services.plan_webhooks(now=timezone.now())
    return services.send_webhooks(clock=timezone.now)
