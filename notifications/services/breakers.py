"""Pause a campaign by itself when too much goes wrong with its latest notices."""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from ..models import Campaign, Chunk, Notice, NoticeState
from .control import CampaignNotRunning, pause_campaign

logger = logging.getLogger(__name__)

# What is looked at: the chunks that moved last, so at most so many times 500 notices.
LATEST_CHUNKS = 10
WITHIN = timedelta(minutes=30)


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
        (NoticeState.FAILED, NoticeState.BOUNCED),
        20,
        0.10,
        "Too many of the latest notices were refused or came back.",
    ),
    # The large providers ask for less than 3 complaints in 1 000.
    Breaker((NoticeState.COMPLAINED,), 5, 0.003, "Too many of the latest notices were reported as unwanted."),
    Breaker((NoticeState.UNKNOWN,), 10, 0.02, "The fate of too many of the latest notices is unknown."),
)
TRIED = (
    NoticeState.ACCEPTED,
    NoticeState.DELIVERED,
    NoticeState.BOUNCED,
    NoticeState.COMPLAINED,
    NoticeState.FAILED,
    NoticeState.UNKNOWN,
)


def trip_breakers(campaign_id: int, now: datetime) -> str:
    """Pause a campaign where a breaker trips; returns the reason, or nothing.

    Looks at what became of the latest notices in half an hour. What happened before the campaign was
    last resumed does not count, so that whoever has mended the cause can go on.
    """
    campaign = Campaign.objects.get(pk=campaign_id)
    since = max(filter(None, (now - WITHIN, campaign.resumed_at)))
    moved = Chunk.objects.filter(campaign=campaign, progressed_at__gt=since)
    latest = list(moved.order_by("-progressed_at", "-pk").values_list("pk", flat=True)[:LATEST_CHUNKS])
    settled = Notice.objects.filter(chunk__in=latest, settled_at__gt=since, state__in=TRIED)
    counts = Counter(dict(settled.order_by().values_list("state").annotate(count=Count("pk"))))
    for breaker in BREAKERS:
        bad = sum(counts[state] for state in breaker.states)
        if bad >= breaker.least and bad > counts.total() * breaker.share:
            return stop(campaign, f"{breaker.reason} ({bad} of {counts.total()})", now)
    return ""


def stop(campaign: Campaign, reason: str, now: datetime) -> str:
    """Pause the campaign, unless somebody else has just done so."""
    try:
        pause_campaign(campaign_id=campaign.pk, reason=reason, now=now)
    except CampaignNotRunning:
        return ""
    logger.error("Campaign %s is paused: %s", campaign.pk, reason)
    return reason
