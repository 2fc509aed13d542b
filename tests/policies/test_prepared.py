"""A statement that the server plans once for each connection."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from policies.prepared import prepared

SUM = "SELECT CAST(%s AS integer) + CAST(%s AS integer)"
on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL prepares")


def added(*values: int) -> int:
    """Run a statement inside the block and give its only value."""
    with prepared(), connection.cursor() as cursor:
        cursor.execute(SUM, values)
        return int(cursor.fetchone()[0])


def times_run() -> list[int]:
    """Give how often the server has run the statement, for each time that it was prepared."""
    with connection.cursor() as cursor:
        runs = "SELECT generic_plans + custom_plans FROM pg_prepared_statements"
        cursor.execute(f"{runs} WHERE statement LIKE 'SELECT CAST%'")
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture(autouse=True)
def anew(committed: None) -> None:
    """Begin with a connection to which nothing is known."""
    connection.close()


def test_it_says_the_same_on_every_database() -> None:
    assert [added(number, 1) for number in range(8)] == list(range(1, 9))


@on_postgresql
def test_it_is_prepared_once_for_all_transactions() -> None:
    with transaction.atomic():
        added(1, 1)
    added(2, 2)

    assert times_run() == [2]


@on_postgresql
def test_it_runs_also_after_the_transaction_in_which_it_was_prepared_was_undone() -> None:
    with transaction.atomic():
        added(1, 1)
        transaction.set_rollback(True)

    assert added(2, 2) == 4


@on_postgresql
def test_each_connection_is_told_anew() -> None:
    added(1, 1)
    connection.close()
    added(2, 2)

    assert times_run() == [1]


@on_postgresql
def test_what_is_executed_outside_is_not_prepared() -> None:
    for number in range(8):
        with connection.cursor() as cursor:
            cursor.execute(SUM, [number, 1])

    assert times_run() == []


@on_postgresql
def test_behind_a_pooler_nothing_is_prepared(settings: Any) -> None:
    settings.DATABASE_POOLED = True

    assert added(1, 2) == 3
    assert times_run() == []


def test_after_an_error_nothing_is_prepared_outside() -> None:
    with pytest.raises(DatabaseError), prepared(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM nowhere")

    if connection.vendor == "postgresql":
        assert connection.connection.prepare_threshold is None
