"""Letters that cannot be built for one cause pause the campaign, wherever in it they are; one never does."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from demo.sink import Sink
from notifications.emails import build_letter
from notifications.models import Campaign, CampaignState, Notice, NoticeState
from notifications.services import plan_campaigns, resume_campaign, run_due, slices
from policies.models import PolicyVersion
from tests.conftest import NOW

from .records import at, counters_add_up, planned, states

MINUTE = timedelta(minutes=1)
REASON = "10 letters could not be built for the same cause; the log says why."
MakePeople = Callable[..., list[User]]


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "CHUNK_SIZE", 8)


@pytest.fixture
def in_both_languages(make_version: Callable[..., PolicyVersion]) -> PolicyVersion:
    return make_version(bodies={"en": "We keep orders.", "de": "Wir behalten Bestellungen."})


@pytest.fixture
def no_german() -> Iterator[pytest.MonkeyPatch]:
    """Let the German letter be one that cannot be built, and give the way to mend it: `undo()`."""

    def built(publication: Any, register: Any, language: str, *rest: Any, **more: Any) -> Any:
        if language == "de":
            raise ValueError("The template is broken.")
        return build_letter(publication, register, language, *rest, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("notifications.emails.letters.build_letter", built)
        yield patch


def alternate(make_people: MakePeople, count: int) -> None:
    """Make people of whom every other reads German."""
    for number in range(count):
        make_people(1, language="de" if number % 2 else "en")


def lost(people: list[User], zone: str) -> None:
    """Give people a zone in which no letter can be built."""
    User.objects.filter(pk__in=[person.pk for person in people]).update(time_zone=zone)


def test_a_template_that_is_broken_for_one_language_among_others_pauses_the_campaign(
    make_people: MakePeople,
    in_both_languages: PolicyVersion,
    no_german: pytest.MonkeyPatch,
    mailbox: Sink,
) -> None:
    alternate(make_people, 40)
    campaign = planned()
    run_due(clock=at(NOW))
    paused, before = Campaign.objects.get(), states()
    no_german.undo()

    resume_campaign(campaign_id=campaign.pk, now=NOW + MINUTE)
    plan_campaigns(now=NOW + 6 * MINUTE)
    run_due(clock=at(NOW + 6 * MINUTE))

    assert (paused.state, paused.reason) == (CampaignState.PAUSED, REASON)
    assert before == {NoticeState.ACCEPTED: 10, NoticeState.RETRY: 10, NoticeState.PENDING: 20}
    assert states() == {NoticeState.ACCEPTED: 40}
    assert counters_add_up()


def test_where_nothing_was_mended_it_pauses_again_before_anybody_is_given_up(
    make_people: MakePeople,
    in_both_languages: PolicyVersion,
    no_german: pytest.MonkeyPatch,
    mailbox: Sink,
) -> None:
    alternate(make_people, 20)
    campaign = planned()
    run_due(clock=at(NOW))

    resume_campaign(campaign_id=campaign.pk, now=NOW + MINUTE)
    early = Campaign.objects.get().state
    run_due(clock=at(NOW + 6 * MINUTE))

    assert early == CampaignState.RUNNING
    assert Campaign.objects.get().reason == REASON
    assert states() == {NoticeState.ACCEPTED: 10, NoticeState.RETRY: 10}


def test_one_bad_record_pauses_nothing_however_often_it_is_tried(
    make_people: MakePeople, version: PolicyVersion, mailbox: Sink
) -> None:
    people = make_people(40)
    lost(people[:1], "Middle-earth/Rivendell")
    planned()

    for hours in (0, 1, 3, 6, 15, 30):
        run_due(clock=at(NOW + timedelta(hours=hours)))

    assert Campaign.objects.get().state == CampaignState.RUNNING
    assert states() == {NoticeState.ACCEPTED: 39, NoticeState.FAILED: 1}


def test_different_causes_are_not_added_up(
    make_people: MakePeople,
    in_both_languages: PolicyVersion,
    no_german: pytest.MonkeyPatch,
    mailbox: Sink,
) -> None:
    alternate(make_people, 18)
    lost(make_people(9), "Middle-earth/Rivendell")
    planned()

    run_due(clock=at(NOW))

    assert Campaign.objects.get().state == CampaignState.RUNNING
    assert states() == {NoticeState.ACCEPTED: 9, NoticeState.RETRY: 18}


def test_the_reason_names_the_cause_and_nothing_of_the_person(
    make_people: MakePeople,
    in_both_languages: PolicyVersion,
    no_german: pytest.MonkeyPatch,
    mailbox: Sink,
) -> None:
    make_people(1, language="de")
    planned()

    run_due(clock=at(NOW))

    reason = Notice.objects.get().reason
    assert reason.startswith("The letter could not be built (ValueError in test_unbuilt.py, line ")
    assert reason.endswith("); the log says why.")
    assert "broken" not in reason
