"""Who is told of a version: everyone concerned, once each, however often it is planned."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from demo.sink import Sink
from notifications.models import Campaign, CampaignState, Chunk, Notice, NoticeState, Wave
from notifications.selectors import told_people
from notifications.services import pause_campaign, plan_campaigns, planning, run_due, slices
from notifications.services.planning import plan_notices
from notifications.transport import Fate, Outcome
from policies.models import ChangeClass, NoticeRule, PolicyVersion
from policies.selectors import load_register, load_rule_book
from policies.services import import_history, recall_version
from tests.conftest import NOW

from .conftest import Use
from .mail_servers import StubbornSink, WatchedSink
from .meanwhile import closing
from .records import (
    answer,
    at,
    claim_for,
    counters_add_up,
    leased,
    notice_of,
    planned,
    settled,
    statements,
    states,
)

DAY = timedelta(days=1)
EFFECT = NOW + timedelta(days=31)


def names() -> list[str]:
    """Give the names of everyone who has a notice."""
    found = Notice.objects.values_list("user__email", flat=True).order_by("user__email")
    return [str(email).partition("@")[0] for email in found]


@pytest.fixture
def after_reading(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Give a way to let something happen right after the planner has first read the register."""

    def happen(event: Callable[[], object]) -> None:
        events = [event]

        def read() -> Any:
            found = load_register()
            while events:
                events.pop()()
            return found

        monkeypatch.setattr(planning, "load_register", read)

    return happen


def test_everyone_concerned_has_one_notice(alice: User, bob: User, version: PolicyVersion) -> None:
    made = plan_campaigns(now=NOW)

    assert made == 2
    assert names() == ["alice", "bob"]
    assert states() == {NoticeState.PENDING: 2}
    assert Campaign.objects.get().planned_at == NOW


def test_planning_again_makes_nothing_more(alice: User, version: PolicyVersion) -> None:
    plan_campaigns(now=NOW)

    made = plan_campaigns(now=NOW + timedelta(minutes=1))

    assert made == 0
    assert Campaign.objects.count() == Chunk.objects.count() == Notice.objects.count() == 1
    assert Campaign.objects.get().planned_at == NOW


def test_programs_the_inactive_and_those_who_join_after_effect_are_not_concerned(
    make_person: Callable[..., User], version: PolicyVersion
) -> None:
    make_person("program", is_service=True)
    make_person("gone", is_active=False)
    make_person("late", date_joined=EFFECT)
    make_person("just-in-time", date_joined=EFFECT - timedelta(seconds=1))

    plan_campaigns(now=NOW)

    assert names() == ["just-in-time"]


def test_who_joins_before_effect_is_picked_up_by_a_later_pass(
    alice: User, make_person: Callable[..., User], version: PolicyVersion
) -> None:
    plan_campaigns(now=NOW)
    make_person("newcomer", date_joined=NOW + timedelta(days=3))

    made = plan_campaigns(now=NOW + timedelta(days=3))

    assert made == 1
    assert names() == ["alice", "newcomer"]
    assert counters_add_up()


def test_a_person_of_unknown_country_is_told(
    make_person: Callable[..., User], version: PolicyVersion
) -> None:
    make_person("nowhere", country="")

    plan_campaigns(now=NOW)

    assert names() == ["nowhere"]


def test_an_editorial_change_tells_nobody(alice: User, make_version: Callable[..., PolicyVersion]) -> None:
    make_version(change_class=ChangeClass.EDITORIAL)

    made = plan_campaigns(now=NOW)

    assert made == 0
    assert not Chunk.objects.exists()


def test_a_rule_that_tells_nobody_holds_for_its_country_alone(
    alice: User, bob: User, version: PolicyVersion
) -> None:
    rule = NoticeRule.objects.get(policy_kind="PRIVACY_NOTICE", change_class="MATERIAL", jurisdiction="EU")
    rule.is_told = False
    rule.save()

    plan_campaigns(now=NOW)

    assert names() == ["alice"]


