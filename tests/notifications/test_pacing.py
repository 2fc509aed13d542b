"""Mail keeps to the pace that is set, slows down where a server asks for it, and recovers."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import settings as chance
from hypothesis import strategies as st

from accounts.models import User
from notifications.models import Chunk, Notice, NoticeState, Pace
from notifications.services import pacing, run_due, working
from notifications.services.pacing import EVERYONE, Pacer, gap_left, reserve, slow_down
from policies.models import PolicyVersion
from tests.conftest import NOW

from .conftest import Use
from .mail_servers import StubbornSink
from .records import planned, states

SECOND = timedelta(seconds=1)


class Watch:
    """A clock that moves on when somebody sleeps."""

    def __init__(self) -> None:
        self.now = NOW
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Give the clock by which workers wait."""
    found = Watch()
    monkeypatch.setattr(working, "sleep", found.sleep)
    return found


def sent_by_domain() -> Counter[str]:
    """Count the accepted notices by the domain of their recipient."""
    sent = Notice.objects.filter(state=NoticeState.ACCEPTED).values_list("address", flat=True)
    return Counter(address.partition("@")[2] for address in sent)


def test_without_a_limit_nothing_is_asked_for_a_message(watch: Watch, db: None) -> None:
    pacer = Pacer(watch)

    with CaptureQueriesContext(connection) as queries:
        turns = {pacer.turn(scope) for scope in (EVERYONE, "shoes.example")}

    assert (len(queries), turns) == (0, {NOW})


def test_all_workers_together_keep_one_pace(watch: Watch, settings: Any, db: None) -> None:
    settings.NOTICE_RATE = 4
    one, other = Pacer(watch), Pacer(watch)

    turns = [pacer.turn(EVERYONE) for _ in range(4) for pacer in (one, other)]

    assert turns == [NOW + number * SECOND / 4 for number in range(8)]


def test_a_campaign_keeps_to_the_pace_and_waits_for_each_turn(
    make_people: Callable[..., list[User]],
    version: PolicyVersion,
    use: Use,
    tmp_path: Path,
    settings: Any,
    watch: Watch,
) -> None:
    settings.NOTICE_RATE = 2
    make_people(7)
    planned()

    with use(StubbornSink(tmp_path)) as sink:
        run_due(clock=watch)

    assert sink.accepted == 7
    assert watch.slept == [0.5] * 6
    assert watch.now == NOW + 3 * SECOND


def test_nothing_is_left_open_while_a_worker_waits_for_its_turn(
    make_people: Callable[..., list[User]],
    version: PolicyVersion,
    use: Use,
    tmp_path: Path,
    settings: Any,
    watch: Watch,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.NOTICE_RATE = 1
    make_people(3)
    planned()
    seen: list[int] = []

    def look(seconds: float) -> None:
        seen.append(states().get(NoticeState.SENDING, 0))
        watch.sleep(seconds)

    monkeypatch.setattr(working, "sleep", look)
    with use(StubbornSink(tmp_path)):
        run_due(clock=watch)

    assert seen == [0, 0]


def test_what_is_too_far_off_is_not_waited_for(
    make_people: Callable[..., list[User]],
    version: PolicyVersion,
    use: Use,
    tmp_path: Path,
    settings: Any,
    watch: Watch,
) -> None:
    settings.NOTICE_RATE = 1 / 60
    make_people(3)
    planned()

    with use(StubbornSink(tmp_path)) as sink:
        run_due(clock=watch)
        chunk = Chunk.objects.get()

        assert (sink.accepted, watch.slept) == (1, [])
        assert (chunk.due_at, chunk.lease_token) == (NOW + 60 * SECOND, None)
        watch.now += 60 * SECOND
        run_due(clock=watch)

    assert sink.accepted == 2


def test_one_domain_that_is_slow_does_not_hold_up_the_others(
    make_people: Callable[..., list[User]],
    version: PolicyVersion,
    use: Use,
    tmp_path: Path,
    settings: Any,
    watch: Watch,
) -> None:
    settings.NOTICE_DOMAIN_RATE = 0.1
    for number, person in enumerate(make_people(9)):
        person.email = f"p{number}@{'large' if number < 6 else f'small{number}'}.example"
        person.save()
    planned()

    with use(StubbornSink(tmp_path)):
        run_due(clock=watch)
        first = sent_by_domain()
        watch.now += 60 * SECOND
        run_due(clock=watch)

    assert first == {"large.example": 1, "small6.example": 1, "small7.example": 1, "small8.example": 1}
    assert sent_by_domain()["large.example"] == 2
    assert watch.slept == []
    assert Notice.objects.filter(state=NoticeState.PENDING, due_at__gt=NOW).count() == 4


@pytest.mark.parametrize(
    ("reply", "scope"),
    [
        ("451 4.7.1 Too many messages", "example.com"),
        ("450 4.7.28 Rate limited", "example.com"),
        ("421 4.3.2 Too busy", EVERYONE),
        ("451 4.3.0 Out of memory", None),
        ("451 4.7.1 Greylisted, try again later", None),
        ("550 5.7.1 Refused", None),
    ],
)
def test_a_server_that_asks_for_it_is_written_to_more_slowly(
    db: None, watch: Watch, reply: str, scope: str | None
) -> None:
    Pacer(watch).heed("example.com", reply)

    assert dict(Pace.objects.values_list("scope", "gap")) == ({} if scope is None else {scope: 1.0})


def test_a_campaign_slows_down_for_one_domain_and_recovers(
    make_people: Callable[..., list[User]], version: PolicyVersion, use: Use, tmp_path: Path, watch: Watch
) -> None:
    people = make_people(40)
    planned()

    with use(StubbornSink(tmp_path)) as sink:
        sink.to_recipients = {people[0].email: "451 4.7.1 Too many messages"}
        run_due(clock=watch)
        slowed = sink.accepted
        sink.to_recipients = {}
        # Each turn comes after what is left of the second, which halves every minute.
        for _minute in range(12):
            watch.now += 60 * SECOND
            run_due(clock=watch)

    assert slowed == 0
    assert states() == {NoticeState.ACCEPTED: 40}
    assert Pace.objects.get(scope="example.com").gap == 0


@given(
    complaints=st.lists(st.floats(0, 600), max_size=12),
    asked=st.lists(st.floats(0, 5), min_size=1, max_size=30),
    base=st.floats(0, 2),
)
@chance(max_examples=50)
@pytest.mark.django_db
def test_turns_never_come_closer_than_the_pace_and_gaps_stay_within_bounds(
    complaints: list[float], asked: list[float], base: float
) -> None:
    Pace.objects.all().delete()
    now = NOW
    for wait in complaints:
        now += timedelta(seconds=wait)
        slow_down("a.example", now)
        assert 1 <= Pace.objects.get().gap <= 60
    turns = []
    for wait in asked:
        now += timedelta(seconds=wait)
        turn = reserve("a.example", base, now, timedelta(hours=1))
        assert turn >= now
        turns.append(turn)

    assert all(after - before >= timedelta(seconds=base) for before, after in pairwise(turns))
    assert gap_left(Pace.objects.get(), now + timedelta(hours=1)) == 0


def test_the_patience_of_a_worker_is_shorter_than_its_lease() -> None:
    assert pacing.PATIENCE < working.LEASE / 4
