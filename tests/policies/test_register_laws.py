"""Invariant 2, as laws over histories drawn by chance."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from policies.selectors import Publication, Register, State
from tests.conftest import NOW

from .conftest import publication

INSTANTS = st.integers(-2, 100).map(lambda hours: NOW + timedelta(hours=hours))


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
