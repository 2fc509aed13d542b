"""Pause, resume and cancel a campaign. Each holds from the next message on."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from policies.refusal import Refusal

from ..models import DUE_STATES, OPEN_STATES, Campaign, CampaignState, Chunk, Notice, NoticeState
from .settling import count_chunk
from .skipping import leave_unknown


class CampaignNotRunning(Refusal):
    """The campaign is not in a state from which this can be done."""


@transaction.atomic
def pause_campaign(*, campaign_id: int, reason: str, now: datetime) -> None:
    """Stop sending, with a reason for the desk. Raises `CampaignNotRunning`. Locks campaign and chunks."""
    turned = Campaign.objects.filter(pk=campaign_id, state=CampaignState.RUNNING).update(
        state=CampaignState.PAUSED, reason=reason, generation=F("generation") + 1
    )
    if not turned:
        raise CampaignNotRunning(_("Only a running campaign can be paused."))
    take_leases(campaign_id, now)


def take_leases(campaign_id: int, now: datetime) -> None:
    """Take the chunks of a campaign out of their workers' hands; each waits for a claim under way.

    After the commit no worker can claim another notice.
    """
    leased = Chunk.objects.filter(campaign=campaign_id, lease_token__isnull=False)
    # In a fixed order, because workers and planners lock more than one chunk too.
    locked = leased.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True)
    Chunk.objects.filter(pk__in=list(locked)).update(lease_token=None, lease_until=None, due_at=now)


@transaction.atomic
def cancel_campaign(*, campaign_id: int, reason: str, now: datetime) -> int:
    """End a campaign for good; returns how many notices are cancelled by it.

    Raises `CampaignNotRunning` where it has ended already. Locks the campaign, then its chunks.
    """
    turned = Campaign.objects.filter(pk=campaign_id, state__in=OPEN_STATES).update(
        state=CampaignState.CANCELLED, reason=reason, finished_at=now, generation=F("generation") + 1
    )
    if not turned:
        raise CampaignNotRunning(_("Only a campaign that has not ended can be cancelled."))
    take_leases(campaign_id, now)
    return cancel_due(campaign_id, reason, now)


def cancel_due(campaign_id: int, reason: str, now: datetime) -> int:
    """Cancel what is still to be sent of a campaign; returns how many notices. Locks the chunks."""
    cancelled = 0
    chunks = Chunk.objects.select_for_update(no_key=True).filter(campaign=campaign_id, due_at__isnull=False)
    for chunk in chunks.order_by("pk"):
        due = Notice.objects.filter(chunk=chunk, state__in=DUE_STATES)
        cancelled += leave_unknown(due.filter(is_resent=True), now)
        cancelled += due.update(state=NoticeState.CANCELLED, reason=reason, due_at=None, settled_at=now)
        Chunk.objects.filter(pk=chunk.pk).update(due_at=None)
        count_chunk(chunk.pk, now)
    return cancelled


def restore_cancelled(campaign_id: int, reason: str, now: datetime) -> int:
    """Have what was cancelled for `reason` sent after all; returns how many notices. Locks the chunks."""
    restored = 0
    chunks = Chunk.objects.select_for_update(no_key=True).filter(campaign=campaign_id, cancelled__gt=0)
    for chunk in chunks.order_by("pk"):
        cut_off = Notice.objects.filter(chunk=chunk, state=NoticeState.CANCELLED, reason=reason)
        restored += cut_off.update(state=NoticeState.PENDING, reason="", settled_at=None)
        Chunk.objects.filter(pk=chunk.pk).update(due_at=now)
        count_chunk(chunk.pk, now)
    return restored


@transaction.atomic
def resume_campaign(*, campaign_id: int, now: datetime) -> None:
    """Go on sending where a pause left off. Raises `CampaignNotRunning`."""
    turned = Campaign.objects.filter(pk=campaign_id, state=CampaignState.PAUSED).update(
        state=CampaignState.RUNNING, reason="", generation=F("generation") + 1, resumed_at=now
    )
    if not turned:
        raise CampaignNotRunning(_("Only a paused campaign can be resumed."))
