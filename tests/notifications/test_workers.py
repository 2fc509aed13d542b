"""A real Celery worker on a real broker: a published version ends as one mail per person."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from demo.sink import Sink
from notifications.models import Campaign, Chunk, NoticeState
from notifications.services import plan_campaigns, slices
from notifications.tasks import WAKE_UPS
from policies.fingerprints import version_fingerprint
from policies.models import PolicyVersion
from policies.services import approve_version
from policysite.celery import app

from .brokers import Broker
from .conftest import Worker
from .mail_servers import silent_port
from .processes import MANAGE, running, wait_for
from .records import counters_add_up, once_each, recipients, states, told

pytestmark = pytest.mark.worker

CARRY, SEND = "notifications.carry_notices", "notifications.send_chunk"
WEBHOOKS, SEAL = "notifications.carry_webhooks", "acceptance.seal_ledger"
COUNT, STAMP = "acceptance.count_people", "acceptance.stamp_ledger"


@pytest.fixture
def approved_draft(make_draft: Callable[..., PolicyVersion], approver: User) -> PolicyVersion:
    """Give a draft that only has to be published."""
    now = timezone.now()
    draft = make_draft(now=now)
    approve_version(version_id=draft.pk, approver=approver, fingerprint=version_fingerprint(draft), now=now)
    return draft


@pytest.fixture
def publish_command(tmp_path: Path, approver: User) -> Callable[..., int]:
    """Give a way to publish as the site does, in a process that knows the broker; gives its exit status."""

    def run(**environment: str) -> int:
        command = [*MANAGE, "publish_policy", "privacy", "--by", approver.email]
        with running(*command, log=tmp_path / "publish.log", **environment) as program:
            return program.end()

    return run


def all_is_sent() -> bool:
    """Whether the version's campaign is planned, and nothing of it is due any more."""
    is_planned = Campaign.objects.filter(planned_at__isnull=False).exists()
    return is_planned and not Chunk.objects.filter(due_at__isnull=False).exists()


def test_a_published_version_ends_as_one_mail_per_person(
    committed: None,
    alice: User,
    bob: User,
    approved_draft: PolicyVersion,
    publish_command: Callable[..., int],
    broker: Broker,
    worker: Worker,
    mailbox: Sink,
) -> None:
    with worker(broker, mailbox, pool="prefork") as program:
        status = publish_command(**broker.environment)
        wait_for(all_is_sent, program=program)

    assert status == 0
    assert recipients(mailbox) == once_each([alice, bob])
    assert states() == {NoticeState.ACCEPTED: 2}
    assert told() == {alice.email, bob.email}
    assert counters_add_up()


def test_every_message_delivered_three_times_does_no_harm(
    committed: None,
    make_people: Callable[..., list[User]],
    current_version: PolicyVersion,
    broker: Broker,
    worker: Worker,
    mailbox: Sink,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slices, "CHUNK_SIZE", 10)
    people = make_people(20)
    plan_campaigns(now=timezone.now())
    broker.send(CARRY, times=3)
    for chunk in Chunk.objects.order_by("pk"):
        broker.send(SEND, times=3, part="sending", chunk_id=chunk.pk)

    with worker(broker, mailbox, pool="prefork") as program:
        wait_for(lambda: all_is_sent() and not broker.waiting(), program=program)

    assert recipients(mailbox) == once_each(people)
    assert states() == {NoticeState.ACCEPTED: 20}
    assert counters_add_up()


def test_a_lost_wake_up_loses_no_notice(
    committed: None,
    alice: User,
    current_version: PolicyVersion,
    any_broker: Broker,
    worker: Worker,
    mailbox: Sink,
) -> None:
    any_broker.send(CARRY)
    lost = any_broker.purge()

    with worker(any_broker, mailbox) as program:
        any_broker.send(CARRY)
        wait_for(all_is_sent, program=program)

    assert lost == 1
    assert recipients(mailbox) == once_each([alice])


def test_the_broker_holds_few_messages_however_many_chunks_there_are(
    committed: None,
    make_people: Callable[..., list[User]],
    current_version: PolicyVersion,
    any_broker: Broker,
    worker: Worker,
    mailbox: Sink,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slices, "CHUNK_SIZE", 1)
    people = make_people(50)
    plan_campaigns(now=timezone.now())
    any_broker.send(CARRY)

    with worker(any_broker, mailbox, pool="prefork") as program:
        wait_for(lambda: all_is_sent() and not any_broker.waiting(), program=program)

    assert recipients(mailbox) == once_each(people)
    assert program.log.count("received") <= 1 + WAKE_UPS + len(people)
    assert counters_add_up()


def test_a_campaign_waits_apart_from_what_plans_and_stops_it(
    committed: None,
    alice: User,
    current_version: PolicyVersion,
    broker: Broker,
    worker: Worker,
    mailbox: Sink,
) -> None:
    sending = broker.queues[1]

    with worker(broker, mailbox, queues=["control"]) as program:
        broker.send(CARRY)
        wait_for(lambda: broker.waiting_in(sending) > 0, program=program)
    planned_only = states()
    with worker(broker, mailbox, queues=["sending"]) as program:
        wait_for(all_is_sent, program=program)

    assert planned_only == {NoticeState.PENDING: 1}
    assert recipients(mailbox) == once_each([alice])


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_broker_that_is_down_keeps_no_version_from_being_published(
    committed: None, approved_draft: PolicyVersion, publish_command: Callable[..., int], scheme: str
) -> None:
    with silent_port() as port:
        status = publish_command(CELERY_BROKER_URL=f"{scheme}://127.0.0.1:{port}")

    approved_draft.refresh_from_db()
    assert status == 0
    assert approved_draft.is_published


def test_the_beat_wakes_tasks_that_workers_know() -> None:
    app.loader.import_default_modules()

    entries: list[Any] = list(app.conf.beat_schedule.values())

    assert [entry["task"] for entry in entries] == [CARRY, WEBHOOKS, SEAL, COUNT]
    assert {CARRY, SEND, WEBHOOKS, SEAL, COUNT, STAMP} <= app.tasks.keys()
