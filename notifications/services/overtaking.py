"""Stop the campaigns of versions that are over, and go on with them where a version holds after all.

A version that a newer one stopped is announced, or in force, again once that one is recalled.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from policies.selectors import Register, State, load_register

from ..models import OPEN_STATES, Campaign, CampaignKind, CampaignState
from .control import CampaignNotRunning, cancel_campaign, cancel_due, restore_cancelled

STOPPED_BY = {
    State.RECALLED: "The version was recalled.",
    State.OVERTAKEN: "A newer version takes effect no later.",
    State.SUPERSEDED: "A newer version is in force.",
}
# A recall is for good, and so is what somebody cancels at the desk.
# So long after a campaign was done may what is left of it go out; nobody is told of old news.
DONE_LATELY = timedelta(days=7)
BY_A_NEWER_ONE = (STOPPED_BY[State.OVERTAKEN], STOPPED_BY[State.SUPERSEDED])


def may_end_later(*, now: datetime) -> list[int]:
    """Give the keys of the campaigns that were done lately, of versions that are not over.

    A notice of theirs may still go out: its worker was taken for dead and knows better, or nothing was heard
    of it for a day.
    """
    lately = Campaign.objects.filter(state=CampaignState.DONE, finished_at__gt=now - DONE_LATELY)
    found = list(lately.order_by("pk"))
    register = load_register() if found else Register(())
    return [
        campaign.pk
        for campaign in found
        if campaign.kind == CampaignKind.CORRECTION
        or register.state(register.by_id[campaign.version_id], now) not in STOPPED_BY
    ]


def stop_campaigns(*, now: datetime) -> int:
    """Cancel the campaigns of versions that are recalled, overtaken or superseded at `now`.

    What the mail server put off while its campaign was being cancelled is cancelled by the next
    call. Returns how many notices were cancelled.
    """
    announcing = Campaign.objects.filter(kind=CampaignKind.ANNOUNCEMENT, state__in=OPEN_STATES)
    found, register = list(announcing.order_by("pk")), load_register()
    stopped = sum(stop_if_over(campaign, register, now) for campaign in found)
    cut_short = Campaign.objects.filter(state=CampaignState.CANCELLED, chunks__due_at__isnull=False)
    return stopped + sum(cancel_rest(campaign, now) for campaign in cut_short.distinct().order_by("pk"))


@transaction.atomic
def stop_if_over(campaign: Campaign, register: Register, now: datetime) -> int:
    """Cancel a campaign whose version is over, unless somebody else has; returns how many notices.

    Keeps why it was paused, where it was: it may have to go on. Locks the campaign, then its chunks.
    """
    reason = STOPPED_BY.get(register.state(register.by_id[campaign.version_id], now))
    if reason is None:
        return 0
    paused = Campaign.objects.filter(pk=campaign.pk, state=CampaignState.PAUSED)
    paused.update(paused_before=F("reason"))
    try:
        return cancel_campaign(campaign_id=campaign.pk, reason=reason, now=now)
    except CampaignNotRunning:
        return 0


@transaction.atomic
def cancel_rest(campaign: Campaign, now: datetime) -> int:
    """Cancel what is left over of a cancelled campaign."""
    return cancel_due(campaign.pk, campaign.reason, now)


def take_up_campaigns(*, now: datetime) -> int:
    """Go on with the campaigns that a newer version stopped and whose version holds after all at `now`.

    Returns how many notices are to be sent again that were cancelled then.
    """
    stopped = Campaign.objects.filter(
        kind=CampaignKind.ANNOUNCEMENT, state=CampaignState.CANCELLED, reason__in=BY_A_NEWER_ONE
    )
    found = list(stopped.order_by("pk"))
    register = load_register() if found else Register(())
    live = [c for c in found if register.state(register.by_id[c.version_id], now) not in STOPPED_BY]
    return sum(take_up(campaign, now) for campaign in live)


@transaction.atomic
def take_up(campaign: Campaign, now: datetime) -> int:
    """Go on with a campaign as it was, running or paused, unless somebody else has; returns how many notices.

    What was sent stays sent, and nobody gets it twice. When everyone will have been told is reckoned
    again. Locks the campaign, then its chunks.
    """
    cancelled = Campaign.objects.filter(pk=campaign.pk, state=CampaignState.CANCELLED, reason=campaign.reason)
    turned = cancelled.update(
        state=CampaignState.PAUSED if campaign.paused_before else CampaignState.RUNNING,
        reason=campaign.paused_before,
        paused_before="",
        generation=F("generation") + 1,
        resumed_at=now,
        finished_at=None,
        checked_at=None,
        expected_at=None,
    )
    return restore_cancelled(campaign.pk, campaign.reason, now) if turned else 0
