"""Statements that PostgreSQL plans once for each connection, because planning takes longer than running."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections


@contextmanager
def prepared() -> Iterator[None]:
    """Let what is executed inside be planned once for each connection, and not anew each time.

    For statements that are asked again and again and find their rows by keys: the server soon keeps one
    plan for all values. Does nothing on SQLite, and behind a pooler that may hand out another connection for
    each transaction (`DATABASE_POOLED`).
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql" or settings.DATABASE_POOLED:
        yield
        return
    connection.ensure_connection()
    opened = connection.connection
    usual, opened.prepare_threshold = opened.prepare_threshold, 0
    try:
        yield
    finally:
        opened.prepare_threshold = usual
