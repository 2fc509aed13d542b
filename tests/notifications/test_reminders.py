"""Reminders: to whom, when, how often; and who gets none after all."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from acceptance.models import Act, ActKind, ChoiceSource, ExposureKind
from acceptance.services import choose_reminders, record_exposures
from accounts.models import User
from demo.sink import Sink
from notifications.models import REMINDERS, Campaign, CampaignState, Chunk, Notice, NoticeState, Wave
from notifications.services import (
    cancel_campaign,
    pause_campaign,
    plan_campaigns,
    record_event,
    resume_campaign,
    run_due,
    slices,
)
from notifications.services.working import Worker, due_people
from policies.models import Assent, ChangeClass, NoticeRule, PolicyVersion
from policies.services import recall_version
from tests.conftest import NOW

from .records import answer, at, counters_add_up, planned, recipients, statements

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EFFECT = NOW + 31 * DAY
MakePeople = Callable[..., list[User]]


@pytest.fixture(autouse=True)
def thrice(db: None) -> None:
    """Remind everybody of the United States three times, twice before effect and once after."""
    rules(reminder_days=[7, 14, 35])


def rules(**fields: Any) -> None:
    """Change what the rule for material changes of privacy notices says outside of the EU."""
    found = NoticeRule.objects.filter(policy_kind="PRIVACY_NOTICE", change_class="MATERIAL", jurisdiction="*")
    assert found.update(**fields)


def look(now: datetime) -> int:
    """Plan at `now`, send what is due, and give how many notices the mail server took."""
    plan_campaigns(now=now)
    return run_due(clock=at(now))


def waves(person: User) -> dict[str, str]:
    """Give the state of each notice to a person, by wave."""
    return dict(Notice.objects.filter(user=person).order_by("pk").values_list("wave", "state"))


def reason_of(person: User, wave: Wave = Wave.FIRST_REMINDER) -> str:
    """Give why a person's notice in a wave was not sent."""
    return Notice.objects.get(user=person, wave=wave).reason


def stop(person: User) -> None:
    """Let a person stop reminders."""
    choose_reminders(user_id=person.pk, is_wanted=False, source=ChoiceSource.LINK, now=NOW)


ONCE = {Wave.ANNOUNCEMENT: NoticeState.ACCEPTED}


def test_who_has_not_answered_is_reminded_on_the_days_of_their_rule_and_no_more(
    alice: User, version: PolicyVersion, mailbox: Sink
) -> None:
    look(NOW)
    moments = [NOW + day * DAY for day in (7, 14, 35, 60)]

    sent = [look(moment + hours) for moment in moments for hours in (-HOUR, 0 * HOUR, HOUR)]

    assert sent == [0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0]
    assert recipients(mailbox) == {alice.email: 4}
    assert waves(alice) == dict.fromkeys([Wave.ANNOUNCEMENT, *REMINDERS], NoticeState.ACCEPTED)
    assert len({str(message["Message-ID"]) for message in mailbox.messages()}) == 4
    assert counters_add_up()


def test_the_days_count_from_a_person_s_own_announcement(
    alice: User, version: PolicyVersion, mailbox: Sink, make_person: Callable[..., User]
) -> None:
    look(NOW)
    late = make_person("late", date_joined=NOW + 5 * DAY)
    look(NOW + 6 * DAY)

    look(NOW + 7 * DAY)
    first = (waves(alice), waves(late))
    look(NOW + 13 * DAY)

    assert first == (ONCE | {Wave.FIRST_REMINDER: NoticeState.ACCEPTED}, ONCE)
    assert waves(late) == ONCE | {Wave.FIRST_REMINDER: NoticeState.ACCEPTED}


def test_a_report_of_delivery_that_comes_late_puts_no_reminder_off(
    alice: User, version: PolicyVersion, mailbox: Sink
) -> None:
    look(NOW)
    [notice] = Notice.objects.all()
    about = {"kind": "DELIVERED", "status": "2.0.0", "diagnostic": "", "source": "MAILDIR"}
    record_event(notice_id=notice.pk, **about, digest="5e" * 32, now=NOW + 5 * DAY)

    look(NOW + 7 * DAY)

    assert waves(alice) == {
        Wave.ANNOUNCEMENT: NoticeState.DELIVERED,
        Wave.FIRST_REMINDER: NoticeState.ACCEPTED,
    }


