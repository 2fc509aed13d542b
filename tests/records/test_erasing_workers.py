"""An erasure while a worker counts what it sent: neither is stopped, and nothing is kept of the person."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection, connections, transaction

from acceptance.models import Exposure
from accounts.models import User
from notifications.models import Chunk, Notice, NoticeState
from notifications.services import plan_campaigns
from notifications.services.settling import count_chunk
from policies.models import PolicyVersion
from records.services import erase_person
from records.services.erasing import erase_rows
from tests.conftest import NOW

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="on SQLite only one writes at a time"
)


@pytest.mark.usefixtures("committed")
def test_a_person_who_is_erased_while_their_chunk_is_counted_stops_no_worker(
    make_version: Callable[..., PolicyVersion], make_person: Callable[..., User]
) -> None:
    people = [make_person(f"person{number}") for number in range(3)]
    make_version()
    plan_campaigns(now=NOW)
    Notice.objects.update(
        state=NoticeState.ACCEPTED, attempt=1, armed_at=NOW, settled_at=NOW, address="somebody@example.com"
    )
    chunk = Chunk.objects.get()
    erased, counted = Event(), Event()

    def erase() -> None:
        with transaction.atomic():
            erase_rows(people[0].pk, None, NOW)
            erased.set()
            # The worker comes to the person while this is not committed yet.
            counted.wait(1)
        connections.close_all()

    eraser = Thread(target=erase)
    eraser.start()
    erased.wait(10)
    count_chunk(chunk.pk, NOW + timedelta(seconds=1))
    counted.set()
    eraser.join()

    told = set(Exposure.objects.values_list("user", flat=True))
    assert told == {person.pk for person in people[1:]}
    assert Chunk.objects.get().accepted == len(people)
    erase_person(person_id=people[1].pk, decided_by=None, now=NOW)
