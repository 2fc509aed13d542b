"""Two at once: work in a thread of its own, with a database connection of its own."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection


class Beside:
    """Work that begins when it is told to, so that a test can first take a lock that stands in its way."""

    def __init__(self, pool: ThreadPoolExecutor, work: Callable[[], Any]) -> None:
        self.pool = pool
        self.work = work
        self.future: Future[Any] | None = None

    def start(self) -> None:
        """Begin, and come back when the work is done or waits for a lock."""
        self.future = self.pool.submit(closing, self.work)
        deadline = time.monotonic() + (0.3 if connection.vendor == "sqlite" else 5)
        while not self.future.done() and not is_waited_for() and time.monotonic() < deadline:
            time.sleep(0.01)

    def result(self) -> Any:
        """Give what the work gave, or raise what it raised."""
        assert self.future
        return self.future.result(30)


@contextmanager
def beside(work: Callable[[], Any]) -> Iterator[Beside]:
    """Prepare `work` to run beside the test."""
    with ThreadPoolExecutor(1) as pool:
        yield Beside(pool, work)


def closing(work: Callable[[], Any]) -> Any:
    """Do `work`, then close the connection of this thread: nobody else would."""
    try:
        return work()
    finally:
        connection.close()


def is_waited_for() -> bool:
    """Whether somebody waits for a lock. SQLite cannot tell, so there the time runs out."""
    if connection.vendor == "sqlite":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
