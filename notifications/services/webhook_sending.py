"""Post what is due to the programs that want to hear of it, each attempt claimed before it is made.

The contract is that of the Standard Webhooks specification: at least once, under one id. A process that dies
between the post and its settling leaves a delivery that is posted again.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, F, OuterRef, QuerySet

from ..models import DeliveryState, WebhookDelivery, WebhookEndpoint
from ..posting import Answer, post, signature
from .webhooks import WebhookIsOff, disable_webhook

logger = logging.getLogger(__name__)

# After these pauses an attempt that failed is made again; after the last one the delivery has failed.
RETRY_AFTER = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
)
# A server may ask for more patience than ours, and for no more than this.
LONGEST_PAUSE = timedelta(days=1)
# Longer than any attempt takes: what is not settled by then was in the hands of a process that is gone.
LEASE = timedelta(minutes=5)


def send_webhooks(*, clock: Callable[[], datetime]) -> int:
    """Post every delivery that is due; returns how many were delivered.

    An endpoint that fails is left alone until the next call, so that a server that does not answer
    costs one call 15 seconds, however many messages wait for it. Not to be called in a transaction.
    """
    delivered = 0
    failing: set[int] = set()
    while delivery := claim(failing, clock()):
        answer = attempt(delivery, clock())
        settle(delivery=delivery, answer=answer, now=clock())
        delivered += answer.is_success
        if not answer.is_success:
            failing.add(delivery.endpoint_id)
    return delivered


def claim(failing: set[int], now: datetime) -> WebhookDelivery | None:
    """Claim the next attempt that is due, in one update that only one process can make."""
    due = due_deliveries(now).exclude(endpoint__in=failing).order_by("due_at", "pk")
    for delivery_id in due.values_list("pk", flat=True):
        claimed = due_deliveries(now).filter(pk=delivery_id)
        if claimed.update(attempt=F("attempt") + 1, attempted_at=now, due_at=now + LEASE):
            return WebhookDelivery.objects.select_related("endpoint").get(pk=delivery_id)
    return None


def due_deliveries(now: datetime) -> QuerySet[WebhookDelivery]:
    """Give the deliveries to be attempted at `now`."""
    active = WebhookEndpoint.objects.filter(pk=OuterRef("endpoint"), is_active=True)
    return WebhookDelivery.objects.filter(Exists(active), state=DeliveryState.PENDING, due_at__lte=now)


def attempt(delivery: WebhookDelivery, now: datetime) -> Answer:
    """Post one message, signed for the moment of this attempt."""
    body, timestamp = bytes(delivery.payload), int(now.timestamp())
    signed = signature(delivery.endpoint.secret, event_id=delivery.event_id, timestamp=timestamp, body=body)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"Policysite/{settings.RELEASE}",
        "webhook-id": delivery.event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signed,
    }
    allows_private = settings.WEBHOOK_ALLOW_PRIVATE
    return post(delivery.endpoint.url, body=body, headers=headers, allows_private=allows_private)


def settle(*, delivery: WebhookDelivery, answer: Answer, now: datetime) -> None:
    """Record what came of an attempt, in one update; 410 Gone then switches the endpoint off.

    A success is true whatever happened meanwhile. A failure is of no interest once the delivery was
    claimed again, settled or sent again. No lock is held from one write to the next: who switches
    off takes them in the other order.
    """
    found = WebhookDelivery.objects.filter(pk=delivery.pk)
    if answer.is_success:
        found.update(
            state=DeliveryState.DELIVERED,
            due_at=None,
            last_status=answer.status,
            last_error="",
            settled_at=now,
        )
        return
    due_at = next_attempt_at(delivery, answer, now)
    error = answer.error or f"The server answered with status {answer.status}."
    logger.warning("Webhook %s, delivery %s: %s", delivery.endpoint_id, delivery.pk, error)
    found.filter(state=DeliveryState.PENDING, attempt=delivery.attempt).update(
        state=DeliveryState.PENDING if due_at else DeliveryState.FAILED,
        due_at=due_at,
        last_status=answer.status,
        last_error=error,
        settled_at=None if due_at else now,
    )
    if answer.is_gone:
        with suppress(WebhookIsOff):
            disable_webhook(
                endpoint_id=delivery.endpoint_id, reason="The server answered with status 410.", now=now
            )


def next_attempt_at(delivery: WebhookDelivery, answer: Answer, now: datetime) -> datetime | None:
    """Give when a failed delivery is attempted again; None where it is not."""
    if answer.is_gone or delivery.attempt > len(RETRY_AFTER):
        return None
    asked = min(answer.retry_after or timedelta(), LONGEST_PAUSE)
    return now + max(RETRY_AFTER[delivery.attempt - 1], asked)
