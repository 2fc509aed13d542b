"""Send what is due, one chunk at a time, each notice claimed before the network is touched."""

import logging
import smtplib
from contextlib import suppress
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID, uuid4

from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from ..models import DUE_STATES, Chunk, Notice
from ..transport import PERMANENT
from .breakers import trip_breakers
from .control import CampaignNotRunning, pause_campaign
from .overtaking import stop_campaigns
from .settling import count_chunk
from .skipping import skip_needless
from .working import LEASE, Clock, Worker

logger = logging.getLogger(__name__)

# How long a chunk waits after the mail server could not be reached, or broke off.
SERVER_PAUSE = timedelta(minutes=1)


def due_chunks(*, now: datetime, limit: int) -> list[int]:
    """Give the keys of up to `limit` chunks with due notices that nobody holds."""
    return list(claimable(now).order_by("due_at", "pk").values_list("pk", flat=True)[:limit])


def claimable(now: datetime) -> QuerySet[Chunk]:
    """Give the chunks that may be sent, have work due at `now`, and are held by nobody."""
    return Chunk.objects.of_running().filter(due_at__lte=now, lease_token=None)


def run_due(*, clock: Clock) -> int:
    """Send all that is due now, chunk after chunk, in this process; returns how many were accepted."""
    sent = 0
    while chunks := due_chunks(now=clock(), limit=1):
        sent += send_chunk(chunk_id=chunks[0], token=uuid4(), clock=clock) or 0
    return sent


def send_chunk(*, chunk_id: int, token: UUID, clock: Clock) -> int | None:
    """Lease a chunk under `token`, send its due notices and give it back.

    Asks first whether a version was recalled or overtaken, so that no chunk is begun after that.
    Returns how many the mail server accepted, or None where another worker holds the chunk or nothing
    is due. A mail server that refuses the sign-in, or the sender, pauses the campaign.
    """
    stop_campaigns(now=clock())
    leased = claimable(clock()).filter(pk=chunk_id)
    begun_at = Coalesce("begun_at", clock())
    if not leased.update(lease_token=token, lease_until=clock() + LEASE, begun_at=begun_at):
        return None
    chunk = Chunk.objects.select_related("campaign").get(pk=chunk_id)
    skip_needless(chunk, clock())
    worker = Worker(chunk, token, clock)
    pause, is_stalled = None, False
    try:
        mail_server = open_mail_server()
    except (OSError, smtplib.SMTPException) as error:
        logger.exception("The mail server lets nothing in; chunk %s waits.", chunk_id)
        pause, is_stalled = SERVER_PAUSE, True
        if isinstance(error, smtplib.SMTPAuthenticationError) and error.smtp_code >= PERMANENT:
            stop_sending(chunk, "The mail server refused the sign-in.", clock())
    else:
        is_connected = worker.send_all(cast("smtplib.SMTP", mail_server.connection))
        pause = None if is_connected else SERVER_PAUSE
        is_stalled = not is_connected and not worker.accepted
        if worker.next_turn:
            pause = max(worker.next_turn - clock(), pause or timedelta(0))
        mail_server.close()
        if worker.complaint:
            stop_sending(chunk, worker.complaint, clock())
    note_stalling(chunk_id, clock(), is_stalled=is_stalled)
    give_back(chunk_id, token, clock(), pause)
    trip_breakers(chunk.campaign_id, clock())
    return worker.accepted


def stop_sending(chunk: Chunk, reason: str, now: datetime) -> None:
    """Pause the chunk's campaign, unless somebody else has just done so."""
    logger.error("Campaign %s is paused: %s", chunk.campaign_id, reason)
    with suppress(CampaignNotRunning):
        pause_campaign(campaign_id=chunk.campaign_id, reason=reason, now=now)


def open_mail_server() -> EmailBackend:
    """Open a connection to the mail server. Raises `OSError` and `SMTPException` where it cannot."""
    backend = cast(EmailBackend, get_connection(fail_silently=False))
    try:
        backend.open()
        # Django greets the server only where it must sign in or encrypt.
        cast("smtplib.SMTP", backend.connection).ehlo_or_helo_if_needed()
    except OSError:
        backend.close()
        raise
    return backend


def note_stalling(chunk_id: int, now: datetime, *, is_stalled: bool) -> None:
    """Note since when the mail server takes nothing of a chunk, or that it does again."""
    chunk = Chunk.objects.filter(pk=chunk_id)
    if is_stalled:
        chunk.filter(stalled_at=None).update(stalled_at=now)
    else:
        chunk.filter(stalled_at__isnull=False).update(stalled_at=None)


def give_back(chunk_id: int, token: UUID, now: datetime, pause: timedelta | None) -> None:
    """End the lease; the chunk is due again when its next notice is, and not before a `pause` is over."""
    count_chunk(chunk_id, now)
    next_due = (
        Notice.objects.filter(chunk=chunk_id, state__in=DUE_STATES)
        .annotate(next_at=Coalesce("due_at", now))
        .order_by("next_at")
        .values_list("next_at", flat=True)
        .first()
    )
    if next_due and pause:
        next_due = max(next_due, now + pause)
    Chunk.objects.filter(pk=chunk_id, lease_token=token).update(
        lease_token=None, lease_until=None, due_at=next_due
    )
