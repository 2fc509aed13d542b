"""Planning, beside a bare INSERT … SELECT of the same rows in the same run, on PostgreSQL and SQLite.

Each round is a process of its own, which publishes a version, plans for everyone, and reports both
times and its largest memory. One reference copies the notices that were planned into an empty table
with the same columns, indexes and checks; the other into one that has the same foreign keys too. On
PostgreSQL those cost more than all the rest, so no planner whose notices have them comes near the first.
"""

import multiprocessing
import os
import re
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

import psycopg

from .databases import postgres
from .lines import line_of

line = partial(line_of, "plan")

PEOPLE = {
    "PostgreSQL": {"small": (2_000, 20_000), "full": (10_000, 1_000_000)},
    "SQLite": {"small": (1_000, 5_000), "full": (10_000, 100_000)},
}
ROUNDS = {"small": 1, "full": 3}
# What the process may take in MB, and publishing in seconds.
MEMORY, PUBLISHING = 150, 1
CONTEXT = multiprocessing.get_context("spawn")
KEYS = """
SELECT pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = 'notifications_notice'::regclass AND contype = 'f'
"""
MADE_BY = """
SELECT sql FROM sqlite_master
WHERE tbl_name = 'notifications_notice' AND type IN ('table', 'index') AND sql IS NOT NULL ORDER BY type DESC
"""
COPY = "INSERT INTO benchmark_notice ({columns}) SELECT {columns} FROM notifications_notice"
REFERENCES = {
    False: "a bare INSERT … SELECT of the same rows",
    True: "the same into a table with the same foreign keys",
}
# Makes the empty table, with foreign keys or without, and gives the seconds of the copying alone.
Bare = Callable[[str, bool], float]


@dataclass(frozen=True)
class Measured:
    """Medians of the rounds with so many people: seconds, and MB."""

    people: int
    publishing: float
    planning: float
    bare: dict[bool, float]
    memory: float


def run(scale: str) -> Iterator[dict[str, object]]:
    """Give the lines of each database."""
    with postgres("policysite_bench_plan") as url:
        yield from lines("PostgreSQL", url, bare_on_postgres, scale)
    with tempfile.TemporaryDirectory() as folder:
        yield from lines("SQLite", f"sqlite:///{folder}/plan.sqlite3", bare_on_sqlite, scale)


def lines(name: str, url: str, bare: Bare, scale: str) -> Iterator[dict[str, object]]:
    """Give the lines of one database: for each size the rate, memory and publishing, then how memory grew."""
    found = []
    for people in PEOPLE[name][scale]:
        measured = measure(url, people, bare, ROUNDS[scale])
        found.append(measured)
        yield from lines_of(f"{name}, {people} people", measured, ROUNDS[scale])
    small, large = found
    case = f"{name}, largest memory of the process with {large.people} people"
    reference = f"with {small.people} people"
    yield line(case, large.memory, "MB", reference, small.memory, small.memory / large.memory, ROUNDS[scale])


def lines_of(case: str, measured: Measured, runs: int) -> Iterator[dict[str, object]]:
    """Give the lines of one size."""
    rate = measured.people / measured.planning
    for has_keys, name in REFERENCES.items():
        reference = measured.people / measured.bare[has_keys]
        yield line(f"{case}, planned", rate, "notices/s", name, reference, rate / reference, runs)
    memory, publishing = measured.memory, measured.publishing
    case_of_memory = f"{case}, largest memory of the process"
    yield line(case_of_memory, memory, "MB", f"{MEMORY} MB", MEMORY, MEMORY / memory, runs)
    limit = f"{PUBLISHING} s"
    yield line(f"{case}, published", publishing, "s", limit, PUBLISHING, PUBLISHING / publishing, runs)


def measure(url: str, people: int, bare: Bare, rounds: int) -> Measured:
    """Plan for so many people, and copy what was planned, in turns."""
    apart(url, "fill", people)
    publishing, planning, memory = [], [], []
    copying: dict[bool, list[float]] = {has_keys: [] for has_keys in REFERENCES}
    for _round in range(rounds):
        published, planned, largest = apart(url, "round_of", people)
        publishing.append(published)
        planning.append(planned)
        memory.append(largest)
        for has_keys, took in copying.items():
            took.append(bare(url, has_keys))
    bare_of = {has_keys: statistics.median(took) for has_keys, took in copying.items()}
    published, planned, largest = map(statistics.median, (publishing, planning, memory))
    return Measured(people, published, planned, bare_of, largest)


def apart(url: str, name: str, people: int) -> Any:
    """Give what a function of `planned` returns in a process of its own, on the database at `url`."""
    os.environ |= {"DATABASE_URL": url, "LOG_LEVEL": "ERROR", "CELERY_BROKER_URL": ""}
    with CONTEXT.Pool(1) as pool:
        return pool.apply(call, (name, people))


def call(name: str, people: int) -> Any:
    """Call a function of `planned`. It is imported here, because its models need the database's address."""
    return getattr(import_module("benchmarks.planned"), name)(people)


def bare_on_postgres(url: str, has_keys: bool) -> float:  # noqa: FBT001 - as `Bare` says
    """Copy all notices into a new table like theirs; gives the seconds of the copying alone."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE benchmark_notice (LIKE notifications_notice INCLUDING ALL)")
        for (definition,) in connection.execute(KEYS).fetchall() if has_keys else ():
            connection.execute(f"ALTER TABLE benchmark_notice ADD {definition}")
        took = copied(connection)
        connection.execute("DROP TABLE benchmark_notice")
    return took


def bare_on_sqlite(url: str, has_keys: bool) -> float:  # noqa: FBT001 - as `Bare` says
    """Do the same on SQLite, which has no `LIKE`: the table is made by the statements that made the first."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    # As in the site's settings; the journal's mode is kept in the file.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"PRAGMA foreign_keys={'ON' if has_keys else 'OFF'}")
    for (statement,) in connection.execute(MADE_BY).fetchall():
        connection.execute(named_anew(statement))
    took = copied(connection)
    connection.execute("DROP TABLE benchmark_notice")
    connection.close()
    return took


def named_anew(statement: str) -> str:
    """Give the statement that makes the same table or index under another name."""
    anew = re.sub(r'(INDEX )"', r'\1"benchmark_', statement, count=1)
    return anew.replace('"notifications_notice"', '"benchmark_notice"')


def copied(connection: Any) -> float:
    """Copy all notices, each under a key that the table gives it; gives the seconds."""
    described = connection.execute("SELECT * FROM notifications_notice LIMIT 0").description
    columns = ", ".join(column[0] for column in described if column[0] != "id")
    began = time.perf_counter()
    connection.execute(COPY.format(columns=columns))
    return time.perf_counter() - began
