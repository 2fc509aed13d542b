"""What this app does when an app below announces something."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from acceptance.services import Finding
from acceptance.signals import verifying
from policies.selectors import register
from policies.signals import Waiting, desk_opened, version_published

from .models import Campaign, CampaignKind, CampaignState
from .selectors import open_campaigns
from .services import wrong_handovers
from .tasks import carry_notices


def connect() -> None:
    """Connect every receiver of this app."""
    version_published.connect(wake_planner, dispatch_uid="notifications.wake_planner")
    verifying.connect(compare_handovers, dispatch_uid="notifications.compare_handovers")
    desk_opened.connect(say_what_is_sent, dispatch_uid="notifications.say_what_is_sent")


def wake_planner(**_kwargs: Any) -> None:
    """Wake a worker, where there is a broker; without one, `run_notices` finds the version by itself.

    The message may be lost: the planner looks for versions without a campaign every half minute.
    """
    if settings.CELERY_BROKER_URL:
        carry_notices.delay()


def compare_handovers(*, now: datetime, **_kwargs: Any) -> Iterator[Finding]:
    """Give what is wrong with the notices that the ledger knows of."""
    return wrong_handovers(now=now)


def say_what_is_sent(**_kwargs: Any) -> list[Waiting]:
    """Say how far the notices are that are still to go out, and which are held up."""
    entries = register().by_id
    return [
        Waiting(
            sentence_about(campaign)
            % {
                "name": entries[campaign.version_id].name,
                "number": entries[campaign.version_id].number,
                "accepted": progress.accepted,
                "notices": progress.notices,
                "waiting": progress.waiting,
            },
            reverse("desk:campaign", args=[campaign.version_id]),
            is_urgent=campaign.state == CampaignState.PAUSED,
        )
        for campaign, progress in open_campaigns()
        if campaign.version_id in entries and (progress.waiting or campaign.state == CampaignState.PAUSED)
    ]


def sentence_about(campaign: Campaign) -> str:
    """Give the sentence that says how far a campaign is, with places for what it counts."""
    sentences = {
        (CampaignKind.ANNOUNCEMENT, CampaignState.RUNNING): _(
            "%(name)s, version %(number)d: the mail server has accepted %(accepted)d of %(notices)d notices."
        ),
        (CampaignKind.ANNOUNCEMENT, CampaignState.PAUSED): _(
            "%(name)s, version %(number)d: the notices are paused, with %(waiting)d still to be sent."
        ),
        (CampaignKind.CORRECTION, CampaignState.RUNNING): _(
            "%(name)s, version %(number)d was recalled: the mail server has accepted %(accepted)d of"
            " %(notices)d corrections."
        ),
        (CampaignKind.CORRECTION, CampaignState.PAUSED): _(
            "%(name)s, version %(number)d was recalled: the corrections are paused, with %(waiting)d still"
            " to be sent."
        ),
    }
    return sentences[CampaignKind(campaign.kind), CampaignState(campaign.state)]