def test_imported_history_tells_nobody(alice: User, tmp_path: Path) -> None:
    (tmp_path / "1.md").write_text("# Privacy\n\nWe keep orders.\n")
    (tmp_path / "manifest.csv").write_text("number,file,committed_at\n1,1.md,2020-01-01T00:00:00Z\n")
    import_history(slug="privacy", folder=tmp_path, language="en", now=NOW)

    made = plan_campaigns(now=NOW)

    assert made == 0
    assert not Campaign.objects.exists()


def test_more_people_than_fit_a_chunk_make_several(
    make_people: Callable[..., list[User]], version: PolicyVersion
) -> None:
    make_people(1201)

    made = plan_campaigns(now=NOW)

    sizes = list(Chunk.objects.order_by("pk").values_list("size", flat=True))
    assert made == 1201
    assert sizes == [500, 500, 201]
    assert Notice.objects.values("user").distinct().count() == 1201
    assert counters_add_up()


def test_a_version_published_while_the_planner_reads_is_left_to_the_next_pass(
    alice: User,
    make_policy: Callable[..., Any],
    make_version: Callable[..., PolicyVersion],
    after_reading: Callable[[Callable[[], object]], None],
) -> None:
    make_version()
    after_reading(lambda: make_version(make_policy("terms", kind="TERMS")))

    made = plan_campaigns(now=NOW)
    made_later = plan_campaigns(now=NOW)

    assert (made, made_later) == (1, 1)


def test_the_campaign_is_done_once_in_force_and_all_is_settled(
    alice: User, version: PolicyVersion, mailbox: Sink
) -> None:
    plan_campaigns(now=NOW)
    run_due(clock=at(NOW))
    answer(alice, version)

    plan_campaigns(now=EFFECT - timedelta(seconds=1))
    before = Campaign.objects.get().state
    plan_campaigns(now=EFFECT)

    assert before == CampaignState.RUNNING
    assert Campaign.objects.get().state == CampaignState.DONE
    assert Campaign.objects.get().finished_at == EFFECT


def test_the_campaign_is_not_done_while_a_notice_waits(alice: User, version: PolicyVersion) -> None:
    plan_campaigns(now=NOW)

    plan_campaigns(now=EFFECT)

    assert Campaign.objects.get().state == CampaignState.RUNNING


def recalled(version: PolicyVersion, _make: Callable[..., PolicyVersion], approver: User) -> datetime:
    recall_version(version_id=version.pk, reason="A mistake.", recalled_by=approver, now=NOW + DAY)
    return NOW + DAY


def overtaken(_version: PolicyVersion, make: Callable[..., PolicyVersion], _approver: User) -> datetime:
    make(published_at=NOW + DAY, change_class=ChangeClass.EDITORIAL, effective_at=NOW + 2 * DAY)
    return NOW + DAY


def superseded(_version: PolicyVersion, make: Callable[..., PolicyVersion], _approver: User) -> datetime:
    make(published_at=NOW + DAY, change_class=ChangeClass.EDITORIAL, effective_at=EFFECT + DAY)
    return EFFECT + DAY


ENDS = [
    pytest.param(recalled, "The version was recalled.", id="recalled"),
    pytest.param(overtaken, "A newer version takes effect no later.", id="overtaken"),
    pytest.param(superseded, "A newer version is in force.", id="superseded"),
]
End = Callable[[PolicyVersion, Callable[..., PolicyVersion], User], datetime]


