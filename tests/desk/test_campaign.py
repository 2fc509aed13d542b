"""The desk's page of a campaign: how far the notices are, what did not go out, pause and resumption."""

import pytest
from django.test import Client

from accounts.models import User
from demo.sink import Sink
from notifications.models import Campaign, Notice, NoticeState
from notifications.services import plan_campaigns, run_due
from policies.models import PolicyVersion
from tests.acceptance.pages import elements, page, words
from tests.conftest import NOW

from .conftest import address

pytestmark = pytest.mark.look


@pytest.fixture
def campaign(published: PolicyVersion, alice: User, bob: User) -> Campaign:
    """Give the campaign of the published version, planned for Alice and Bob."""
    plan_campaigns(now=NOW)
    return Campaign.objects.get()


def figures(content: bytes) -> dict[str, int]:
    """Give the figures of the page by their names."""
    boxes = elements(page(content), "//dl[@class='figures']/div")
    return {str(box.findtext("dt")): int(str(box.findtext("dd"))) for box in boxes}


def test_a_version_without_a_campaign_says_when_the_planner_looks(
    decider: Client, published: PolicyVersion
) -> None:
    shown = words(decider.get(address("campaign", published.pk)).content)

    assert "No notices are planned for this version yet." in shown
    assert "Pause" not in shown


def test_a_draft_has_no_campaign(decider: Client, draft: PolicyVersion) -> None:
    response = decider.get(address("campaign", draft.pk))

    assert response.status_code == 404
    assert "There is no published version at this address." in words(response.content)


def test_the_page_counts_what_waits_and_what_was_accepted(
    decider: Client, campaign: Campaign, mailbox: Sink
) -> None:
    place = address("campaign", campaign.version_id)
    before = figures(decider.get(place).content)

    run_due(clock=lambda: NOW)

    after = figures(decider.get(place).content)
    assert (before["notices"], before["accepted"], before["waiting"]) == (2, 0, 2)
    assert (after["notices"], after["accepted"], after["waiting"]) == (2, 2, 0)


def test_the_page_says_why_notices_did_not_go_out(
    decider: Client, campaign: Campaign, alice: User, mailbox: Sink
) -> None:
    alice.is_active = False
    alice.save()

    run_due(clock=lambda: NOW)

    shown = words(decider.get(address("campaign", campaign.version_id)).content)
    assert "not sent: The account is not active. (1)" in shown
    assert Notice.objects.get(user=alice).state == NoticeState.SKIPPED


def test_a_script_gets_only_the_part_that_changes(decider: Client, campaign: Campaign) -> None:
    place = address("campaign", campaign.version_id)

    part = decider.get(place, headers={"HX-Request": "true"}).content

    assert b"<html" not in part
    assert figures(part) == figures(decider.get(place).content)


def test_a_campaign_is_paused_and_resumed(decider: Client, campaign: Campaign) -> None:
    paused = decider.post(address("pause", campaign.pk), follow=True)
    campaign.refresh_from_db()
    state, reason = campaign.state, campaign.reason

    resumed = decider.post(address("resume", campaign.pk), follow=True)
    campaign.refresh_from_db()

    assert (state, reason) == ("PAUSED", "Paused at the desk.")
    assert ("Resume" in words(paused.content), "Pause" in words(resumed.content)) == (True, True)
    assert (campaign.state, campaign.reason, campaign.generation) == ("RUNNING", "", 3)


@pytest.mark.parametrize(
    ("name", "first", "sentence"),
    [
        ("pause", "pause", "Only a running campaign can be paused."),
        ("resume", None, "Only a paused campaign can be resumed."),
    ],
)
def test_what_cannot_be_turned_says_so(
    decider: Client, campaign: Campaign, name: str, first: str | None, sentence: str
) -> None:
    if first:
        decider.post(address(first, campaign.pk))

    response = decider.post(address(name, campaign.pk), follow=True)

    assert sentence in words(response.content)


@pytest.mark.parametrize("name", ["pause", "resume", "cancel"])
def test_a_campaign_that_is_not_there_is_not_found(
    decider: Client, published: PolicyVersion, name: str
) -> None:
    response = decider.post(address(name, published.pk))

    assert response.status_code == 404
    assert "There is no campaign at this address." in words(response.content)


def test_an_author_sees_the_campaign_but_no_buttons(writer: Client, campaign: Campaign) -> None:
    response = writer.get(address("campaign", campaign.version_id))

    assert response.status_code == 200
    assert not elements(page(response.content), "//main//button")


def test_a_campaign_is_cancelled_for_a_reason_that_every_notice_keeps(
    decider: Client, campaign: Campaign, mailbox: Sink
) -> None:
    shown = decider.post(address("cancel", campaign.pk), {"reason": "The text has a mistake."}, follow=True)

    run_due(clock=lambda: NOW)

    assert "cancelled: The text has a mistake. (2)" in words(shown.content)
    assert mailbox.files() == []
    assert set(Notice.objects.values_list("state", "reason")) == {
        (NoticeState.CANCELLED, "The text has a mistake.")
    }


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_nothing_is_cancelled_without_a_reason(decider: Client, campaign: Campaign, reason: str) -> None:
    shown = decider.post(address("cancel", campaign.pk), {"reason": reason}, follow=True)

    assert "Say why the notices are cancelled." in words(shown.content)
    assert Campaign.objects.get().state == "RUNNING"


def test_a_cancelled_campaign_stays_cancelled(decider: Client, campaign: Campaign) -> None:
    place = address("cancel", campaign.pk)
    decider.post(place, {"reason": "The text has a mistake."})

    shown = decider.post(place, {"reason": "Another one."}, follow=True)

    assert "Only a campaign that has not ended can be cancelled." in words(shown.content)
    assert Campaign.objects.get().reason == "The text has a mistake."
