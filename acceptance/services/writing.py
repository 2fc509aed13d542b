"""Write rows of several tables at once: on PostgreSQL in one statement, which asks the server one time."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import AutoField, Field, Model

from policies.prepared import prepared

# A statement with `%s` for its values, and these.
Statement = tuple[str, Sequence[Any]]


def write_together(rows: Sequence[Model], *others: Statement) -> None:
    """Insert rows, and run other statements that ask for nothing back, inside a transaction.

    In which order must not matter. A key that the database gives is not read.
    """
    # Not the usual proxy, which would look for the connection again at every value.
    connection = connections[DEFAULT_DB_ALIAS]
    statements = [insertion(row, connection) for row in rows]
    statements += others
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            values = [value for _sql, values in statements for value in values]
            with prepared():
                cursor.execute(together(tuple(sql for sql, _values in statements)), values)
        else:
            for sql, given in statements:
                cursor.execute(sql, given)
    for row in rows:
        row._state.adding = False  # noqa: SLF001 - as documented for rows that one makes oneself


def insertion(row: Model, connection: Any) -> Statement:
    """Give the statement that inserts a row, whose key is given by us, or by the database."""
    sql, fields = insertion_into(type(row))
    return sql, [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]


@lru_cache(maxsize=16)
def insertion_into(model: type[Model]) -> tuple[str, list[Field[Any, Any]]]:
    """Give the statement that inserts a row into a table, and the fields whose values it takes."""
    meta = model._meta  # noqa: SLF001 - documented for all to use
    fields = [field for field in meta.concrete_fields if not isinstance(field, AutoField)]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {meta.db_table} ({columns}) VALUES ({places})", fields  # noqa: S608 - names of ours


@lru_cache(maxsize=16)
def together(statements: tuple[str, ...]) -> str:
    """Give the one statement that PostgreSQL takes for several."""
    *before, last = statements
    parts = ", ".join(f"part{number} AS ({sql})" for number, sql in enumerate(before))
    return f"WITH {parts} {last}" if parts else last