def test_the_rule_of_each_country_names_its_own_days(
    alice: User, bob: User, version: PolicyVersion, mailbox: Sink
) -> None:
    look(NOW)

    look(NOW + 7 * DAY)
    week = recipients(mailbox)
    look(NOW + 14 * DAY)

    assert week == {alice.email: 2, bob.email: 1}
    # The rule of the EU names the 14th day as the first.
    assert waves(bob) == ONCE | {Wave.FIRST_REMINDER: NoticeState.ACCEPTED}


@pytest.mark.parametrize("kind", [ActKind.ACKNOWLEDGED, ActKind.AGREED, ActKind.DECLINED])
def test_who_has_answered_is_not_reminded(
    alice: User, charlie: User, version: PolicyVersion, mailbox: Sink, kind: str
) -> None:
    look(NOW)
    act(alice, version, kind)

    look(NOW + 7 * DAY)

    assert waves(alice) == ONCE
    assert waves(charlie) == ONCE | {Wave.FIRST_REMINDER: NoticeState.ACCEPTED}


def act(person: User, version: PolicyVersion, kind: str) -> None:
    """Record an act of another kind than `answer` does."""
    made = answer(person, version, now=NOW + DAY)
    again = {field.attname: getattr(made, field.attname) for field in Act._meta.fields if field.name != "id"}
    if kind != ActKind.ACKNOWLEDGED:
        Act.objects.create(**again | {"kind": kind, "at": NOW + 2 * DAY})


def test_an_answer_to_a_newer_version_answers_for_this_one(
    alice: User, version: PolicyVersion, make_version: Callable[..., PolicyVersion], mailbox: Sink
) -> None:
    look(NOW)
    newer = make_version(published_at=NOW + DAY, effective_at=NOW + 40 * DAY)
    answer(alice, newer, now=NOW + 2 * DAY)

    look(NOW + 9 * DAY)

    assert set(Notice.objects.values_list("wave", flat=True)) == {Wave.ANNOUNCEMENT}


def test_who_goes_on_using_the_shop_is_reminded_where_that_is_no_acceptance(
    alice: User, charlie: User, version: PolicyVersion, mailbox: Sink
) -> None:
    look(NOW)
    look(NOW + 7 * DAY)
    look(NOW + 14 * DAY)
    record_exposures(user_id=alice.pk, version_ids=[version.pk], kind=ExposureKind.USED, now=EFFECT)

    look(NOW + 35 * DAY)
    deemed = waves(alice)
    rules(is_deemed_by_use=False)
    look(NOW + 36 * DAY)

    assert Wave.THIRD_REMINDER not in deemed
    assert Wave.THIRD_REMINDER in waves(charlie)
    assert Wave.THIRD_REMINDER in waves(alice)


@pytest.mark.parametrize(
    "change",
    [{"assent": Assent.NONE}, {"reminder_days": []}, {"is_told": False, "is_deemed_by_use": False}],
)
def test_a_rule_that_asks_nothing_or_names_no_day_reminds_nobody(
    alice: User, version: PolicyVersion, mailbox: Sink, change: dict[str, Any]
) -> None:
    look(NOW)
    rules(**change)

    look(NOW + 8 * DAY)

    assert waves(alice) == ONCE


@pytest.mark.parametrize("state", [NoticeState.UNKNOWN, NoticeState.BOUNCED, NoticeState.FAILED])
def test_who_was_not_told_for_certain_is_not_reminded(
    alice: User, version: PolicyVersion, mailbox: Sink, state: str
) -> None:
    look(NOW)
    Notice.objects.update(state=state, reason="As the server said.")

    look(NOW + 8 * DAY)

    assert waves(alice) == {Wave.ANNOUNCEMENT: state}


def test_who_stopped_reminders_is_told_and_not_reminded(
    alice: User, charlie: User, version: PolicyVersion, mailbox: Sink
) -> None:
    stop(alice)
    look(NOW)

    look(NOW + 7 * DAY)

    assert recipients(mailbox) == {alice.email: 1, charlie.email: 2}
    assert waves(alice) == ONCE


def test_who_wants_them_again_gets_the_next_one(alice: User, version: PolicyVersion, mailbox: Sink) -> None:
    stop(alice)
    look(NOW)
    look(NOW + 7 * DAY)
    choose_reminders(user_id=alice.pk, is_wanted=True, source=ChoiceSource.OWN_PAGE, now=NOW + 8 * DAY)

    look(NOW + 14 * DAY)

    assert waves(alice) == ONCE | {Wave.SECOND_REMINDER: NoticeState.ACCEPTED}


