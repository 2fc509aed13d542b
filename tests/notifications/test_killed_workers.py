"""Workers killed while they send: nobody gets two mails, and what is in doubt is named."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import User
from notifications.models import Chunk, NoticeState
from notifications.services import plan_campaigns, slices
from policies.models import PolicyVersion

from .brokers import Broker
from .conftest import Use, Worker
from .mail_servers import HoldingSink
from .processes import wait_for
from .records import counters_add_up, end_leases, once_each, recipients, states

pytestmark = pytest.mark.worker

CARRY = "notifications.carry_notices"


def test_processes_killed_while_they_send_leave_one_unknown_each_at_most_and_no_copy(
    committed: None,
    make_people: Callable[..., list[User]],
    current_version: PolicyVersion,
    broker: Broker,
    worker: Worker,
    use: Use,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    in_flight = 2
    monkeypatch.setattr(slices, "CHUNK_SIZE", 6)
    people = make_people(12)
    plan_campaigns(now=timezone.now())
    broker.send(CARRY)
    with use(HoldingSink(tmp_path / "mail", hold_from=4)) as sink:
        with worker(broker, sink, pool="prefork") as first:
            wait_for(lambda: sink.accepted == 3 + in_flight, program=first)
            first.kill()
        sink.is_released.set()
        left_behind = states()
        end_leases()
        broker.send(CARRY)

        with worker(broker, sink, pool="prefork") as second:
            wait_for(lambda: not Chunk.objects.filter(due_at__isnull=False).exists(), program=second)

        assert left_behind[NoticeState.SENDING] == in_flight
        assert recipients(sink) == once_each(people)
        assert states() == {NoticeState.ACCEPTED: 12 - in_flight, NoticeState.UNKNOWN: in_flight}
        assert counters_add_up()
