"""Settle notices that are not sent, each with its reason."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from acceptance.models import Act
from acceptance.selectors import awaited, stops_of
from accounts.models import User, notice_email
from policies.selectors import load_register, load_rule_book

from ..models import ANSWERED_ALREADY, DUE_STATES, REMINDERS, Campaign, Chunk, Notice, NoticeState, Wave
from ..selectors import long_away, suppressed_people
from .settling import count_chunk

NO_COPY = "Nobody knows whether it arrived, and no copy is sent."
MOVED = "Nobody knows whether it arrived, and no copy is sent: the person has another address since."


def has_moved() -> Q:
    """Give the condition that a notice was written to another address than its person has now."""
    person = User.objects.filter(pk=OuterRef("user")).alias(goes_to=notice_email())
    return Q(user__isnull=False) & ~Q(Exists(person.filter(goes_to=OuterRef("address"))))


@transaction.atomic
def skip_needless(chunk: Chunk, now: datetime) -> int:
    """Skip the notices of people who need none any more or cannot get one; returns how many.

    Locks the chunk, so that no notice is both skipped and cancelled.
    """
    Chunk.objects.select_for_update(no_key=True).get(pk=chunk.pk)
    due = Notice.objects.filter(chunk=chunk, state__in=DUE_STATES)
    reasons = [
        (Q(user__is_active=False), "The account is not active."),
        (Q(user__email="", user__guardian_email=""), "There is no address."),
        (Q(user=None), "The person was erased."),
        (Q(Exists(suppressed_people())), "The address is on the list of those to leave alone."),
    ]
    is_correction = chunk.wave == Wave.CORRECTION
    if not is_correction:
        reasons.insert(0, (Q(Exists(answered())), ANSWERED_ALREADY))
    if settings.NOTICE_DORMANT_DAYS and not is_correction:
        reasons.append(
            (long_away(now, "user__"), "The person has not signed in for long; the site tells them.")
        )
    if chunk.wave in REMINDERS:
        reasons += needless_reminders(chunk, now)
    # Of a copy that does not go out, nobody knows as little as before whether the first one did.
    skipped = due.filter(has_moved(), is_resent=True).update(
        state=NoticeState.UNKNOWN, reason=MOVED, due_at=None, settled_at=now
    )
    for condition, _reason in reasons:
        skipped += leave_unknown(due.filter(condition, is_resent=True), now)
    skipped += sum(
        due.filter(condition).update(state=NoticeState.SKIPPED, reason=reason, settled_at=now)
        for condition, reason in reasons
    )
    if skipped:
        count_chunk(chunk.pk, now)
    return skipped


def leave_unknown(copies: QuerySet[Notice], now: datetime) -> int:
    """Send no copy, for whatever reason: the first message may have told the person; returns of how many."""
    return copies.update(state=NoticeState.UNKNOWN, reason=NO_COPY, due_at=None, settled_at=now)


def fail_unsent(notice_id: int, reason: str, now: datetime) -> None:
    """Fail a notice that cannot be sent at all, before anything is tried."""
    Notice.objects.filter(pk=notice_id, state__in=DUE_STATES).update(
        state=NoticeState.FAILED, reason=reason, due_at=None, settled_at=now
    )


def put_off(notice_ids: Sequence[int], until: datetime) -> None:
    """Send due notices no earlier than `until`."""
    Notice.objects.filter(pk__in=notice_ids, state__in=DUE_STATES).update(due_at=until)


def needless_reminders(chunk: Chunk, now: datetime) -> list[tuple[Q, str]]:
    """Give why a reminder of a chunk is not needed any more, or not wanted, each with its reason."""
    register, rules = load_register(), load_rule_book()
    publication = register.by_id[chunk.campaign.version_id]
    person = awaited(publication, register, rules, at=now).filter(pk=OuterRef("user"))
    after = REMINDERS[REMINDERS.index(Wave(chunk.wave)) + 1 :]
    later = Notice.objects.filter(campaign=chunk.campaign_id, user=OuterRef("user"), wave__in=after)
    return [
        (Q(Exists(stops_of(OuterRef("user")))), "The person stopped reminders."),
        (Q(Exists(later)), "A later reminder takes the place of this one."),
        (~Q(Exists(person)), "No answer is asked of the person any more."),
    ]


def answered() -> QuerySet[Act]:
    """Give the acts of a notice's person on the version that the notice is about."""
    version = Campaign.objects.filter(pk=OuterRef(OuterRef("campaign"))).values("version")
    return Act.objects.filter(user=OuterRef("user"), version__in=version)
