"""Write rows of several tables at once: on PostgreSQL in one statement, which asks the server one time."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import AutoField, Model

# A statement with `%s` for its values, and these.
Statement = tuple[str, Sequence[Any]]


def insertion(row: Model) -> Statement:
    """Give the statement that inserts a row, whose key is given by us, or by the database."""
    meta = row._meta  # noqa: SLF001 - documented for all to use
    fields = [field for field in meta.concrete_fields if not isinstance(field, AutoField)]
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    places = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {meta.db_table} ({columns}) VALUES ({places})", values  # noqa: S608 - names of ours


def write_together(rows: Sequence[Model], *others: Statement) -> None:
    """Insert rows, and run other statements that ask for nothing back, inside a transaction.

    In which order must not matter. A key that the database gives is not read.
    """
    statements = [*map(insertion, rows), *others]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            *before, (last, _its) = statements
            parts = ", ".join(f"part{number} AS ({sql})" for number, (sql, _its) in enumerate(before))
            values = [value for _sql, values in statements for value in values]
            cursor.execute(f"WITH {parts} {last}" if parts else last, values)
        else:
            for sql, given in statements:
                cursor.execute(sql, given)
    for row in rows:
        row._state.adding = False  # noqa: SLF001 - as documented for rows that one makes oneself