@pytest.mark.parametrize("is_paused", [False, True], ids=["running", "paused"])
@pytest.mark.parametrize(("end", "reason"), ENDS)
def test_the_campaign_of_a_version_that_is_over_is_cancelled(
    alice: User,
    version: PolicyVersion,
    make_version: Callable[..., PolicyVersion],
    approver: User,
    end: End,
    reason: str,
    is_paused: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    campaign = planned()
    if is_paused:
        pause_campaign(campaign_id=campaign.pk, reason="Wait.", now=NOW)
    now = end(version, make_version, approver)

    plan_campaigns(now=now)

    campaign.refresh_from_db()
    notice = Notice.objects.get(campaign=campaign)
    assert (campaign.state, campaign.reason) == (CampaignState.CANCELLED, reason)
    assert (notice.state, notice.reason) == (NoticeState.CANCELLED, reason)
    assert campaign.finished_at == notice.settled_at == now
    assert counters_add_up()


def test_what_was_sent_before_the_recall_stays_sent(
    alice: User,
    bob: User,
    version: PolicyVersion,
    approver: User,
    use: Use,
    tmp_path: Path,
) -> None:
    plan_campaigns(now=NOW)
    with use(StubbornSink(tmp_path)) as sink:
        sink.to_recipients[bob.email] = "451 4.7.1 Later"
        run_due(clock=at(NOW))
    recall_version(version_id=version.pk, reason="A mistake.", recalled_by=approver, now=NOW)

    plan_campaigns(now=NOW)

    announced = dict(Notice.objects.filter(wave=Wave.ANNOUNCEMENT).values_list("user", "state"))
    assert announced == {alice.pk: NoticeState.ACCEPTED, bob.pk: NoticeState.CANCELLED}
    assert counters_add_up()


def test_what_is_put_off_while_the_campaign_is_cancelled_is_cancelled_by_the_next_pass(
    alice: User, version: PolicyVersion, approver: User
) -> None:
    planned()
    _chunk, token = leased()
    notice = claim_for(alice, token, NOW)
    recall_version(version_id=version.pk, reason="A mistake.", recalled_by=approver, now=NOW)
    plan_campaigns(now=NOW)
    assert notice
    settled(notice, Outcome(Fate.LATER, "451 Later"), NOW)

    plan_campaigns(now=NOW + DAY)

    assert notice_of(alice).state == NoticeState.CANCELLED
    assert counters_add_up()


def test_a_planner_that_did_not_see_the_recall_makes_nothing_more(
    alice: User, version: PolicyVersion, approver: User
) -> None:
    planning.open_campaigns(NOW)
    campaign = Campaign.objects.get()
    people = told_people(load_register().by_id[version.pk], load_rule_book())
    recall_version(version_id=version.pk, reason="A mistake.", recalled_by=approver, now=NOW)
    plan_campaigns(now=NOW)

    made = plan_notices(campaign, people, NOW, Wave.ANNOUNCEMENT)

    assert made == 0
    assert not Notice.objects.exists()


def test_a_recall_is_felt_by_the_next_message(
    committed: None,
    make_people: Callable[..., list[User]],
    version: PolicyVersion,
    approver: User,
    use: Use,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slices, "CHUNK_SIZE", 2)
    make_people(6)
    plan_campaigns(now=NOW)

    def recall_at_first(count: int) -> None:
        if count == 1:
            closing(
                lambda: recall_version(
                    version_id=version.pk, reason="A mistake.", recalled_by=approver, now=NOW
                )
            )

    with use(WatchedSink(tmp_path, recall_at_first)):
        sent = run_due(clock=at(NOW))

    assert sent == 1
    assert states() == {NoticeState.ACCEPTED: 1, NoticeState.CANCELLED: 5}
    assert counters_add_up()


def test_planning_costs_no_query_per_person(
    make_people: Callable[..., list[User]], version: PolicyVersion
) -> None:
    make_people(500)

    with CaptureQueriesContext(connection) as first:
        plan_campaigns(now=NOW)
    with CaptureQueriesContext(connection) as again:
        plan_campaigns(now=NOW)

    # PostgreSQL is told how to check the new rows.
    assert len(statements(first)) == 37 + (connection.vendor == "postgresql")
    assert len(statements(again)) == 18
