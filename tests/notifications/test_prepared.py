"""A statement that the server has planned before, and one that it has lost."""

import pytest
from django.db import ProgrammingError, connection

from notifications.services.prepared import Prepared

pytestmark = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="only PostgreSQL's own statements are prepared"
)


@pytest.fixture
def sum_of() -> Prepared:
    """Give a statement that adds two numbers."""
    return Prepared("test_sum_of", "SELECT CAST(%s AS integer) + CAST(%s AS integer)")


def added(statement: Prepared, *values: object) -> int:
    """Run a statement and give its only value."""
    with connection.cursor() as cursor:
        statement.execute(cursor, values)
        return int(cursor.fetchone()[0])


def test_it_is_prepared_once_and_run_with_its_values(committed: None, sum_of: Prepared) -> None:
    found = [added(sum_of, number, 1) for number in range(3)]

    assert found == [1, 2, 3]
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM pg_prepared_statements WHERE name = 'test_sum_of'")
        assert cursor.fetchone() == (1,)
        cursor.execute("DEALLOCATE test_sum_of")


def test_what_a_pooler_lost_or_has_already_is_run_as_it_stands(committed: None, sum_of: Prepared) -> None:
    added(sum_of, 1, 1)
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE test_sum_of")
    lost = added(sum_of, 2, 2)
    with connection.cursor() as cursor:
        cursor.execute("PREPARE test_sum_of AS SELECT 0")

    assert (lost, added(Prepared(sum_of.name, sum_of.sql), 3, 3)) == (4, 6)


def test_what_is_wrong_with_the_statement_is_told(committed: None) -> None:
    with pytest.raises(ProgrammingError, match="nowhere"):
        added(Prepared("test_wrong", "SELECT %s FROM nowhere"), 1)
