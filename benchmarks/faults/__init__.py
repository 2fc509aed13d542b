"""What becomes of notices where workers, brokers and people get in the way, as the mail server saw it.

Needs PostgreSQL at `BENCH_POSTGRES_URL`, Redis at `BENCH_REDIS_URL` and RabbitMQ at `BENCH_AMQP_URL`,
where it uses a database and queues of its own. What is restarted is a private server, and left out
where none is installed. Every line says how many messages somebody got twice (`copies`), how many
people got none without a notice that says so (`lost`), how many notices are `unknown`, and whether
what was promised `holds`.
"""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import django

from benchmarks.databases import postgres
from tests.servers import Unavailable, installed_postgresql

REDIS_URL = os.environ.get("BENCH_REDIS_URL", "redis://127.0.0.1:6379/5")
AMQP_URL = os.environ.get("BENCH_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672//")
# What is played on PostgreSQL.
PARTS = (("killed", REDIS_URL), ("killed", AMQP_URL), ("others", REDIS_URL), ("servers", ""))
CONTEXT = multiprocessing.get_context("spawn")


def run(scale: str) -> Iterator[dict[str, object]]:
    """Give the lines: workers killed on each database and broker, then everything else on PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder:
        yield from played(f"sqlite:///{folder}/faults.sqlite3", "killed", "", folder, scale)
        with postgres("policysite_bench_faults") as url:
            for part, broker in PARTS:
                yield from played(url, part, broker, folder, scale)
        try:
            with installed_postgresql() as url:
                yield from played(url, "outages", "", folder, scale)
        except Unavailable as error:
            sys.stderr.write(f"Left out: private servers that are restarted; {error}.\n")


def played(database: str, *given: str) -> Iterator[dict[str, object]]:
    """Give the lines of one part, which runs in a process of its own on its database."""
    answers = CONTEXT.SimpleQueue()
    os.environ["DATABASE_URL"] = database
    os.environ |= {"NOTICE_TRIAL_SIZE": "0", "LOG_LEVEL": "CRITICAL", "EMAIL_HOST": "127.0.0.1"}
    process = CONTEXT.Process(target=play, args=(*given, answers))
    process.start()
    while (line := answers.get()) is not None:
        yield line
    process.join()
    if process.exitcode:
        raise ChildProcessError(f"{given[0]} ended with {process.exitcode}.")


def play(part: str, broker: str, folder: str, scale: str, answers: Any) -> None:
    """Put the lines of one part into `answers`, and None at the end."""
    try:
        django.setup()
        # Imported here, because models need the set-up, which needs the database that is named above.
        for line in import_module(f"benchmarks.faults.{part}").lines(broker, folder, scale):
            answers.put(line)
    finally:
        answers.put(None)
