"""Planners that work at once, begin anew, or fail: nobody is left out, and nobody planned twice."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import User
from notifications.models import Campaign, Chunk, Notice
from notifications.selectors import told_people
from notifications.services import plan_campaigns, planning, slices
from notifications.services.slices import plan_slice
from policies.models import Policy, PolicyVersion
from policies.selectors import load_register, load_rule_book
from tests.conftest import NOW

from .meanwhile import beside
from .records import (
    counters_add_up,
)


def test_two_planners_at_once_take_turns(
    committed: None,
    make_people: Callable[..., list[User]],
    version: PolicyVersion,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slices, "SLICE_CHUNKS", 1)
    make_people(1201)
    planning.open_campaigns(NOW)
    campaign = Campaign.objects.get()
    audience = told_people(load_register().by_id[version.pk], load_rule_book())

    with beside(lambda: plan_campaigns(now=NOW)) as other:
        with transaction.atomic():
            first = plan_slice(campaign, audience, 0, NOW)
            other.start()
        rest = other.result()

    assert first
    assert (first[1], rest) == (500, 701)
    assert Notice.objects.count() == 1201
    assert counters_add_up()


def test_a_second_planner_goes_on_where_the_first_one_stopped(
    make_people: Callable[..., list[User]], version: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "SLICE_CHUNKS", 1)
    people = make_people(1201)
    User.objects.filter(pk=people[0].pk).update(is_active=False)
    planning.open_campaigns(NOW)
    campaign = Campaign.objects.get()
    audience = told_people(load_register().by_id[version.pk], load_rule_book())
    first = plan_slice(campaign, audience, 0, NOW)
    User.objects.filter(pk=people[0].pk).update(is_active=True)

    # To look through everyone who was told already takes a planner of millions longer and longer.
    second = plan_slice(campaign, audience, 0, NOW)

    assert first
    assert second == (first[0] + 500, 500)
    assert not Notice.objects.filter(user=people[0]).exists()
    plan_campaigns(now=NOW)
    assert plan_campaigns(now=NOW + planning.CHECK_EVERY) == 1
    assert Notice.objects.count() == 1201
    assert counters_add_up()


def test_a_campaign_that_cannot_be_planned_holds_up_no_other(
    make_version: Callable[..., PolicyVersion],
    make_policy: Callable[..., Policy],
    alice: User,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken, sound = make_version(), make_version(make_policy("terms", kind="TERMS"))
    carry_on = planning.carry_on

    def fail(campaign: Campaign, *arguments: Any) -> int:
        if campaign.version_id == broken.pk:
            raise ZeroDivisionError
        return carry_on(campaign, *arguments)

    monkeypatch.setattr(planning, "carry_on", fail)

    made = plan_campaigns(now=NOW)

    assert made == 1
    assert Notice.objects.get().campaign.version == sound
    assert "cannot be planned; the others go on." in caplog.text
    monkeypatch.undo()
    assert plan_campaigns(now=NOW) == 1


@pytest.mark.parametrize("leaving", [1, 3])
def test_whoever_leaves_while_a_slice_is_planned_leaves_no_empty_chunk_behind(
    make_people: Callable[..., list[User]],
    version: PolicyVersion,
    monkeypatch: pytest.MonkeyPatch,
    leaving: int,
) -> None:
    people = make_people(3)
    make_chunks = slices.make_chunks

    def leave(*arguments: Any, is_trial: bool) -> list[Chunk]:
        User.objects.filter(pk__in=[person.pk for person in people[:leaving]]).update(is_active=False)
        return make_chunks(*arguments, is_trial=is_trial)

    monkeypatch.setattr(slices, "CHUNK_SIZE", 2)
    monkeypatch.setattr(slices, "make_chunks", leave)

    made = plan_campaigns(now=NOW)

    assert made == 3 - leaving
    assert Chunk.objects.count() == (1 if made else 0)
    assert counters_add_up()


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite looks for nothing at the commit")
def test_looking_up_the_chunks_of_notices_never_goes_over_all_chunks(
    make_people: Callable[..., list[User]], version: PolicyVersion
) -> None:
    make_people(40)
    with connection.cursor() as cursor:
        # What was planned for other tests, while there were few rows or none.
        cursor.execute("ANALYZE notifications_chunk")
        cursor.execute("DISCARD PLANS")
        before = chunks_read_through(cursor)

        plan_campaigns(now=NOW)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

        assert Notice.objects.count() == 40
        assert chunks_read_through(cursor) - before < 10


def chunks_read_through(cursor: Any) -> int:
    """Give how often all chunks were read in this transaction."""
    scans = "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'notifications_chunk'"
    cursor.execute(scans)
    return int(cursor.fetchone()[0])
