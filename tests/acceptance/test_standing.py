"""A standing is what a person's acts amount to, however it came about."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acceptance.models import Act, ActKind, Channel, Presentation, Standing, Surface
from acceptance.services import rebuild_standing
from accounts.models import User
from policies.models import PolicyVersion
from tests.acceptance.conftest import DAY, EFFECT, SECOND_EFFECT
from tests.acceptance.records import answer, undone
from tests.conftest import NOW

HOUR = timedelta(hours=1)
ACCEPTING = {ActKind.ACKNOWLEDGED, ActKind.AGREED}

# The fixtures are made once per test, and each example rolls back what it wrote.
law = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Position(NamedTuple):
    """Where a person stands: the numbers of versions, 0 for none, and the kind of the acceptance."""

    accepted: int
    kind: str
    declined: int
    withdrawn: int = 0


def expected(acts: Sequence[tuple[int, str]]) -> Position:
    """Work out in plain words where acts, the oldest first, leave a person."""
    last_word: dict[int, str] = {}
    withdrawn = 0
    for number, kind in acts:
        last_word[number] = kind
        if kind == ActKind.WITHDRAWN:
            last_word, withdrawn = {}, number
    accepted = max((number for number, kind in last_word.items() if kind in ACCEPTING), default=0)
    number, kind = acts[-1] if acts else (0, "")
    return Position(
        accepted,
        last_word.get(accepted, ""),
        number if kind == ActKind.DECLINED else 0,
        withdrawn if accepted < withdrawn else 0,
    )


def position(standing: Standing) -> Position:
    """Give where a standing says that its person is."""
    accepted, declined = standing.accepted_version, standing.declined_version
    withdrawn = standing.withdrawn_version
    return Position(
        (accepted and accepted.number) or 0,
        standing.accepted_kind,
        (declined and declined.number) or 0,
        (withdrawn and withdrawn.number) or 0,
    )


@pytest.fixture
def versions(first: PolicyVersion, make_second: Callable[..., PolicyVersion]) -> list[PolicyVersion]:
    """Give three versions of the privacy policy, each in force before the next one is published."""
    texts = {"en": "We keep orders for two years.", "de": "Wir behalten Bestellungen zwei Jahre lang."}
    third_at = SECOND_EFFECT + 9 * DAY
    return [
        first,
        make_second(),
        make_second(bodies=texts, published_at=third_at, effective_at=third_at + 31 * DAY),
    ]


def test_without_acts_nothing_is_accepted_and_nothing_declined(alice: User, first: PolicyVersion) -> None:
    standing = rebuild_standing(user_id=alice.pk, policy_id=first.policy_id, now=NOW)

    assert position(standing) == Position(0, "", 0)
    assert Standing.objects.get() == standing


@law
@given(acts=st.lists(st.tuples(st.integers(1, 3), st.sampled_from(ActKind.values)), max_size=8))
def test_a_rebuilt_standing_is_what_the_acts_amount_to(
    alice: User,
    charlie: User,
    versions: list[PolicyVersion],
    acts: list[tuple[int, str]],
) -> None:
    with undone():
        shown = Presentation.objects.create(sha256="0" * 64, surface=Surface.REVIEW_PAGE, wording={})
        for hours, (number, kind) in enumerate(acts):
            version = versions[number - 1]
            # Charlie always does something else, which is never held against Alice.
            for person, what in ((alice, kind), (charlie, ActKind.AGREED)):
                Act.objects.create(
                    user=person,
                    version=version,
                    text=version.texts.get(language="en"),
                    kind=what,
                    at=NOW + hours * HOUR,
                    channel=Channel.WEB,
                    presentation=shown,
                )

        standing = rebuild_standing(user_id=alice.pk, policy_id=versions[0].policy_id, now=NOW)

        assert position(standing) == expected(acts)


@law
@given(answers=st.lists(st.tuples(st.integers(0, 150), st.booleans()), max_size=8))
def test_recording_acts_one_by_one_leaves_what_rebuilding_from_all_of_them_gives(
    alice: User,
    versions: list[PolicyVersion],
    answers: list[tuple[int, bool]],
) -> None:
    with undone():
        told = []
        for place, (days, accepts) in enumerate(sorted(answers)):
            at = NOW + days * DAY + place * timedelta(minutes=1)
            answer(alice, at=at, accepts=accepts)
            newest = sum(1 for version in versions if version.published_at and version.published_at <= at)
            told.append((newest, ActKind.ACKNOWLEDGED if accepts else ActKind.DECLINED))

        left = position(Standing.objects.get()) if told else Position(0, "", 0)
        rebuilt = rebuild_standing(user_id=alice.pk, policy_id=versions[0].policy_id, now=SECOND_EFFECT)

        assert left == position(rebuilt) == expected(told)


def test_a_lost_standing_comes_back_from_the_acts(alice: User, first: PolicyVersion) -> None:
    answer(alice, at=EFFECT)
    before = position(Standing.objects.get())
    Standing.objects.all().delete()

    standing = rebuild_standing(user_id=alice.pk, policy_id=first.policy_id, now=EFFECT + DAY)

    assert position(standing) == before
    assert standing.updated_at == EFFECT + DAY


def test_a_person_stands_with_each_policy_on_its_own(
    alice: User, first: PolicyVersion, agreement: PolicyVersion
) -> None:
    answer(alice, at=EFFECT)
    answer(alice, at=EFFECT, slug="profiling", accepts=False)

    standings = {standing.policy.slug: position(standing) for standing in Standing.objects.all()}
    assert standings == {
        "privacy": Position(1, ActKind.ACKNOWLEDGED, 0),
        "profiling": Position(0, "", 1),
    }
