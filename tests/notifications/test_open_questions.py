"""A notice to somebody who still owes an answer to an earlier version: it does not say that all is done."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from acceptance.selectors import owed_before
from accounts.models import User
from demo.sink import Sink
from notifications.services import plan_campaigns, run_due
from policies.models import Assent, ChangeClass, PolicyVersion
from policies.selectors import load_register, load_rule_book
from tests.acceptance.records import answer
from tests.conftest import NOW

from .letters import Letter, folded
from .records import at

DAY = timedelta(days=1)
# When the second version is published, and takes effect at once.
LATER = NOW + 60 * DAY
NOTHING = "You need not do anything."
THIS_ASKS_NOTHING = "This change asks nothing of you."
TO_ACKNOWLEDGE = "an earlier change still waits for your answer: we ask you to acknowledge it."
TO_AGREE = "an earlier change still waits for your answer: we ask you to agree to it."

Versions = Callable[..., PolicyVersion]


@pytest.fixture
def second(make_version: Versions) -> Callable[..., PolicyVersion]:
    """Give a way to publish a first version of one class, and a second one of another."""

    def publish(first: str, then: str, *, between: Callable[[], object] = lambda: None) -> PolicyVersion:
        make_version(change_class=first, reason="A new supplier.")
        between()
        return make_version(
            published_at=LATER, effective_at=LATER + 31 * DAY, change_class=then, body="We keep them eight."
        )

    return publish


def last_letters(mailbox: Sink, *, now: datetime = LATER) -> dict[str, str]:
    """Send what is due, and give the words of the last letter to each address."""
    plan_campaigns(now=now)
    run_due(clock=at(now))
    return {str(message["To"]): folded(Letter(message).text) for message in mailbox.messages()}


def test_a_change_that_asks_nothing_does_not_say_that_nothing_is_to_be_done_to_who_owes_an_answer(
    alice: User, bob: User, charlie: User, second: Callable[..., PolicyVersion], mailbox: Sink
) -> None:
    def answers() -> None:
        answer(charlie, at=NOW + DAY)

    second(ChangeClass.MATERIAL, ChangeClass.NEUTRAL, between=answers)

    letters = last_letters(mailbox)

    assert THIS_ASKS_NOTHING in letters[alice.email]
    assert TO_ACKNOWLEDGE in letters[alice.email]
    assert NOTHING not in letters[alice.email]
    assert TO_ACKNOWLEDGE in letters[bob.email]
    assert NOTHING in letters[charlie.email]
    assert "earlier change" not in letters[charlie.email]


def test_who_declined_what_was_only_to_be_acknowledged_has_answered(
    alice: User, second: Callable[..., PolicyVersion], mailbox: Sink
) -> None:
    second(
        ChangeClass.MATERIAL,
        ChangeClass.NEUTRAL,
        between=lambda: answer(alice, at=NOW + DAY, accepts=False),
    )

    assert NOTHING in last_letters(mailbox)[alice.email]


def test_who_owes_an_agreement_is_told_so_also_where_the_new_version_asks_for_less(
    alice: User, bob: User, second: Callable[..., PolicyVersion], mailbox: Sink
) -> None:
    second(
        ChangeClass.NEW_PURPOSE,
        ChangeClass.MATERIAL,
        between=lambda: answer(alice, at=NOW + DAY, accepts=False),
    )

    letters = last_letters(mailbox)

    # A no to what must be agreed to does not end the question, as it does not on the site.
    assert TO_AGREE in letters[alice.email]
    assert TO_AGREE in letters[bob.email]


def test_a_version_that_asks_for_as_much_covers_the_earlier_one_without_more_words(
    bob: User, second: Callable[..., PolicyVersion], mailbox: Sink
) -> None:
    second(ChangeClass.MATERIAL, ChangeClass.MATERIAL)

    letter = last_letters(mailbox)[bob.email]

    assert "We ask you to acknowledge it." in letter
    assert "earlier change" not in letter


def test_who_joined_when_the_earlier_version_was_over_owes_it_nothing(
    alice: User, make_version: Versions, make_person: Callable[..., User], mailbox: Sink
) -> None:
    make_version()
    make_version(published_at=NOW + 20 * DAY, effective_at=NOW + 40 * DAY, change_class=ChangeClass.NEUTRAL)
    late = make_person("late", date_joined=NOW + 50 * DAY)
    make_version(published_at=LATER, effective_at=LATER + 31 * DAY, change_class=ChangeClass.NEUTRAL)

    letters = last_letters(mailbox)

    assert NOTHING in letters[late.email]
    assert TO_ACKNOWLEDGE in letters[alice.email]


def test_it_takes_four_queries_for_any_number_of_people(
    make_person: Callable[..., User], second: Callable[..., PolicyVersion]
) -> None:
    people = [make_person(f"person{number}") for number in range(12)]
    third = second(
        ChangeClass.MATERIAL,
        ChangeClass.NEUTRAL,
        between=lambda: answer(people[0], at=NOW + DAY, accepts=False),
    )
    register, rules = load_register(), load_rule_book()
    entry = register.by_id[third.pk]

    with CaptureQueriesContext(connection) as captured:
        owed = owed_before(entry, [person.pk for person in people], register, rules, at=LATER)

    assert owed == {person.pk: Assent.ACKNOWLEDGE for person in people[1:]}
    assert len(captured) == 4
