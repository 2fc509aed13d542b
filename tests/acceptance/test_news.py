"""Whom no mail reached is told on the site, also of a version that asks nothing; whoever was told is not."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from acceptance.models import ExposureKind
from acceptance.selectors import facts_of
from acceptance.services import record_exposures
from accounts.models import User
from policies.models import ChangeClass, PolicyVersion
from tests.acceptance.conftest import DAY, EFFECT, SECOND_AT, SECOND_EFFECT
from tests.acceptance.pages import banners
from tests.acceptance.records import answer, exposures_of

pytestmark = [pytest.mark.look, pytest.mark.usefixtures("shop", "first")]

Browse = Callable[..., Client]


@pytest.fixture
def neutral(bob: User, make_second: Callable[..., PolicyVersion]) -> PolicyVersion:
    """Give a second version that asks nothing, of which Bob, who answered the first, has not been told."""
    answer(bob, at=EFFECT)
    return make_second(change_class=ChangeClass.NEUTRAL, reason="Clearer.")


def told(browse: Browse, person: User, *, at: datetime) -> list[str]:
    """Give what the banners of a page say in English."""
    return banners(browse(person, at=at).get("/shop/?language=en").content)


def test_whom_no_mail_reached_is_told_on_the_site_and_the_version_holds_for_them_in_the_end(
    bob: User, browse: Browse, neutral: PolicyVersion
) -> None:
    late = SECOND_EFFECT + 20 * DAY

    [said] = told(browse, bob, at=late)

    assert "has a new version. Nothing is asked of you." in said
    assert (2, ExposureKind.SHOWN) in exposures_of(bob)
    assert facts_of(bob).told_at(neutral.pk) == late


def test_it_stands_for_a_week_and_no_longer(bob: User, browse: Browse, neutral: PolicyVersion) -> None:
    shown = [len(told(browse, bob, at=SECOND_AT + timedelta(days=days))) for days in (1, 2, 7, 8, 30)]

    assert shown == [1, 1, 1, 0, 0]


def test_whom_a_mail_has_told_is_not_told_again_unless_it_came_back(
    bob: User, browse: Browse, neutral: PolicyVersion
) -> None:
    keys = [neutral.pk]
    record_exposures(user_id=bob.pk, version_ids=keys, kind=ExposureKind.NOTIFIED, now=SECOND_AT)
    mailed = told(browse, bob, at=SECOND_AT + DAY)
    record_exposures(user_id=bob.pk, version_ids=keys, kind=ExposureKind.RETURNED, now=SECOND_AT)

    assert mailed == []
    assert len(told(browse, bob, at=SECOND_AT + DAY)) == 1


def test_what_asks_for_an_answer_is_asked_and_not_told_beside(
    alice: User, browse: Browse, make_second: Callable[..., PolicyVersion]
) -> None:
    answer(alice, at=EFFECT)
    make_second()

    [said] = told(browse, alice, at=SECOND_AT)

    assert "Please read what changes and answer." in said


def test_an_editorial_change_of_which_nobody_is_told_is_not_told_here_either(
    bob: User, browse: Browse, make_second: Callable[..., PolicyVersion]
) -> None:
    answer(bob, at=EFFECT)
    make_second(change_class=ChangeClass.EDITORIAL)

    assert told(browse, bob, at=SECOND_EFFECT) == []
