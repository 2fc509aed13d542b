"""Changes drawn at random, some hundred of the kinds that the benchmark makes ten thousand of."""

from collections.abc import Iterator
from random import Random

import pytest
from django.db import connection

from benchmarks.tampered import CHANGES, Change, Ledger
from policies.triggers import create_triggers, every_trigger

# A test's own transaction is open while it runs, and PostgreSQL seals nothing that an open one wrote.
pytestmark = pytest.mark.once
EACH = 12


@pytest.fixture
def ledger(db: None) -> Iterator[Ledger]:
    """Give a sealed ledger of sixty entries, whose triggers are off meanwhile."""
    yield Ledger(60)
    create_triggers(connection, every_trigger())


def test_every_change_is_found_out_and_the_ledger_is_sound_before_and_after(ledger: Ledger) -> None:
    drawn = Random(9162)

    def found(change: Change) -> int:
        return sum(ledger.finds(change, drawn) for _time in range(EACH))

    assert not ledger.is_tampered(ledger.kept)
    assert {change.__name__: found(change) for change in CHANGES} == {
        change.__name__: EACH for change in CHANGES
    }
    assert not ledger.is_tampered(ledger.kept)
