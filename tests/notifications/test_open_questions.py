"""A notice to somebody who still owes an answer to an earlier version: it does not say that all is done."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from acceptance.selectors import due_by_key
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


def test_it_takes_five_queries_for_any_number_of_people(
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
        due = due_by_key(entry, [person.pk for person in people], register, rules, at=LATER)

    owed = {key: found.owed for key, found in due.items()}
    assert owed == {person.pk: Assent.ACKNOWLEDGE for person in people} | {people[0].pk: Assent.NONE}
    assert len(captured) == 5


def test_who_is_told_late_reads_from_when_the_version_holds_for_them(
    alice: User,
    version: PolicyVersion,
    make_version: Versions,
    make_person: Callable[..., User],
    mailbox: Sink,
) -> None:
    answer(alice, at=NOW + DAY)
    second = make_version(published_at=LATER, effective_at=LATER + 31 * DAY, body="We keep them eight.")
    late = make_person("late", date_joined=LATER + 20 * DAY)

    letters = last_letters(mailbox, now=LATER + 29 * DAY)

    register = load_register()
    due = due_by_key(register.by_id[second.pk], [late.pk], register, load_rule_book(), at=LATER + 29 * DAY)[
        late.pk
    ]
    assert due.effective_at > LATER + 31 * DAY
    assert f"takes effect on {due.effective_at:%B} {due.effective_at.day}, " in letters[late.email]


def test_a_reminder_names_no_moment_after_that_from_which_the_gate_is_closed(
    bob: User, version: PolicyVersion, make_version: Versions, mailbox: Sink
) -> None:
    # Bob has not answered the first version, for which the gate closes on April 16.
    last_letters(mailbox, now=NOW)
    second = NOW + 20 * DAY
    make_version(published_at=second, effective_at=second + 60 * DAY, body="We keep them eight.")
    last_letters(mailbox, now=second)

    reminder = last_letters(mailbox, now=second + 14 * DAY)[bob.email]

    assert "You have 11 days left to answer, until April 16, 2026" in reminder


def test_what_an_author_writes_is_never_taken_for_a_place_in_the_letter(
    alice: User, make_version: Versions, mailbox: Sink
) -> None:
    make_version(body="@@EFFECTIVE@@ and @@ASKED@@", reason="@@EFFECTIVE@@")

    assert "@@EFFECTIVE@@" in last_letters(mailbox, now=NOW)[alice.email]
