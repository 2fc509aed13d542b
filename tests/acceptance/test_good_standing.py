"""Who is in good standing passes without a question, but never past a moment or a second too long."""

import http.client
import re
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from acceptance.models import ExposureKind, Standing
from acceptance.selectors import asked_of, good_until, unrecorded_use
from accounts.models import User
from policies.models import Assent, ChangeClass, PolicyVersion
from policies.selectors import Register
from tests.acceptance.conftest import DAY, EFFECT
from tests.acceptance.record_books import entry, facts, register_of, rule, rules_of
from tests.acceptance.records import answer
from tests.conftest import NOW
from tests.notifications.processes import running, wait_for

Browse = Callable[..., Client]
SECOND = timedelta(seconds=1)
RULES = rules_of(
    rule(ChangeClass.EDITORIAL, assent=Assent.NONE, grace_days=0),
    rule(ChangeClass.MATERIAL, deemed=True),
    rule(ChangeClass.NEW_PURPOSE, assent=Assent.AGREE, grace_days=0),
)
days = st.integers(-50, 200).map(lambda count: NOW + count * DAY)


@st.composite
def histories(draw: st.DrawFn) -> Register:
    """Draw a policy's history: versions in any order of effect, each of which may be recalled."""
    found = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        effective_at = draw(days)
        published_at = effective_at - draw(st.integers(0, 40)) * DAY
        recalled_after = draw(st.none() | st.integers(1, 200))
        change_class = draw(
            st.sampled_from([ChangeClass.EDITORIAL, ChangeClass.MATERIAL, ChangeClass.NEW_PURPOSE])
        )
        found.append(
            entry(
                number,
                effective_at=effective_at,
                published_at=published_at,
                recalled_at=published_at + recalled_after * DAY if recalled_after else None,
                change_class=change_class,
            )
        )
    return register_of(*found)


@pytest.mark.pure
@given(
    register=histories(),
    accepted=st.integers(0, 4),
    joined_at=days,
    exposures=st.dictionaries(
        st.tuples(st.integers(1, 4), st.sampled_from([ExposureKind.NOTIFIED, ExposureKind.USED])), days
    ),
    at=days,
    hours=st.lists(st.integers(0, 24 * 300), min_size=1),
)
def test_nothing_is_asked_of_who_is_in_good_standing_before_the_moment_that_is_told(
    register: Register,
    accepted: int,
    joined_at: datetime,
    exposures: dict[tuple[int, ExposureKind], datetime],
    at: datetime,
    hours: list[int],
) -> None:
    person = facts(accepted=accepted, joined_at=joined_at, exposures=exposures)

    until = good_until(person, register, RULES, at=at)

    is_good = not asked_of(person, register, RULES, at=at) and not unrecorded_use(
        person, register, RULES, at=at
    )
    assert (until is not None) == is_good
    if until:
        moments = [at + timedelta(hours=count) for count in hours]
        for moment in [
            min(until, at + 900 * DAY) - SECOND,
            *(moment for moment in moments if moment < until),
        ]:
            assert asked_of(person, register, RULES, at=max(at, moment)) == []
            assert unrecorded_use(person, register, RULES, at=max(at, moment)) == []


@pytest.mark.usefixtures("shop")
def test_what_another_process_writes_is_seen_within_a_second(
    alice: User,
    first: PolicyVersion,
    agreement: PolicyVersion,
    browse: Browse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [0.0]
    monkeypatch.setattr("policies.selectors.kept.monotonic", lambda: clock[0])
    answer(alice, at=EFFECT)
    answer(alice, at=EFFECT, slug="profiling")
    client = browse(alice, at=EFFECT)
    warm = client.get("/shop/stock/")
    Standing.objects.filter(policy=agreement.policy).update(accepted_version=None, declined_version=agreement)

    clock[0] = 0.5
    kept = client.get("/shop/stock/")
    clock[0] = 1.0
    seen = client.get("/shop/stock/")

    assert [warm.status_code, kept.status_code, seen.status_code] == [200, 200, 303]


@pytest.mark.usefixtures("shop")
def test_an_answer_is_seen_by_every_process_at_once(
    alice: User, agreement: PolicyVersion, browse: Browse, warm_caches: None
) -> None:
    client = browse(alice, at=EFFECT)
    stopped = client.get("/shop/stock/")
    answer(alice, at=EFFECT, slug="profiling")

    # Nothing was let go of in this process by the service that recorded it.
    assert [stopped.status_code, client.get("/shop/stock/").status_code] == [303, 200]


def statuses_of(address: tuple[str, int], key: str, count: int) -> set[int]:
    """Ask a server for the shop so often in somebody's session, and give the statuses it answered with."""
    found = set()
    for _ in range(count):
        connection = http.client.HTTPConnection(*address, timeout=20)
        connection.request("GET", "/shop/", headers={"Accept": "text/html", "Cookie": f"sessionid={key}"})
        found.add(connection.getresponse().status)
        connection.close()
    return found


@pytest.mark.once
def test_two_server_processes_stop_who_withdrew_within_a_second(
    committed: None, alice: User, agreement: PolicyVersion, tmp_path: Path
) -> None:
    answer(alice, at=EFFECT, slug="profiling")
    client = Client()
    client.force_login(alice)
    key = client.cookies["sessionid"].value
    command = [sys.executable, "-m", "gunicorn", "policysite.wsgi", "--bind", "127.0.0.1:0", "--workers", "2"]
    with running(*command, log=tmp_path / "server.log", DEMO_SHOP="1", DEBUG="1") as server:
        wait_for(lambda: server.log.count("Booting worker") == 2, program=server)
        found = re.search(r"Listening at: http://([\d.]+):(\d+)", server.log)
        assert found
        address = (found[1], int(found[2]))

        before = statuses_of(address, key, 12)
        answer(alice, at=timezone.now(), accepts=False, slug="profiling")
        time.sleep(1)
        after = statuses_of(address, key, 12)

    assert (before, after) == ({200}, {303})