def answers(person: User, version: PolicyVersion, _make: Callable[..., PolicyVersion]) -> str:
    answer(person, version)
    return "The person has answered already."


def stops(person: User, _version: PolicyVersion, _make: Callable[..., PolicyVersion]) -> str:
    stop(person)
    return "The person stopped reminders."


def answers_a_newer_one(person: User, _version: PolicyVersion, make: Callable[..., PolicyVersion]) -> str:
    answer(person, make(published_at=NOW + 7 * DAY, effective_at=NOW + 40 * DAY))
    return "No answer is asked of the person any more."


MEANWHILE = [answers, stops, answers_a_newer_one]
Happens = Callable[[User, PolicyVersion, Callable[..., PolicyVersion]], str]


@pytest.mark.parametrize("happens", MEANWHILE)
def test_what_happens_before_sending_stops_a_reminder_that_is_planned(
    alice: User,
    version: PolicyVersion,
    make_version: Callable[..., PolicyVersion],
    mailbox: Sink,
    happens: Happens,
) -> None:
    look(NOW)
    plan_campaigns(now=NOW + 7 * DAY)
    reason = happens(alice, version, make_version)

    sent = run_due(clock=at(NOW + 7 * DAY))

    assert sent == 0
    assert waves(alice) == ONCE | {Wave.FIRST_REMINDER: NoticeState.SKIPPED}
    assert reason_of(alice) == reason
    assert counters_add_up()


@pytest.mark.parametrize("happens", MEANWHILE)
def test_what_happens_after_the_letter_is_written_stops_it_at_the_claim(
    alice: User,
    version: PolicyVersion,
    make_version: Callable[..., PolicyVersion],
    mailbox: Sink,
    happens: Happens,
) -> None:
    look(NOW)
    now = NOW + 7 * DAY
    plan_campaigns(now=now)
    chunk, token = lease(Wave.FIRST_REMINDER, now)
    worker, (person,) = Worker(chunk, token, at(now)), due_people(chunk, now)
    letter = worker.letter_for(person)
    assert letter
    reason = happens(alice, version, make_version)

    claim = worker.claim(letter)

    assert claim is None
    assert reason_of(alice) == reason
    assert counters_add_up()


def lease(wave: Wave, now: datetime) -> tuple[Chunk, Any]:
    """Lease the chunk of a wave as a worker does."""
    Chunk.objects.filter(wave=wave).update(lease_until=now + timedelta(minutes=5), lease_token="1" * 32)
    chunk = Chunk.objects.select_related("campaign").get(wave=wave)
    return chunk, chunk.lease_token


def test_an_announcement_goes_to_who_stopped_reminders_before_it(
    alice: User, version: PolicyVersion, mailbox: Sink
) -> None:
    stop(alice)

    assert look(NOW) == 1


def recalls(campaign: Campaign, _make: Callable[..., PolicyVersion], approver: User) -> None:
    recall_version(version_id=campaign.version_id, reason="A mistake.", recalled_by=approver, now=NOW + DAY)


def supersedes(_campaign: Campaign, make: Callable[..., PolicyVersion], _approver: User) -> None:
    make(published_at=NOW + DAY, change_class=ChangeClass.EDITORIAL, effective_at=NOW + 2 * DAY)


def cancels(campaign: Campaign, _make: Callable[..., PolicyVersion], _approver: User) -> None:
    cancel_campaign(campaign_id=campaign.pk, reason="Not needed.", now=NOW + DAY)


def pauses(campaign: Campaign, _make: Callable[..., PolicyVersion], _approver: User) -> None:
    pause_campaign(campaign_id=campaign.pk, reason="Wait.", now=NOW + DAY)


