"""While others write, the sealer misses no entry and seals none twice."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import connection, connections

from acceptance.models import EntryKind, LedgerEntry
from acceptance.services import Verdict
from accounts.models import User
from policies.models import PolicyVersion
from tests.acceptance.conftest import EFFECT
from tests.acceptance.ledgers import seal, seal_once, verdicts
from tests.acceptance.records import answer

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="on SQLite only one writes at a time"
)


@pytest.fixture(autouse=True)
def own_witness(settings: Any, tmp_path: Path) -> None:
    """Keep the checkpoint of each test's ledger apart: they begin with the same entry."""
    settings.LEDGER_WITNESS_DIR = str(tmp_path)


def test_an_entry_of_a_slow_transaction_is_neither_missed_nor_passed(
    committed: None, make_person: Callable[..., User], first: PolicyVersion
) -> None:
    slow, quick = make_person("slow"), make_person("quick")
    with closing(connections.create_connection("default")) as other:
        other.ensure_connection()
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "INSERT INTO acceptance_ledgerentry (kind, body, entered_at) VALUES ('KEY', %s, now())",
                [b'{"origin":"x","public":"00","noted_at":null,"type":"key"}'],
            )
            answer(quick, at=EFFECT)
            seal_once()
            assert LedgerEntry.objects.filter(kind=EntryKind.ACT, position=None).count() == 1
            cursor.execute("COMMIT")
    answer(slow, at=EFFECT)

    seal()

    assert not LedgerEntry.objects.filter(position=None).exists()
    assert Verdict.TAMPERED not in verdicts()


def test_with_many_writers_and_two_sealers_nothing_is_missed_and_nothing_sealed_twice(
    committed: None, make_person: Callable[..., User], first: PolicyVersion
) -> None:
    people = [make_person(f"person{number}") for number in range(24)]
    failed: list[Exception] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - told below
            failed.append(error)
        finally:
            connections.close_all()

    def write(part: list[User]) -> None:
        for person in part:
            answer(person, at=EFFECT)

    def seal_often() -> None:
        for _round in range(12):
            seal_once()

    works = [lambda part=people[at::6]: write(part) for at in range(6)] + [seal_often, seal_often]
    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal()

    assert failed == []
    places = list(LedgerEntry.objects.order_by("position").values_list("position", flat=True))
    assert places == list(range(len(places)))
    assert LedgerEntry.objects.filter(kind=EntryKind.ACT).count() == len(people)
    assert verdicts() == set()


def test_what_was_brought_from_another_server_by_a_restore_is_sealed(
    committed: None, make_person: Callable[..., User], first: PolicyVersion
) -> None:
    answer(make_person("restored"), at=EFFECT)
    with connection.cursor() as cursor:
        # There so many more transactions had been.
        cursor.execute("UPDATE acceptance_ledgerentry SET xid = '99999999999'::xid8")

    seal()

    assert not LedgerEntry.objects.filter(position=None).exists()
    assert verdicts() == set()
