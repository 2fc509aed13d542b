"""Reminders from the site's own programs: `run_notices` alone, and workers behind a broker."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import User
from demo.sink import Sink
from notifications.models import REMINDERS, Campaign, Chunk, Notice, NoticeState, Wave
from notifications.services import plan_campaigns, run_due
from policies.models import PolicyVersion

from .brokers import Broker
from .conftest import Use, Worker
from .mail_servers import HoldingSink
from .processes import Program, wait_for
from .records import answer, at, counters_add_up, end_leases, once_each, recipients

RunNotices = Callable[..., AbstractContextManager[Program]]
CARRY = "notifications.carry_notices"


@pytest.fixture
def people(
    make_people: Callable[..., list[User]],
    make_version: Callable[..., PolicyVersion],
    committed: None,
    use: Use,
    tmp_path: Path,
) -> list[User]:
    """Give twenty people to whom a reminder is due now; another five were told with them and answered."""
    then = timezone.now() - timedelta(days=8)
    found = make_people(25)
    version = make_version(published_at=then)
    with use(Sink(tmp_path / "announcements")):
        plan_campaigns(now=then)
        assert run_due(clock=at(then)) == 25
    for person in found[20:]:
        answer(person, version, now=then)
    return found[:20]


def reminders() -> dict[str, int]:
    """Count the reminders by their state."""
    states = Notice.objects.filter(wave__in=REMINDERS).values_list("state", flat=True)
    return {state: list(states).count(state) for state in states}


def all_is_sent() -> bool:
    """Whether reminders are planned, and nothing is due any more."""
    has_looked = Campaign.objects.filter(reminded_at__isnull=False).exists()
    return has_looked and not Chunk.objects.filter(due_at__isnull=False).exists()


def test_run_notices_reminds_each_once(people: list[User], run_notices: RunNotices, mailbox: Sink) -> None:
    for _time in range(2):
        with run_notices(mailbox) as program:
            assert program.end() == 0

    assert recipients(mailbox) == once_each(people)
    assert reminders() == {NoticeState.ACCEPTED: 20}
    assert counters_add_up()


def test_killed_among_reminders_and_started_again_it_sends_no_copy(
    people: list[User], run_notices: RunNotices, use: Use, tmp_path: Path
) -> None:
    with use(HoldingSink(tmp_path / "mail", hold_from=8)) as sink:
        with run_notices(sink) as first:
            wait_for(sink.is_holding.is_set, program=first)
            first.kill()
        sink.is_released.set()
        end_leases()

        with run_notices(sink) as second:
            status = second.end()

        assert status == 0
        assert recipients(sink) == once_each(people)
        assert reminders() == {NoticeState.ACCEPTED: 19, NoticeState.UNKNOWN: 1}
        assert counters_add_up()


@pytest.mark.worker
def test_workers_remind_each_once_however_often_they_are_woken(
    people: list[User], broker: Broker, worker: Worker, mailbox: Sink
) -> None:
    with worker(broker, mailbox, pool="prefork") as program:
        broker.send(CARRY, times=3)
        wait_for(all_is_sent, program=program)

    assert recipients(mailbox) == once_each(people)
    assert reminders() == {NoticeState.ACCEPTED: 20}
    assert set(Chunk.objects.values_list("wave", flat=True)) == {Wave.ANNOUNCEMENT, Wave.FIRST_REMINDER}
    assert counters_add_up()
