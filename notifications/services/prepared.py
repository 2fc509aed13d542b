"""Statements that PostgreSQL plans once for each connection, because planning takes longer than running."""

import re
from collections.abc import Sequence
from itertools import count
from typing import Any
from weakref import WeakSet

from django.db import ProgrammingError, connection
from django.db.backends.utils import CursorWrapper

# SQLSTATE of PostgreSQL: there is no such prepared statement, and there is one already. A pooler that
# hands out another connection for each transaction causes both.
NOT_THERE, THERE_ALREADY = "26000", "42P05"


class Prepared:
    """A statement with `%s` for its values, known to the server under `name`."""

    def __init__(self, name: str, sql: str) -> None:
        self.name, self.sql = name, sql
        numbers = count(1)
        self.numbered = re.sub("%s", lambda _match: f"${next(numbers)}", sql)
        self.call = f"EXECUTE {name} ({', '.join(['%s'] * (next(numbers) - 1))})"
        self.known_to: WeakSet[Any] = WeakSet()

    def execute(self, cursor: CursorWrapper, values: Sequence[Any]) -> None:
        """Run the statement with `values`; as it stands, where the server has lost what was prepared."""
        try:
            if connection.connection not in self.known_to:
                cursor.execute(f"PREPARE {self.name} AS {self.numbered}")
                self.known_to.add(connection.connection)
            cursor.execute(self.call, values)
        except ProgrammingError as error:
            if getattr(error.__cause__, "sqlstate", "") not in (NOT_THERE, THERE_ALREADY):
                raise
            cursor.execute(self.sql, values)
