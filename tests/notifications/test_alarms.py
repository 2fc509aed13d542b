"""Alarms: each stands where something is broken, and is silent in the healthy state right next to it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import User
from demo.sink import Sink
from notifications.models import PAUSED_AT_THE_DESK, Campaign, Chunk, Notice
from notifications.selectors import AlarmName, alarms
from notifications.services import pause_campaign, plan_campaigns, reap_leases, resume_campaign, run_due
from notifications.services.working import LEASE, Worker
from policies.models import PolicyVersion
from policies.services import import_history, recall_version
from tests.conftest import NOW

from .conftest import Use
from .mail_servers import HANG_UP, StrictSink, StubbornSink
from .records import at, claim_for, leased, planned, statements

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
NOBODY_LISTENS = 1


def standing(now: datetime) -> dict[AlarmName, datetime]:
    """Give the alarms about notices that stand at `now`, and since when; the ledger has tests of its own."""
    found = {alarm.name: alarm.since for alarm in alarms(now=now)}
    return {name: since for name, since in found.items() if name is not AlarmName.LEDGER_UNSEALED}


def armed_at(now: datetime) -> None:
    """Lease the only chunk at `now` and claim its first notice, as a worker does."""
    chunk, token = leased(now)
    Worker(chunk, token, at(now)).report()
    person = Notice.objects.select_related("user").order_by("pk")[0].user
    assert person
    assert claim_for(person, token, now)


# No progress


def test_due_notices_that_nobody_sends_for_a_minute_are_an_alarm(alice: User, version: PolicyVersion) -> None:
    planned()

    assert standing(NOW + MINUTE) == {AlarmName.NO_PROGRESS: NOW}


def test_due_notices_that_wait_for_less_than_a_minute_are_none(alice: User, version: PolicyVersion) -> None:
    planned()

    assert standing(NOW + MINUTE - SECOND) == {}


def test_a_site_with_nothing_to_send_is_healthy(db: None) -> None:
    assert standing(NOW) == {}


def test_a_campaign_that_is_sent_is_healthy_for_ever(
    alice: User, version: PolicyVersion, mailbox: Sink
) -> None:
    planned()
    run_due(clock=at(NOW))

    assert standing(NOW + timedelta(days=400)) == {}


def test_a_worker_that_claims_notices_is_progress(alice: User, version: PolicyVersion) -> None:
    planned()
    armed_at(NOW + 2 * MINUTE)

    assert standing(NOW + 3 * MINUTE - SECOND) == {}


def test_a_worker_that_hangs_on_one_notice_is_an_alarm(alice: User, version: PolicyVersion) -> None:
    planned()
    armed_at(NOW + 2 * MINUTE)

    assert standing(NOW + 3 * MINUTE) == {AlarmName.NO_PROGRESS: NOW + 2 * MINUTE}


def test_a_worker_that_takes_a_chunk_and_claims_nothing_is_no_progress(
    alice: User, version: PolicyVersion
) -> None:
    planned()
    leased(NOW + MINUTE)

    assert standing(NOW + MINUTE) == {AlarmName.NO_PROGRESS: NOW}


def test_the_moment_between_two_chunks_is_healthy(
    make_people: Callable[..., list[User]], version: PolicyVersion, mailbox: Sink, monkeypatch: Any
) -> None:
    monkeypatch.setattr("notifications.services.slices.CHUNK_SIZE", 1)
    make_people(2)
    planned()
    first = Chunk.objects.order_by("pk")[0]
    Chunk.objects.exclude(pk=first.pk).update(due_at=NOW + 2 * MINUTE)
    run_due(clock=at(NOW + 2 * MINUTE - SECOND))
    Chunk.objects.exclude(pk=first.pk).update(due_at=NOW)

    assert standing(NOW + 2 * MINUTE) == {}


def test_a_campaign_that_waits_while_another_is_sent_is_healthy(
    alice: User, version: PolicyVersion, make_policy: Callable[..., Any], make_version: Callable[..., Any]
) -> None:
    planned()
    other = make_version(make_policy("terms"))
    plan_campaigns(now=NOW)
    Chunk.objects.filter(campaign__version=other).update(progressed_at=NOW + MINUTE)

    assert standing(NOW + 2 * MINUTE - SECOND) == {}


def test_what_another_campaign_sent_before_it_was_cancelled_is_progress(
    alice: User,
    approver: User,
    version: PolicyVersion,
    make_policy: Callable[..., Any],
    make_version: Callable[..., Any],
) -> None:
    planned()
    other = make_version(make_policy("terms"))
    plan_campaigns(now=NOW)
    Chunk.objects.filter(campaign__version=other).update(progressed_at=NOW + MINUTE)
    recall_version(version_id=other.pk, reason="An error.", recalled_by=approver, now=NOW + MINUTE)
    plan_campaigns(now=NOW + MINUTE)

    assert standing(NOW + 2 * MINUTE - SECOND) == {}
    assert standing(NOW + 2 * MINUTE) == {AlarmName.NO_PROGRESS: NOW}


def test_what_the_mail_server_put_off_is_not_due(
    alice: User, version: PolicyVersion, use: Use, tmp_path: Path
) -> None:
    planned()
    with use(StubbornSink(tmp_path)) as sink:
        sink.to_recipients = {alice.email: "451 Later"}
        run_due(clock=at(NOW))

    assert standing(NOW + 5 * MINUTE) == {}
    assert standing(NOW + 6 * MINUTE) == {AlarmName.NO_PROGRESS: NOW + 5 * MINUTE}


def test_a_campaign_that_was_cancelled_owes_nothing(
    alice: User, approver: User, version: PolicyVersion
) -> None:
    planned()
    recall_version(version_id=version.pk, reason="An error.", recalled_by=approver, now=NOW)
    plan_campaigns(now=NOW)

    assert standing(NOW + MINUTE) == {}


def test_a_campaign_that_was_just_resumed_has_its_minute(alice: User, version: PolicyVersion) -> None:
    campaign = planned()
    pause_campaign(campaign_id=campaign.pk, reason=PAUSED_AT_THE_DESK, now=NOW)
    resumed = NOW + timedelta(days=1)
    resume_campaign(campaign_id=campaign.pk, now=resumed)

    assert standing(resumed + MINUTE - SECOND) == {}
    assert standing(resumed + MINUTE) == {AlarmName.NO_PROGRESS: resumed}


# A version without a campaign


def test_a_version_that_nobody_plans_is_an_alarm_after_two_minutes(
    alice: User, version: PolicyVersion
) -> None:
    assert standing(NOW + 2 * MINUTE - SECOND) == {}
    assert standing(NOW + 2 * MINUTE) == {AlarmName.VERSION_UNPLANNED: NOW}


def test_a_version_of_which_nobody_need_be_told_is_planned_too(
    alice: User, make_version: Callable[..., PolicyVersion]
) -> None:
    make_version(change_class="EDITORIAL")
    plan_campaigns(now=NOW)

    assert standing(NOW + timedelta(days=1)) == {}


def test_drafts_and_imported_history_need_no_campaign(
    make_draft: Callable[..., PolicyVersion], tmp_path: Path
) -> None:
    (tmp_path / "1.md").write_text("# Privacy\n\nWe keep orders.\n")
    (tmp_path / "manifest.csv").write_text("number,file,committed_at\n1,1.md,2019-05-14T12:00:00+00:00\n")
    import_history(slug="privacy", folder=tmp_path, language="en", now=NOW)
    make_draft()

    assert standing(NOW + timedelta(days=1)) == {}


# A campaign that stopped itself


def test_a_campaign_that_the_mail_server_stopped_is_an_alarm(
    alice: User, version: PolicyVersion, use: Use, tmp_path: Path, settings: Any
) -> None:
    planned()
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "shop", "wrong"
    with use(StrictSink(tmp_path)):
        run_due(clock=at(NOW + SECOND))

    assert standing(NOW + SECOND) == {AlarmName.CAMPAIGN_STOPPED: NOW}


def test_its_alarm_tells_since_when_nothing_went_out(
    alice: User, version: PolicyVersion, use: Use, tmp_path: Path
) -> None:
    planned()
    with use(StubbornSink(tmp_path)) as sink:
        sink.to_senders = "530 5.7.0 Authentication required"
        run_due(clock=at(NOW + SECOND))

    assert standing(NOW + MINUTE) == {AlarmName.CAMPAIGN_STOPPED: NOW}


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_campaign_that_somebody_paused_at_the_desk_is_healthy(
    alice: User, approver: User, version: PolicyVersion, client_of: Callable[..., Any], language: str
) -> None:
    planned()
    approver.language = language
    approver.save()

    client_of(approver).post(f"/desk/campaigns/{Campaign.objects.get().pk}/pause/")

    assert Campaign.objects.get().state == "PAUSED"
    assert standing(NOW + timedelta(days=1)) == {}


def test_once_resumed_it_is_healthy_again(alice: User, version: PolicyVersion) -> None:
    campaign = planned()
    pause_campaign(campaign_id=campaign.pk, reason="The mail server refused the sender.", now=NOW)
    before = standing(NOW)
    resume_campaign(campaign_id=campaign.pk, now=NOW)

    assert list(before) == [AlarmName.CAMPAIGN_STOPPED]
    assert standing(NOW) == {}


# A lease that nobody takes back


def test_a_lease_that_nobody_takes_back_is_an_alarm_after_five_minutes(
    alice: User, version: PolicyVersion
) -> None:
    planned()
    leased()
    over = NOW + LEASE

    assert AlarmName.LEASE_ABANDONED not in standing(over + 5 * MINUTE - SECOND)
    assert standing(over + 5 * MINUTE)[AlarmName.LEASE_ABANDONED] == over


def test_a_lease_that_was_taken_back_is_none(alice: User, version: PolicyVersion, mailbox: Sink) -> None:
    planned()
    armed_at(NOW)
    over = NOW + LEASE
    reap_leases(now=over)
    run_due(clock=at(over))

    assert standing(over + 10 * MINUTE) == {}


# The mail server is away


def test_a_mail_server_that_cannot_be_reached_is_an_alarm_after_a_minute(
    alice: User, version: PolicyVersion, settings: Any
) -> None:
    planned()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", NOBODY_LISTENS
    for seconds in (0, 61, 122):
        run_due(clock=at(NOW + seconds * SECOND))

    assert AlarmName.SERVER_AWAY not in standing(NOW + MINUTE - SECOND)
    assert standing(NOW + 125 * SECOND) == {AlarmName.SERVER_AWAY: NOW}


def test_a_mail_server_that_breaks_off_before_it_takes_anything_is_away_too(
    alice: User, version: PolicyVersion, use: Use, tmp_path: Path
) -> None:
    planned()
    with use(StubbornSink(tmp_path)) as sink:
        sink.to_recipients = {alice.email: HANG_UP}
        run_due(clock=at(NOW))

    assert standing(NOW + MINUTE) == {AlarmName.SERVER_AWAY: NOW}


def test_once_it_can_be_reached_again_all_is_well(
    alice: User, version: PolicyVersion, settings: Any, mailbox: Sink
) -> None:
    planned()
    settings.EMAIL_PORT = NOBODY_LISTENS
    run_due(clock=at(NOW))
    settings.EMAIL_PORT = mailbox.port
    run_due(clock=at(NOW + 61 * SECOND))

    assert standing(NOW + 10 * MINUTE) == {}


# The ledger is not sealed


def test_entries_that_wait_for_ten_minutes_are_an_alarm(alice: User, version: PolicyVersion) -> None:
    early, late = (
        {alarm.name: alarm.since for alarm in alarms(now=NOW + wait)}
        for wait in (10 * MINUTE - SECOND, 10 * MINUTE)
    )

    assert AlarmName.LEDGER_UNSEALED not in early
    assert late[AlarmName.LEDGER_UNSEALED] == NOW


@pytest.mark.once
def test_a_ledger_that_is_sealed_is_healthy(alice: User, version: PolicyVersion) -> None:
    call_command("seal_ledger")

    assert AlarmName.LEDGER_UNSEALED not in {alarm.name for alarm in alarms(now=NOW + 60 * MINUTE)}


# How they are asked for


def test_they_cost_at_most_eight_queries_and_never_read_a_notice(
    make_people: Callable[..., list[User]], version: PolicyVersion
) -> None:
    make_people(10)
    planned()

    with CaptureQueriesContext(connection) as asked:
        alarms(now=NOW + MINUTE)
    with CaptureQueriesContext(connection) as asked_in_peace:
        alarms(now=NOW)

    assert (len(asked), len(asked_in_peace)) == (7, 6)
    assert not [sql for sql in statements(asked) if "notifications_notice" in sql]


def test_every_alarm_says_what_to_do_and_names_nobody(alice: User, version: PolicyVersion) -> None:
    (unplanned,) = alarms(now=NOW + 2 * MINUTE)
    planned()
    (idle,) = alarms(now=NOW + MINUTE)

    for alarm in (unplanned, idle):
        assert "run manage.py run_notices." in alarm.sentence
        assert alice.email not in alarm.sentence


def test_the_command_prints_what_is_broken_and_ends_with_one(alice: User, version: PolicyVersion) -> None:
    planned()
    output = StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("check_notices", stdout=output)

    assert ended.value.code == 1
    assert output.getvalue().splitlines() == [
        (
            "no_progress since 2026-03-02 09:00:00 UTC:"
            " Notices are due and nobody sends them. Start a worker, or run manage.py run_notices."
        ),
        (
            "ledger_unsealed since 2026-03-02 09:00:00 UTC:"
            " What people did is not being sealed. Start beat and a worker, or run manage.py run_notices."
        ),
    ]


def test_the_command_is_silent_where_all_is_well(
    alice: User, current_version: PolicyVersion, mailbox: Sink
) -> None:
    plan_campaigns(now=timezone.now())
    output = StringIO()

    call_command("check_notices", stdout=output)

    assert output.getvalue() == ""


def test_the_reason_of_a_pause_is_shown_in_the_language_of_the_reader(
    alice: User, approver: User, author: User, version: PolicyVersion, client_of: Callable[..., Any]
) -> None:
    planned()
    client_of(approver).post(f"/desk/campaigns/{Campaign.objects.get().pk}/pause/")
    author.language = "de"
    author.save()

    page = client_of(author).get(f"/desk/versions/{version.pk}/campaign/").content.decode()

    with translation.override("de"):
        assert translation.gettext(PAUSED_AT_THE_DESK) in page
    assert PAUSED_AT_THE_DESK not in page
