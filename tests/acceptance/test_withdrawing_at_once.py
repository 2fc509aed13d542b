"""Withdrawing and accepting in the same moment leave one standing: the one that the acts amount to."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection, connections

from acceptance.models import Act, ActKind, LedgerEntry, Standing
from acceptance.selectors import Severity, asked_about, facts_of
from acceptance.services import AnsweredAlready, import_acceptances, read_rows, rebuild_standing, record_act
from acceptance.services.comparing import wrong_acts
from accounts.models import User
from policies.models import PolicyVersion
from policies.refusal import Refusal
from policies.selectors import load_register, load_rule_book
from tests.acceptance.conftest import DAY, EFFECT
from tests.acceptance.records import REQUEST, answer, enter, opened, withdraw_by, withdrawal

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="on SQLite only one writes at a time"
)

SECOND = timedelta(seconds=1)
LATER = EFFECT + DAY
ROUNDS = 12


@pytest.fixture
def at_once() -> Iterator[Callable[..., list[object]]]:
    """Give a way to begin several works at the same moment; it gives what each gave, or was refused with."""
    with ThreadPoolExecutor(4) as threads:

        def run(*works: Callable[[], object]) -> list[object]:
            begin = Barrier(len(works))

            def one(work: Callable[[], object]) -> object:
                try:
                    begin.wait(timeout=30)
                    return work()
                except Refusal as refusal:
                    return refusal
                finally:
                    connections.close_all()

            return list(threads.map(one, works))

        yield run


def columns(standing: Standing) -> tuple[object, ...]:
    """Give where a standing says that its person is."""
    return (
        standing.accepted_version_id,
        standing.accepted_kind,
        standing.declined_version_id,
        standing.withdrawn_version_id,
    )


def is_rebuilt_the_same(person: User, version: PolicyVersion) -> bool:
    """Whether a person has one standing, which is what their acts amount to."""
    left = columns(Standing.objects.get(user=person))
    rebuilt = rebuild_standing(user_id=person.pk, policy_id=version.policy_id, now=LATER + DAY)
    return left == columns(rebuilt)


def accept(person: User, at: datetime) -> Callable[[], Act]:
    """Give the work of sending the review page that lies open."""
    form, shown = opened(person, at=at)
    return lambda: record_act(
        person=person, form=form, shown=shown, accepts=True, note="", request=REQUEST, now=at
    )


@pytest.mark.parametrize("accepts_first", [True, False])
def test_a_withdrawal_and_an_acceptance_at_once_leave_what_their_instants_say(
    committed: None,
    make_person: Callable[..., User],
    first: PolicyVersion,
    at_once: Callable[..., list[object]],
    *,
    accepts_first: bool,
) -> None:
    for number in range(ROUNDS):
        person = make_person(f"person{number}")
        answer(person, at=EFFECT)
        sent = withdrawal(person)
        # The page was opened after an earlier withdrawal, so that it makes an act of its own.
        withdraw_by(withdrawal(person), person, at=EFFECT + SECOND)
        answer(person, at=EFFECT + 2 * SECOND)
        accept_at, withdraw_at = (LATER, LATER + SECOND) if accepts_first else (LATER + SECOND, LATER)
        works = [accept(person, accept_at), lambda: withdraw_by(sent, person, at=withdraw_at)]  # noqa: B023 - run in this round

        gave = at_once(*works)

        assert not [each for each in gave if not isinstance(each, Act)]
        kinds = list(Act.objects.filter(user=person).order_by("at", "pk").values_list("kind", flat=True))
        accepted = Standing.objects.get(user=person).accepted_version_id
        assert kinds.count(ActKind.WITHDRAWN) == 2
        # Either the acceptance was there already, or it stands before or after the withdrawal by its instant.
        assert (accepted is not None) == (kinds[-1] != ActKind.WITHDRAWN)
        assert is_rebuilt_the_same(person, first)
    assert list(wrong_acts()) == []


def test_a_withdrawal_sent_from_four_places_at_once_gives_one_act(
    committed: None,
    make_person: Callable[..., User],
    first: PolicyVersion,
    at_once: Callable[..., list[object]],
) -> None:
    for number in range(ROUNDS):
        person = make_person(f"person{number}")
        answer(person, at=EFFECT)
        tabs = [withdrawal(person), withdrawal(person)]

        acts = at_once(*[lambda tab=tab: withdraw_by(tab, person, at=LATER) for tab in tabs * 2])  # noqa: B023 - run in this round

        assert len(set(acts)) == 1
        assert Act.objects.filter(user=person, kind=ActKind.WITHDRAWN).count() == 1
        assert is_rebuilt_the_same(person, first)
    assert LedgerEntry.objects.filter(kind="ACT").count() == 2 * ROUNDS


def test_the_gate_is_asked_while_somebody_withdraws_and_closes_with_the_commit(
    committed: None,
    make_person: Callable[..., User],
    agreement: PolicyVersion,
    at_once: Callable[..., list[object]],
) -> None:
    def closed(person: User) -> bool:
        found = asked_about("profiling", facts_of(person), load_register(), load_rule_book(), LATER)
        return found is not None and found.severity is Severity.GATE

    for number in range(ROUNDS):
        person = make_person(f"person{number}")
        answer(person, at=EFFECT, slug="profiling")
        form = withdrawal(person, slug="profiling")

        def look(person: User = person) -> list[bool]:
            return [closed(person) for _ in range(10)]

        _act, seen = at_once(lambda: withdraw_by(form, person, at=LATER), look)  # noqa: B023 - run in this round

        assert isinstance(seen, list)
        # Once closed it stays closed; nobody sees half a withdrawal.
        assert seen == sorted(seen)
        assert closed(person)


def test_the_person_the_desk_and_an_import_at_once_leave_one_standing(
    committed: None,
    make_person: Callable[..., User],
    first: PolicyVersion,
    at_once: Callable[..., list[object]],
) -> None:
    staff = make_person("support", groups=("Support",))
    for number in range(ROUNDS):
        person = make_person(f"person{number}")
        answer(person, at=EFFECT)
        form = withdrawal(person)
        line = f"{person.email},{LATER.isoformat()},1,Old\n"

        gave = at_once(
            lambda: withdraw_by(form, person, at=LATER),  # noqa: B023 - run in this round
            lambda: enter(first, person, staff, at=LATER + SECOND),  # noqa: B023 - the same
            lambda: import_acceptances(
                slug="privacy",
                rows=read_rows(["email,at,version,source\n", line]),  # noqa: B023 - the same
                skip_bad=False,
                tell=lambda _line, _reason: None,
                now=LATER + DAY,
            ),
        )

        assert not [each for each in gave if isinstance(each, AnsweredAlready)]
        assert is_rebuilt_the_same(person, first)
