"""Let a campaign go on to everyone, once enough of its first notices were taken and had time to bounce."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet

from ..models import DUE_STATES, TAKEN_STATES, Campaign, Chunk, Notice, NoticeState
from .breakers import stop

# Nothing was tried with these, so they say nothing of the rest.
NEEDLESS = (NoticeState.SKIPPED, NoticeState.CANCELLED)


@dataclass(frozen=True)
class Trial:
    """How the first notices fared. Of those that `wait`, some are due later: put off, or for the morning."""

    under_way: int
    wait: int
    taken: int
    needed: int
    sent_at: datetime | None
    settled_at: datetime | None

    @property
    def is_convincing(self) -> bool:
        """Whether the mail server took at least half of them."""
        return 2 * self.taken >= self.needed


def widen_if_sound(campaign: Campaign, now: datetime) -> None:
    """Let notices go to everyone, once the mail server took half of the first and those had time to bounce.

    Who sleeps, or is put off, holds nobody up while the others suffice. Pauses the campaign where they do
    not suffice in the end, and widens it where somebody resumed it after that.
    """
    chunks = Chunk.objects.filter(campaign=campaign)
    if campaign.widened_at or not chunks.exists():
        return
    if chunks.filter(is_trial=False).exists():
        trial = how_it_went(Notice.objects.filter(chunk__in=chunks.filter(is_trial=True)), now)
        if trial.under_way or (trial.wait and not trial.is_convincing):
            return
        if not trial.is_convincing and not was_resumed_since(campaign, trial):
            counts = f"({trial.taken} of {trial.needed})"
            stop(campaign, f"The mail server took too few of the first notices. {counts}", now)
            return
        if trial.sent_at and now < trial.sent_at + timedelta(minutes=settings.NOTICE_TRIAL_MINUTES):
            return
    Campaign.objects.filter(pk=campaign.pk, widened_at=None).update(widened_at=now)


def how_it_went(first: QuerySet[Notice], now: datetime) -> Trial:
    """Ask how the first notices fared. One query over them."""
    is_due = Q(state=NoticeState.PENDING) & (Q(due_at=None) | Q(due_at__lte=now))
    found = first.aggregate(
        under_way=Count("pk", filter=Q(state=NoticeState.SENDING) | is_due),
        wait=Count("pk", filter=Q(state__in=DUE_STATES)),
        taken=Count("pk", filter=Q(state__in=TAKEN_STATES)),
        needed=Count("pk", filter=~Q(state__in=NEEDLESS)),
        sent_at=Max("armed_at"),
        settled_at=Max("settled_at"),
    )
    return Trial(**found)


def was_resumed_since(campaign: Campaign, trial: Trial) -> bool:
    """Whether somebody resumed the campaign knowing how its first notices fared."""
    return bool(campaign.resumed_at and trial.settled_at and campaign.resumed_at > trial.settled_at)
