"""`manage.py run_notices`: the whole job in one process, without a broker."""

import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from demo.sink import Sink
from notifications.models import Campaign, CampaignState, NoticeState
from policies.models import ChangeClass, PolicyVersion

from .conftest import Use
from .mail_servers import HoldingSink
from .processes import Program, wait_for
from .records import counters_add_up, end_leases, once_each, recipients, states, told

pytestmark = pytest.mark.once

RunNotices = Callable[..., AbstractContextManager[Program]]


def test_it_plans_sends_and_says_what_it_did(
    alice: User, bob: User, current_version: PolicyVersion, mailbox: Sink
) -> None:
    output = StringIO()

    call_command("run_notices", stdout=output)

    assert output.getvalue() == "Planned 2, accepted by the mail server 2, newly unknown 0.\n"
    assert recipients(mailbox) == once_each([alice, bob])
    assert told() == {alice.email, bob.email}


def test_run_again_it_finds_nothing_to_do(alice: User, current_version: PolicyVersion, mailbox: Sink) -> None:
    call_command("run_notices", stdout=StringIO())
    output = StringIO()

    call_command("run_notices", stdout=output)

    assert output.getvalue() == "Planned 0, accepted by the mail server 0, newly unknown 0.\n"
    assert len(mailbox.files()) == 1


def test_it_closes_a_campaign_whose_version_is_in_force(
    alice: User, make_version: Callable[..., PolicyVersion], mailbox: Sink
) -> None:
    make_version(effective_at=timezone.now(), change_class=ChangeClass.NEUTRAL)

    call_command("run_notices", stdout=StringIO())

    assert Campaign.objects.get().state == CampaignState.DONE
    assert recipients(mailbox) == once_each([alice])


def test_as_a_process_of_its_own_it_does_the_whole_job(
    committed: None,
    make_people: Callable[..., list[User]],
    current_version: PolicyVersion,
    run_notices: RunNotices,
    mailbox: Sink,
) -> None:
    people = make_people(20)

    with run_notices(mailbox) as program:
        status = program.end()

    assert status == 0
    assert program.log.endswith("Planned 20, accepted by the mail server 20, newly unknown 0.\n")
    assert recipients(mailbox) == once_each(people)
    assert counters_add_up()


def test_killed_in_the_middle_and_started_again_it_goes_on_without_a_copy(
    committed: None,
    make_people: Callable[..., list[User]],
    current_version: PolicyVersion,
    run_notices: RunNotices,
    use: Use,
    tmp_path: Path,
) -> None:
    people = make_people(20)
    with use(HoldingSink(tmp_path / "mail", hold_from=8)) as sink:
        with run_notices(sink) as first:
            wait_for(sink.is_holding.is_set, program=first)
            first.kill()
        sink.is_released.set()
        end_leases()

        with run_notices(sink) as second:
            status = second.end()

        assert status == 0
        assert "accepted by the mail server 12, newly unknown 1." in second.log
        assert recipients(sink) == once_each(people)
        assert states() == {NoticeState.ACCEPTED: 19, NoticeState.UNKNOWN: 1}
        assert counters_add_up()


def test_two_at_once_send_one_mail_each(
    committed: None,
    make_people: Callable[..., list[User]],
    current_version: PolicyVersion,
    run_notices: RunNotices,
    mailbox: Sink,
) -> None:
    people = make_people(40)

    with run_notices(mailbox) as one, run_notices(mailbox) as other:
        statuses = one.end(), other.end()

    assert statuses == (0, 0), one.log + other.log
    assert recipients(mailbox) == once_each(people)
    assert states() == {NoticeState.ACCEPTED: 40}
    assert counters_add_up()


def test_watching_it_finds_work_until_it_is_interrupted(
    committed: None, alice: User, current_version: PolicyVersion, run_notices: RunNotices, mailbox: Sink
) -> None:
    with run_notices(mailbox, "--watch") as program:
        wait_for(lambda: NoticeState.ACCEPTED in states(), program=program)
        program.process.send_signal(signal.SIGINT)
        status = program.end()

    assert status == 0
    assert "Traceback" not in program.log
    assert recipients(mailbox) == once_each([alice])