@pytest.mark.parametrize("is_planned", [False, True], ids=["unplanned", "planned"])
@pytest.mark.parametrize("ends", [recalls, supersedes, cancels, pauses])
def test_a_campaign_that_ended_or_stands_still_reminds_nobody(
    alice: User,
    version: PolicyVersion,
    make_version: Callable[..., PolicyVersion],
    approver: User,
    mailbox: Sink,
    ends: Callable[[Campaign, Callable[..., PolicyVersion], User], None],
    is_planned: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    look(NOW)
    if is_planned:
        plan_campaigns(now=NOW + 7 * DAY)
    ends(Campaign.objects.get(), make_version, approver)

    look(NOW + 7 * DAY)

    assert [m["Subject"] for m in mailbox.messages() if "Reminder" in str(m["Subject"])] == []
    assert not Notice.objects.filter(wave__in=REMINDERS, state=NoticeState.ACCEPTED).exists()
    assert counters_add_up()


def test_after_a_long_pause_one_reminder_goes_out_and_not_two(
    alice: User, version: PolicyVersion, mailbox: Sink
) -> None:
    look(NOW)
    plan_campaigns(now=NOW + 7 * DAY)
    campaign = Campaign.objects.get()
    pause_campaign(campaign_id=campaign.pk, reason="Wait.", now=NOW + 7 * DAY)
    resume_campaign(campaign_id=campaign.pk, now=NOW + 14 * DAY)

    sent = look(NOW + 14 * DAY)

    assert sent == 1
    assert waves(alice)[Wave.FIRST_REMINDER] == NoticeState.SKIPPED
    assert waves(alice)[Wave.SECOND_REMINDER] == NoticeState.ACCEPTED
    assert reason_of(alice) == "A later reminder takes the place of this one."


def test_a_reminder_that_was_missed_is_left_out(alice: User, version: PolicyVersion, mailbox: Sink) -> None:
    look(NOW)

    look(NOW + 20 * DAY)

    assert waves(alice) == ONCE | {Wave.SECOND_REMINDER: NoticeState.ACCEPTED}


def test_the_campaign_is_done_after_the_last_day_of_any_rule(
    alice: User, version: PolicyVersion, mailbox: Sink
) -> None:
    for day in (0, 7, 14, 31):
        look(NOW + day * DAY)
    plan_campaigns(now=NOW + 35 * DAY - timedelta(minutes=1))
    before = Campaign.objects.get().state

    look(NOW + 36 * DAY)
    plan_campaigns(now=NOW + 36 * DAY)

    assert before == CampaignState.RUNNING
    assert waves(alice)[Wave.THIRD_REMINDER] == NoticeState.ACCEPTED
    assert Campaign.objects.get().state == CampaignState.DONE


def test_the_first_few_of_a_campaign_do_not_hold_its_reminders_up(
    make_people: MakePeople, version: PolicyVersion, mailbox: Sink, settings: Any
) -> None:
    settings.NOTICE_TRIAL_SIZE = 3
    people = make_people(3)
    look(NOW)
    plan_campaigns(now=NOW + DAY)

    look(NOW + 7 * DAY)

    assert recipients(mailbox) == {person.email: 2 for person in people}
    assert [chunk.is_trial for chunk in Chunk.objects.order_by("pk")] == [True, False]


def test_reminders_are_planned_in_slices_without_a_query_for_each_person(
    make_people: MakePeople, version: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_people(501)
    planned()
    Notice.objects.update(state=NoticeState.ACCEPTED, settled_at=NOW)
    Chunk.objects.update(due_at=None)

    with CaptureQueriesContext(connection) as first:
        made = plan_campaigns(now=NOW + 7 * DAY)
    with CaptureQueriesContext(connection) as again:
        plan_campaigns(now=NOW + 7 * DAY)

    assert made == 501
    assert list(Chunk.objects.order_by("pk").values_list("wave", "size")) == [
        (Wave.ANNOUNCEMENT, 500),
        (Wave.ANNOUNCEMENT, 1),
        (Wave.FIRST_REMINDER, 500),
        (Wave.FIRST_REMINDER, 1),
    ]
    # PostgreSQL is told how to check the new rows.
    assert len(statements(first)) == 33 + (connection.vendor == "postgresql")
    assert len(statements(again)) == 18


def test_two_planners_make_no_reminder_twice(
    make_people: MakePeople, version: PolicyVersion, monkeypatch: pytest.MonkeyPatch, mailbox: Sink
) -> None:
    monkeypatch.setattr(slices, "CHUNK_SIZE", 2)
    monkeypatch.setattr(slices, "SLICE_CHUNKS", 1)
    people = make_people(5)
    look(NOW)

    plan_campaigns(now=NOW + 7 * DAY)
    Campaign.objects.update(reminded_at=None)
    again = plan_campaigns(now=NOW + 7 * DAY)
    run_due(clock=at(NOW + 7 * DAY))

    assert again == 0
    assert recipients(mailbox) == {person.email: 2 for person in people}
    assert counters_add_up()
