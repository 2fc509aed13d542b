"""Whatever happens at the same moment, what was recorded is as if one had come after the other."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from benchmarks.acted import SLUG
from benchmarks.crowd import gather, publish
from benchmarks.raced import Race, act_and_act, broken, erase_and_act, publish_and_act, withdraw_and_look

ROUNDS = 12


@pytest.fixture
def people(committed: None) -> list[User]:
    """Give three people, and a policy that is published for all to see."""
    gather(3, now=timezone.now())
    publish(SLUG, now=timezone.now() - timedelta(seconds=1))
    return list(User.objects.filter(email__endswith="@crowd.example").order_by("pk"))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="on SQLite only one writes at a time")
@pytest.mark.parametrize(
    "race",
    [publish_and_act, act_and_act, withdraw_and_look, erase_and_act],
    ids=lambda race: race.__name__,
)
def test_after_a_race_everything_that_must_be_true_is_true(
    people: list[User], race: Callable[[list[User]], Race]
) -> None:
    found_in = [race(people) for _round in range(ROUNDS)]

    assert sum(one.taken for one in found_in) > 0
    assert sum(one.wrong for one in found_in) == 0
    found = broken()
    assert found == dict.fromkeys(found, 0)
