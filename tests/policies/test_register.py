"""Invariant 2: what a published version is at an instant follows from the record alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from policies import services
from policies.models import Approval, PolicyVersion
from policies.selectors import Publication, Register, State, TextEntry, load_register, register
from tests.conftest import NOW

DAY = timedelta(days=1)


def text(language: str = "en", **fields: Any) -> TextEntry:
    known: dict[str, Any] = {"text_id": 1, "title": "Privacy policy", "summary": "", "reason": ""}
    return TextEntry(language=language, sha256="0" * 64, **(known | fields))


def publication(number: int = 1, **fields: Any) -> Publication:
    """Give a publication as the register holds it: published and in force from day 0 on."""
    known: dict[str, Any] = {
        "version_id": number,
        "policy_id": 1,
        "slug": "privacy",
        "name": "Privacy policy",
        "kind": "PRIVACY_NOTICE",
        "default_language": "en",
        "number": number,
        "change_class": "MATERIAL",
        "reason": "",
        "published_at": NOW,
        "effective_at": NOW,
        "imported": False,
        "recalled_at": None,
        "texts": {"en": text()},
    }
    return Publication(**(known | fields))


@st.composite
def histories(draw: st.DrawFn) -> list[Publication]:
    """Draw a policy's history: numbered as published, in force at once or later, some recalled."""
    hours = st.integers(0, 12).map(lambda count: timedelta(hours=count))
    entries: list[Publication] = []
    published_at = NOW
    for number in range(1, draw(st.integers(0, 6)) + 1):
        published_at += draw(hours)
        recalled_at = published_at + draw(hours) if draw(st.booleans()) else None
        entries.append(
            publication(
                number,
                published_at=published_at,
                effective_at=published_at + draw(hours),
                recalled_at=recalled_at,
            )
        )
    return entries


INSTANTS = st.integers(-2, 100).map(lambda hours: NOW + timedelta(hours=hours))


def live_through(history: list[Publication], at: datetime) -> Publication | None:
    """Walk through the record hour by hour, as a clerk would, and give what is in force at the end."""
    hour = NOW - timedelta(hours=2)
    taken_effect: set[int] = set()
    gone: set[int] = set()
    while hour <= at:
        for entry in history:
            if entry.effective_at <= hour:
                taken_effect.add(entry.number)
            if entry.recalled_at is not None and entry.recalled_at <= hour:
                gone.add(entry.number)
        hour += timedelta(hours=1)
    standing = sorted(taken_effect - gone)
    return next((entry for entry in history if standing and entry.number == standing[-1]), None)


def known_at(history: list[Publication], at: datetime) -> Register:
    """Give the register as it stood at `at`, without what was published or recalled later."""
    return Register(
        replace(
            entry,
            recalled_at=entry.recalled_at if entry.recalled_at and entry.recalled_at <= at else None,
        )
        for entry in history
        if entry.published_at <= at
    )


@given(histories(), INSTANTS)
def test_what_is_in_force_is_what_a_clerk_would_find_hour_by_hour(
    history: list[Publication], at: datetime
) -> None:
    found = Register(history).in_force("privacy", at)

    assert found == live_through(history, at)


@given(histories(), INSTANTS)
def test_exactly_the_version_in_force_is_called_so(history: list[Publication], at: datetime) -> None:
    facts = Register(history)

    called = [entry for entry in history if facts.state(entry, at) is State.IN_FORCE]

    current = facts.in_force("privacy", at)
    assert called == ([current] if current else [])


@given(histories(), INSTANTS)
def test_a_version_is_announced_while_it_will_take_effect_if_nothing_else_happens(
    history: list[Publication], at: datetime
) -> None:
    facts = known_at(history, at)

    announced = facts.announced("privacy", at)

    assert {entry.number for entry in announced} == {
        entry.number
        for entry in facts.of("privacy")
        if at < entry.effective_at and facts.in_force("privacy", entry.effective_at) == entry
    }
    assert sorted(announced, key=lambda entry: entry.effective_at) == list(announced)


@given(histories(), INSTANTS)
def test_overtaken_is_what_was_never_in_force_at_its_own_moment(
    history: list[Publication], at: datetime
) -> None:
    facts = Register(history)

    for entry in history:
        over = entry.effective_at <= at and facts.state(entry, at) in (State.OVERTAKEN, State.SUPERSEDED)
        if over:
            took_effect = facts.in_force("privacy", entry.effective_at) == entry
            assert facts.state(entry, at) is (State.SUPERSEDED if took_effect else State.OVERTAKEN)


@given(histories(), INSTANTS)
def test_what_happened_later_does_not_change_what_was_in_force(
    history: list[Publication], at: datetime
) -> None:
    then, since = known_at(history, at).in_force("privacy", at), Register(history).in_force("privacy", at)

    assert (then and then.number) == (since and since.number)


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
    both = publication(texts={"de": text("de"), "en": text("en")})
    only_french = publication(texts={"fr": text("fr")})

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
