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
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from multiprocessing.connection import Connection
from queue import SimpleQueue

import django

from benchmarks.databases import postgres
from tests.servers import Unavailable, installed_postgresql

REDIS_URL = os.environ.get("BENCH_REDIS_URL", "redis://127.0.0.1:6379/5")
AMQP_URL = os.environ.get("BENCH_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672//")
CONTEXT = multiprocessing.get_context("spawn")
# How many parts are played at once: in small, what takes long is starting workers one after the other.
AT_ONCE = {"small": 2, "full": 1}
# Seconds that no line takes. A part that hangs is ended, and fails the benchmark.
LIMIT = 1800

Line = dict[str, object]


@dataclass(frozen=True)
class Part:
    """Some cases, and what they are played on: `database` gives the address of one of their own."""

    name: str
    database: Callable[[], AbstractContextManager[str]]
    broker: str = ""


@contextmanager
def sqlite() -> Iterator[str]:
    """Give the address of an SQLite database that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/faults.sqlite3"


PARTS = (
    Part("killed", sqlite),
    Part("killed", partial(postgres, "policysite_bench_redis"), REDIS_URL),
    Part("killed", partial(postgres, "policysite_bench_amqp"), AMQP_URL),
    Part("others", partial(postgres, "policysite_bench_others"), REDIS_URL),
    Part("servers", partial(postgres, "policysite_bench_servers")),
    Part("outages", installed_postgresql),
)


def run(scale: str) -> Iterator[Line]:
    """Give the lines: workers killed on each database and broker, then everything else on PostgreSQL."""
    heard: SimpleQueue[Line | None] = SimpleQueue()
    with ThreadPoolExecutor(AT_ONCE[scale]) as pool:
        told = [pool.submit(tell, part, scale, heard) for part in PARTS]
        for _part in told:
            # Each part ends with None, whichever it is.
            yield from iter(heard.get, None)
        for part in told:
            part.result()


def tell(part: Part, scale: str, heard: "SimpleQueue[Line | None]") -> None:
    """Put the lines of one part into `heard`, and None at the end; of a server that is missing, say so."""
    try:
        for line in played(part, scale):
            heard.put(line)
    except Unavailable as error:
        sys.stderr.write(f"Left out: {part.name}; {error}.\n")
    finally:
        heard.put(None)


def played(part: Part, scale: str) -> Iterator[Line]:
    """Give the lines of one part, which runs in a process of its own on its database."""
    receiver, sender = CONTEXT.Pipe(duplex=False)
    with part.database() as url, tempfile.TemporaryDirectory() as folder:
        process = CONTEXT.Process(target=play, args=(part, url, folder, scale, sender))
        process.start()
        # The part holds the only end that is written to, so its end is seen even where it was killed.
        sender.close()
        try:
            yield from received(receiver)
            process.join()
        finally:
            process.kill()
            process.join()
        if process.exitcode:
            raise ChildProcessError(f"{part.name} ended with {process.exitcode}.")


def received(receiver: Connection) -> Iterator[Line]:
    """Give what comes through a pipe until its other end is closed. Raises `TimeoutError`."""
    while receiver.poll(LIMIT):
        try:
            yield receiver.recv()
        except EOFError:
            return
    raise TimeoutError("Nothing was heard for too long.")


def play(part: Part, url: str, folder: str, scale: str, sender: Connection) -> None:
    """Send the lines of one part."""
    os.environ |= {"DATABASE_URL": url, "NOTICE_TRIAL_SIZE": "0", "EMAIL_HOST": "127.0.0.1"}
    os.environ["LOG_LEVEL"] = "CRITICAL"
    django.setup()
    # Imported here, because models need the set-up, which needs the database that is named above.
    for line in import_module(f"benchmarks.faults.{part.name}").lines(part.broker, folder, scale):
        sender.send(line)
