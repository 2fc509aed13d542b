"""Pause and resume a campaign."""

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from policies.refusal import Refusal

from ..models import Campaign, CampaignState


class CampaignNotRunning(Refusal):
    """The campaign is not in a state from which this can be done."""


@transaction.atomic
def pause_campaign(*, campaign_id: int, reason: str) -> None:
    """Stop sending, with a reason for the desk. Raises `CampaignNotRunning`."""
    turned = Campaign.objects.filter(pk=campaign_id, state=CampaignState.RUNNING).update(
        state=CampaignState.PAUSED, reason=reason, generation=F("generation") + 1
    )
    if not turned:
        raise CampaignNotRunning(_("Only a running campaign can be paused."))


@transaction.atomic
def resume_campaign(*, campaign_id: int) -> None:
    """Go on sending where a pause left off. Raises `CampaignNotRunning`."""
    turned = Campaign.objects.filter(pk=campaign_id, state=CampaignState.PAUSED).update(
        state=CampaignState.RUNNING, reason="", generation=F("generation") + 1
    )
    if not turned:
        raise CampaignNotRunning(_("Only a paused campaign can be resumed."))
