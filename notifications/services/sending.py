"""Send what is due, one chunk at a time, each notice claimed before the network is touched."""

import logging
import smtplib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID, uuid4

from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from acceptance.models import Act
from policies.selectors import load_register, load_rule_book

from ..emails import Letters, sender_address
from ..models import DUE_STATES, Campaign, CampaignState, Chunk, Notice, NoticeState
from ..transport import PERMANENT, Fate, Outcome, deliver
from .control import CampaignNotRunning, pause_campaign
from .planning import stop_campaigns
from .settling import settle

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

LEASE = timedelta(minutes=5)
# How long a chunk waits after the mail server could not be reached, or broke off.
SERVER_PAUSE = timedelta(minutes=1)


def due_chunks(*, now: datetime, limit: int) -> list[int]:
    """Give the keys of up to `limit` chunks with due notices that nobody holds."""
    return list(claimable(now).order_by("due_at", "pk").values_list("pk", flat=True)[:limit])


def claimable(now: datetime) -> QuerySet[Chunk]:
    """Give the chunks of running campaigns that have work due at `now` and no live lease."""
    return Chunk.objects.filter(
        Exists(Campaign.objects.filter(pk=OuterRef("campaign"), state=CampaignState.RUNNING)),
        due_at__lte=now,
        lease_token=None,
    )


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
    if not leased.update(lease_token=token, lease_until=clock() + LEASE):
        return None
    chunk = Chunk.objects.select_related("campaign").get(pk=chunk_id)
    skip_needless(chunk, clock())
    pause = None
    sent = 0
    try:
        mail_server = open_mail_server()
    except (OSError, smtplib.SMTPException) as error:
        logger.exception("The mail server lets nothing in; chunk %s waits.", chunk_id)
        pause = SERVER_PAUSE
        if isinstance(error, smtplib.SMTPAuthenticationError) and error.smtp_code >= PERMANENT:
            stop_sending(chunk, "The mail server refused the sign-in.")
    else:
        sent, is_connected = send_notices(chunk, token, mail_server, clock)
        pause = None if is_connected else SERVER_PAUSE
        mail_server.close()
    give_back(chunk_id, token, clock(), pause)
    return sent


def stop_sending(chunk: Chunk, reason: str) -> None:
    """Pause the chunk's campaign, unless somebody else has just done so."""
    logger.error("Campaign %s is paused: %s", chunk.campaign_id, reason)
    with suppress(CampaignNotRunning):
        pause_campaign(campaign_id=chunk.campaign_id, reason=reason)


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


def send_notices(chunk: Chunk, token: UUID, mail_server: EmailBackend, clock: Clock) -> tuple[int, bool]:
    """Send the chunk's due notices; gives how many were accepted and whether the connection held."""
    register = load_register()
    letters = Letters(register.by_id[chunk.campaign.version_id], register, load_rule_book())
    sent = 0
    due = Notice.objects.filter(chunk=chunk, state__in=DUE_STATES).filter(is_due(clock()))
    for notice_id in list(due.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            notice = arm(notice_id, token, clock())
            if notice:
                address_notice(notice, letters)
        if notice is None:
            continue
        outcome = attempt(notice, letters, cast("smtplib.SMTP", mail_server.connection))
        settle(notice=notice, outcome=outcome, now=clock())
        sent += outcome.fate.is_accepted
        if outcome.is_about_us:
            stop_sending(chunk, "The mail server refused the sender.")
        if not outcome.is_connected:
            return sent, False
    return sent, True


def attempt(notice: Notice, letters: Letters, smtp: smtplib.SMTP) -> Outcome:
    """Try to hand one armed notice to the mail server. One person's bad record stops nobody else's mail."""
    try:
        message = letters.message_for(notice)
        recipient = sanitize_address(notice.address, "utf-8")
    except Exception:
        logger.exception("The letter of notice %s cannot be built.", notice.pk)
        return Outcome(Fate.UNBUILT, "")
    return deliver(smtp, sender=sender_address(), recipient=recipient, message=message)


def is_due(now: datetime) -> Q:
    """Give the condition under which a notice may be tried at `now`."""
    return Q(due_at=None) | Q(due_at__lte=now)


@transaction.atomic
def arm(notice_id: int, token: UUID, now: datetime) -> Notice | None:
    """Claim one notice; the claim must be committed before the network is touched.

    Only while it is still due, the campaign runs, the lease is ours, and the person has not acted
    meanwhile and can be told. Gives the notice with its person, or None: then nothing is sent.
    Renews the lease, which locks the chunk before the notice, in the order that everybody keeps.
    """
    chunk = Notice.objects.filter(pk=notice_id).values("chunk")
    held = Chunk.objects.filter(pk__in=chunk, lease_token=token, lease_until__gt=now)
    if not held.update(lease_until=now + LEASE):
        return None
    running = Campaign.objects.filter(pk=OuterRef("campaign"), state=CampaignState.RUNNING)
    claimed = Notice.objects.filter(
        Exists(running), ~Exists(answered()), pk=notice_id, state__in=DUE_STATES
    ).update(state=NoticeState.SENDING, attempt=F("attempt") + 1, armed_at=now, due_at=None)
    if not claimed:
        return None
    return Notice.objects.select_related("user", "campaign").get(pk=notice_id)


def address_notice(notice: Notice, letters: Letters) -> None:
    """Note on an armed notice where it goes, in which language it is written, and its Message-ID."""
    person = notice.user
    if person is None:
        raise ValueError("A notice without a person is never armed.")
    notice.address, notice.language = person.email, letters.language_for(person)
    notice.message_id = Letters.message_id(notice)
    notice.save(update_fields=["address", "language", "message_id"])


def answered() -> QuerySet[Act]:
    """Give the acts of a notice's person on the version that the notice is about.

    No join, or PostgreSQL would arm a notice that was cancelled while the claim waited for its row:
    of a joined update it checks the key again, and not the state.
    """
    version = Campaign.objects.filter(pk=OuterRef(OuterRef("campaign"))).values("version")
    return Act.objects.filter(user=OuterRef("user"), version__in=version)


@transaction.atomic
def skip_needless(chunk: Chunk, now: datetime) -> None:
    """Settle, each with its reason, the notices of people who need none any more or cannot get one.

    Locks the chunk, so that no notice is both skipped and cancelled.
    """
    Chunk.objects.select_for_update(no_key=True).get(pk=chunk.pk)
    due = Notice.objects.filter(chunk=chunk, state__in=DUE_STATES)
    reasons = [
        (Q(Exists(answered())), "The person has answered already."),
        (Q(user__is_active=False), "The account is not active."),
        (Q(user__email=""), "There is no address."),
        (Q(user=None), "The person was erased."),
    ]
    for condition, reason in reasons:
        skipped = due.filter(condition).update(state=NoticeState.SKIPPED, reason=reason, settled_at=now)
        Chunk.objects.filter(pk=chunk.pk).update(skipped=F("skipped") + skipped)


def give_back(chunk_id: int, token: UUID, now: datetime, pause: timedelta | None) -> None:
    """End the lease; the chunk is due again when its next notice is, and not before a `pause` is over."""
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
