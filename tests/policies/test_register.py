"""Invariant 2: what a published version is at an instant follows from the record alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from policies import services
from policies.models import Approval, PolicyVersion
from policies.selectors import Register, State, load_register, register
from tests.conftest import NOW

from .conftest import publication, text_entry

DAY = timedelta(days=1)


def test_a_version_is_announced_then_in_force_then_superseded() -> None:
    first, second = publication(1), publication(2, published_at=NOW + DAY, effective_at=NOW + 31 * DAY)
    facts = Register([first, second])

    states = [
        (facts.state(first, at), facts.state(second, at))
        for at in (NOW + DAY, NOW + 31 * DAY - timedelta(microseconds=1), NOW + 31 * DAY)
    ]

    assert states == [
        (State.IN_FORCE, State.ANNOUNCED),
        (State.IN_FORCE, State.ANNOUNCED),
        (State.SUPERSEDED, State.IN_FORCE),
    ]


def test_nothing_is_in_force_before_the_first_version_takes_effect() -> None:
    facts = Register([publication(effective_at=NOW + DAY)])

    assert facts.in_force("privacy", NOW) is None
    assert facts.in_force("another-policy", NOW + DAY) is None


def test_a_later_version_with_an_earlier_effective_moment_overtakes() -> None:
    slow = publication(2, effective_at=NOW + 30 * DAY)
    urgent = publication(3, published_at=NOW + DAY, effective_at=NOW + 10 * DAY)
    facts = Register([publication(1), slow, urgent])

    assert Register([publication(1), slow]).state(slow, NOW + DAY) is State.ANNOUNCED
    assert facts.state(slow, NOW + DAY) is State.OVERTAKEN
    assert facts.state(slow, NOW + 40 * DAY) is State.OVERTAKEN
    assert facts.in_force("privacy", NOW + 40 * DAY) == urgent
    assert facts.announced("privacy", NOW + DAY) == (urgent,)


def test_a_version_that_was_overtaken_comes_again_once_the_overtaking_one_is_recalled() -> None:
    slow = publication(2, effective_at=NOW + 30 * DAY)
    urgent = publication(3, published_at=NOW + DAY, effective_at=NOW + 10 * DAY)
    recalled = Register([publication(1), slow, replace(urgent, recalled_at=NOW + 20 * DAY)])

    assert Register([publication(1), slow, urgent]).state(slow, NOW + 15 * DAY) is State.OVERTAKEN
    assert recalled.state(slow, NOW + 25 * DAY) is State.ANNOUNCED
    assert recalled.state(slow, NOW + 30 * DAY) is State.IN_FORCE


def test_a_version_that_never_took_effect_stands_in_once_the_one_that_overtook_it_is_recalled() -> None:
    slow = publication(2, effective_at=NOW + 30 * DAY)
    urgent = publication(3, published_at=NOW + DAY, effective_at=NOW + 10 * DAY, recalled_at=NOW + 40 * DAY)
    facts = Register([publication(1), slow, urgent])

    assert facts.state(slow, NOW + 35 * DAY) is State.OVERTAKEN
    assert facts.state(slow, NOW + 40 * DAY) is State.IN_FORCE


def test_a_recalled_version_gives_way_to_the_one_before_it() -> None:
    first, second = publication(1), publication(2, effective_at=NOW + DAY, recalled_at=NOW + 2 * DAY)
    facts = Register([first, second])

    assert facts.in_force("privacy", NOW + DAY) == second
    assert facts.in_force("privacy", NOW + 2 * DAY) == first
    assert facts.state(first, NOW + 2 * DAY) is State.IN_FORCE
    assert facts.state(second, NOW + 2 * DAY) is State.RECALLED


def test_a_version_recalled_before_its_effect_never_takes_effect() -> None:
    first, second = publication(1), publication(2, effective_at=NOW + 5 * DAY, recalled_at=NOW + DAY)
    facts = Register([first, second])

    assert facts.announced("privacy", NOW) == (second,)
    assert facts.announced("privacy", NOW + DAY) == ()
    assert facts.in_force("privacy", NOW + 5 * DAY) == first


def test_announced_versions_come_with_the_next_one_first() -> None:
    later, sooner = publication(1, effective_at=NOW + 9 * DAY), publication(2, effective_at=NOW + 12 * DAY)
    facts = Register([later, sooner])

    assert [entry.number for entry in facts.announced("privacy", NOW)] == [1, 2]


def test_nothing_is_announced_before_it_is_published() -> None:
    facts = Register([publication(effective_at=NOW + 9 * DAY)])

    assert facts.announced("privacy", NOW - DAY) == ()


def test_the_newest_is_the_announced_version_else_the_one_in_force() -> None:
    first, second = publication(1), publication(2, published_at=NOW + DAY, effective_at=NOW + 9 * DAY)
    facts = Register([first, second])

    assert facts.newest("privacy", NOW - DAY) is None
    assert facts.newest("privacy", NOW) == first
    assert facts.newest("privacy", NOW + DAY) == second


def test_the_version_before_is_the_one_that_was_in_force_just_before() -> None:
    first = publication(1)
    recalled = publication(2, effective_at=NOW + DAY, recalled_at=NOW + 2 * DAY)
    overtaken = publication(3, effective_at=NOW + 9 * DAY)
    replaced_in_time = publication(4, effective_at=NOW + 5 * DAY)
    last = publication(5, effective_at=NOW + 5 * DAY)
    facts = Register([first, recalled, overtaken, replaced_in_time, last])

    assert facts.before(first) is None
    assert facts.before(recalled) == first
    assert facts.before(last) == first


def test_policies_are_kept_apart() -> None:
    privacy = publication(1)
    terms = publication(1, version_id=2, policy_id=2, slug="terms")
    facts = Register([privacy, terms])

    assert facts.in_force("terms", NOW) == terms
    assert facts.numbered("terms", 1) == terms
    assert facts.numbered("terms", 2) is None
    assert set(facts.by_id) == {1, 2}


def test_a_reader_gets_their_language_else_the_default_one_else_any() -> None:
    both = publication(texts={"de": text_entry("de"), "en": text_entry("en")})
    only_french = publication(texts={"fr": text_entry("fr")})

    assert both.text("de").language == "de"
    assert both.text("fr").language == "en"
    assert only_french.text("de").language == "fr"


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_name_to_be_shown(state: State) -> None:
    with translation.override("en"):
        assert state.label


def test_the_register_is_read_in_one_query(
    make_version: Callable[..., PolicyVersion],
    approver: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    first = make_version(bodies={"en": "One.", "de": "Eins."})
    make_version(bodies={"en": "Two.", "de": "Zwei."}, published_at=NOW + DAY)
    services.recall_version(version_id=first.pk, reason="Wrong.", recalled_by=approver, now=NOW + 2 * DAY)

    with django_assert_num_queries(1):
        facts = load_register()

    one, two = facts.of("privacy")
    assert (one.number, one.recalled_at, sorted(one.texts)) == (1, NOW + 2 * DAY, ["de", "en"])
    assert (two.number, two.recalled_at, two.effective_at) == (2, None, NOW + 32 * DAY)


def test_a_text_without_a_reason_of_its_own_gives_that_of_the_version(
    make_draft: Callable[..., PolicyVersion], approve: Callable[..., Approval], approver: User
) -> None:
    draft = make_draft(bodies={"en": "One.", "de": "Eins."}, reason="A new supplier.")
    german = {"title": "Datenschutz", "summary": "Länger.", "body": "Eins.", "reason": "Ein neuer Lieferant."}
    services.save_text(version_id=draft.pk, language="de", **german)
    approve(draft)
    services.publish_version(version_id=draft.pk, published_by=approver, now=NOW)

    (entry,) = load_register().of("privacy")

    assert entry.texts["en"].reason == "A new supplier."
    assert entry.texts["de"].reason == "Ein neuer Lieferant."


def test_drafts_are_not_in_the_register(make_draft: Callable[..., PolicyVersion]) -> None:
    make_draft()

    assert load_register().by_slug == {}


def test_the_register_is_kept_for_a_second_and_then_read_again(
    make_version: Callable[..., PolicyVersion],
    warm_caches: None,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_version()
    register()

    with django_assert_num_queries(0):
        kept = register()

    assert [entry.number for entry in kept.of("privacy")] == [1]


def test_publishing_and_recalling_make_this_process_read_the_register_again(
    make_version: Callable[..., PolicyVersion],
    approver: User,
    warm_caches: None,
    django_capture_on_commit_callbacks: Any,
) -> None:
    assert register().of("privacy") == ()

    with django_capture_on_commit_callbacks(execute=True):
        version = make_version()
    published = register().of("privacy")
    with django_capture_on_commit_callbacks(execute=True):
        services.recall_version(version_id=version.pk, reason="Wrong.", recalled_by=approver, now=NOW)

    assert [entry.recalled_at for entry in published] == [None]
    assert [entry.recalled_at for entry in register().of("privacy")] == [NOW]
