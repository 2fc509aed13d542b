"""What this app does when an app below announces something."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from acceptance.services import Finding
from acceptance.signals import verifying
from policies.selectors import Publication, register
from policies.signals import Waiting, desk_opened, version_published

from .models import Campaign, CampaignKind, CampaignState
from .selectors import Progress, open_campaigns
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
        waiting
        for campaign, progress in open_campaigns()
        if campaign.version_id in entries
        for waiting in (*how_far(campaign, progress, entries), *not_reached(campaign, progress, entries))
    ]


def how_far(campaign: Campaign, progress: Progress, entries: Mapping[int, Publication]) -> list[Waiting]:
    """Say how far one campaign is, while anything of it is still to go out."""
    if not progress.waiting and campaign.state != CampaignState.PAUSED:
        return []
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
    ]


def not_reached(campaign: Campaign, progress: Progress, entries: Mapping[int, Publication]) -> list[Waiting]:
    """Say how many notices reached nobody, where the mail server refused them or they came back."""
    count = progress.failed + progress.bounced + progress.unknown
    if not count:
        return []
    sentence = ngettext(
        "%(name)s, version %(number)d: %(count)d notice reached nobody by mail.",
        "%(name)s, version %(number)d: %(count)d notices reached nobody by mail.",
        count,
    )
    entry = entries[campaign.version_id]
    names = {"name": entry.name, "number": entry.number, "count": count}
    return [Waiting(sentence % names, reverse("desk:reach", args=[campaign.pk]))]


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
