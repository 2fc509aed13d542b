"""Pause and resume: at once, with a reason, and from the right state only."""

import pytest
from django.db import IntegrityError

from accounts.models import User
from demo.sink import Sink
from notifications.models import Campaign, CampaignState
from notifications.services import (
    CampaignNotRunning,
    due_chunks,
    pause_campaign,
    plan_campaigns,
    resume_campaign,
    run_due,
)
from policies.models import PolicyVersion
from tests.conftest import NOW

from .records import at, once_each, planned, recipients


def test_a_paused_campaign_sends_nothing(alice: User, version: PolicyVersion, mailbox: Sink) -> None:
    campaign = planned()
    pause_campaign(campaign_id=campaign.pk, reason="A question came up.", now=NOW)

    sent = run_due(clock=at(NOW))

    campaign.refresh_from_db()
    assert (campaign.state, campaign.reason) == (CampaignState.PAUSED, "A question came up.")
    assert sent == 0
    assert due_chunks(now=NOW, limit=1) == []
    assert mailbox.files() == []


def test_a_resumed_campaign_goes_on_where_it_was(alice: User, version: PolicyVersion, mailbox: Sink) -> None:
    campaign = planned()
    pause_campaign(campaign_id=campaign.pk, reason="A question came up.", now=NOW)
    resume_campaign(campaign_id=campaign.pk, now=NOW)

    run_due(clock=at(NOW))

    campaign.refresh_from_db()
    assert (campaign.state, campaign.reason) == (CampaignState.RUNNING, "")
    assert recipients(mailbox) == once_each([alice])


def test_every_turn_begins_a_new_generation(alice: User, version: PolicyVersion) -> None:
    campaign = planned()

    pause_campaign(campaign_id=campaign.pk, reason="A question came up.", now=NOW)
    resume_campaign(campaign_id=campaign.pk, now=NOW)

    assert Campaign.objects.get().generation == campaign.generation + 2


def test_who_joins_during_a_pause_is_planned_afterwards(
    alice: User, version: PolicyVersion, mailbox: Sink, bob: User
) -> None:
    campaign = planned()
    pause_campaign(campaign_id=campaign.pk, reason="A question came up.", now=NOW)
    latecomer = User.objects.create_user("latecomer@example.com", country="US", date_joined=NOW)
    meanwhile = plan_campaigns(now=NOW)
    resume_campaign(campaign_id=campaign.pk, now=NOW)

    made = plan_campaigns(now=NOW)
    run_due(clock=at(NOW))

    assert (meanwhile, made) == (0, 1)
    assert recipients(mailbox) == once_each([alice, bob, latecomer])


def test_only_a_running_campaign_can_be_paused(alice: User, version: PolicyVersion) -> None:
    campaign = planned()
    pause_campaign(campaign_id=campaign.pk, reason="A question came up.", now=NOW)

    with pytest.raises(CampaignNotRunning, match="Only a running campaign can be paused"):
        pause_campaign(campaign_id=campaign.pk, reason="Another question.", now=NOW)

    assert Campaign.objects.get().reason == "A question came up."


def test_only_a_paused_campaign_can_be_resumed(alice: User, version: PolicyVersion) -> None:
    campaign = planned()

    with pytest.raises(CampaignNotRunning, match="Only a paused campaign can be resumed"):
        resume_campaign(campaign_id=campaign.pk, now=NOW)


def test_no_campaign_stops_without_a_reason(alice: User, version: PolicyVersion) -> None:
    campaign = planned()

    with pytest.raises(IntegrityError, match="campaign_stops_with_a_reason"):
        pause_campaign(campaign_id=campaign.pk, reason="", now=NOW)
