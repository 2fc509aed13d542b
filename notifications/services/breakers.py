"""Pause a campaign by itself when too much goes wrong with its notices."""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Sum

from ..models import Campaign, Chunk, Notice, NoticeState
from .control import CampaignNotRunning, pause_campaign

logger = logging.getLogger(__name__)

# What is looked at before each chunk: those that moved last, so at most so many times 500 notices.
LATEST_CHUNKS = 10
WITHIN = timedelta(minutes=30)
# Bounces take minutes and complaints hours. What is reported after a day says little of the mail of now.
DAY = timedelta(days=1)

Tally = Counter[NoticeState]


@dataclass(frozen=True)
class Breaker:
    """What must not happen too often: so many times at least, and to that share of what was tried."""

    states: tuple[NoticeState, ...]
    least: int
    share: float
    reason: str


BREAKERS = (
    # Senders whose mail is refused or comes back this often are blocked by the large providers.
    Breaker(
        (NoticeState.FAILED, NoticeState.BOUNCED), 20, 0.10, "Too many notices were refused or came back."
    ),
    # The large providers ask for less than 3 complaints in 1 000.
    Breaker((NoticeState.COMPLAINED,), 5, 0.003, "Too many notices were reported as unwanted."),
    Breaker((NoticeState.UNKNOWN,), 10, 0.02, "The fate of too many notices is unknown."),
)
TRIED = (
    NoticeState.ACCEPTED,
    NoticeState.DELIVERED,
    NoticeState.BOUNCED,
    NoticeState.COMPLAINED,
    NoticeState.FAILED,
    NoticeState.UNKNOWN,
)


def trip_breakers(campaign_id: int, now: datetime, *, is_thorough: bool = False) -> str:
    """Pause a campaign where too much went wrong with its notices; returns the reason, or nothing.

    Looks at the latest, which is for every few seconds, and where it `is_thorough` at those of a day.
    """
    campaign = Campaign.objects.get(pk=campaign_id)
    looks = (latest, of_a_day) if is_thorough else (latest,)
    for look in looks:
        if reason := trip(campaign, look(campaign, now), now):
            return reason
    return ""


def since(campaign: Campaign, span: timedelta, now: datetime) -> datetime:
    """Give the moment after which a campaign's messages count, of those within `span`.

    What was sent before it was last resumed does not, so that whoever has mended the cause can go on.
    """
    return max(filter(None, (now - span, campaign.resumed_at)))


def latest(campaign: Campaign, now: datetime) -> Tally:
    """Count what became of the latest notices of half an hour.

    Each counts at the moment at which it was sent, whenever a report on it came: else a few late ones
    would be all that there is. One that was put off before belongs to an earlier moment.
    """
    begin = since(campaign, WITHIN, now)
    moved = Chunk.objects.filter(campaign=campaign, progressed_at__gt=begin)
    chunks = list(moved.order_by("-progressed_at", "-pk").values_list("pk", flat=True)[:LATEST_CHUNKS])
    settled = Notice.objects.filter(chunk__in=chunks, settled_at__gt=begin, attempt__lte=1, state__in=TRIED)
    counts = settled.order_by().values_list("state").annotate(count=Count("pk"))
    return Counter({NoticeState(state): count for state, count in counts})


def of_a_day(campaign: Campaign, now: datetime) -> Tally:
    """Count what became of the chunks that were begun within a day: no count over notices.

    So reports count that come when hundreds of thousands have gone out since, and what failed in the
    end, and always against all that was sent with it.
    """
    begun = Chunk.objects.filter(campaign=campaign, begun_at__gt=since(campaign, DAY, now))
    names = ("accepted", "failed", "unknown", "bounced", "complained")
    found = begun.aggregate(**{name: Sum(name, default=0) for name in names})
    return Counter(
        {
            NoticeState.ACCEPTED: found["accepted"] - found["bounced"] - found["complained"],
            NoticeState.BOUNCED: found["bounced"],
            NoticeState.COMPLAINED: found["complained"],
            NoticeState.FAILED: found["failed"],
            NoticeState.UNKNOWN: found["unknown"],
        }
    )


def trip(campaign: Campaign, tally: Tally, now: datetime) -> str:
    """Pause the campaign where a breaker trips; returns the reason, or nothing."""
    for breaker in BREAKERS:
        bad = sum(tally[state] for state in breaker.states)
        if bad >= breaker.least and bad > tally.total() * breaker.share:
            return stop(campaign, f"{breaker.reason} ({bad} of {tally.total()})", now)
    return ""


def stop(campaign: Campaign, reason: str, now: datetime) -> str:
    """Pause the campaign, unless somebody else has just done so."""
    try:
        pause_campaign(campaign_id=campaign.pk, reason=reason, now=now)
    except CampaignNotRunning:
        return ""
    logger.error("Campaign %s is paused: %s", campaign.pk, reason)
    return reason
