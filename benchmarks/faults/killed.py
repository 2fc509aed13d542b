"""Two workers, killed again and again at random moments while they send."""

import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from django.core.management import call_command
from django.db import connection

from tests.notifications.brokers import Broker
from tests.notifications.processes import MANAGE, Program, running

from .scene import Scene, scene, take_back, wait_until

PEOPLE = {"small": 600, "full": 12_000}
KILLS = {"small": 4, "full": 40}
CHUNK = {"small": 50, "full": 500}
# Seconds that the mail server takes for a message, so that both workers have begun when they are killed.
DELAY = {"small": "0.01", "full": "0.003"}
CARRY = "notifications.carry_notices"
LIMIT = 1200


def lines(broker: str, folder: str, scale: str) -> Iterator[dict[str, object]]:
    """Give the line of this database and broker; both workers are killed at each of the moments."""
    call_command("migrate", verbosity=0)
    queue = Broker(broker, f"bench-{uuid4().hex}") if broker else None
    try:
        with scene(folder, PEOPLE[scale], "--delay", DELAY[scale], chunk=CHUNK[scale]) as told:
            kills = kill_often(told, queue, folder, scale)
            with workers(told, queue, folder):
                wait_until(nudging(told, queue), seconds=LIMIT)
            yield told.line(name(broker), kills=kills, unknowns=kills)
    finally:
        if queue:
            queue.remove()


def name(broker: str) -> str:
    """Say which database and broker these are."""
    brokers = {"": "run_notices", "redis": "Celery on Redis", "amqp": "Celery on RabbitMQ"}
    database = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]
    return f"two workers killed while they send, {database}, {brokers[urlsplit(broker).scheme]}"


def kill_often(told: Scene, queue: Broker | None, folder: str, scale: str) -> int:
    """Start two workers and kill them, until there were enough kills; gives how many were alive then."""
    chance, kills = random.Random(7), 0
    rounds = KILLS[scale] // 2
    for _round in range(rounds):
        more = chance.randint(1, PEOPLE[scale] // (rounds + 1))
        before = told.sink.count()
        with workers(told, queue, folder) as programs:
            wait_until(lambda: told.sink.count() >= before + more or not told.is_due(), seconds=LIMIT)  # noqa: B023 - called in this round
            time.sleep(chance.random() / 100)
            kills += sum(program.process.poll() is None for program in programs)
            for program in programs:
                program.kill()
        take_back()
    return kills


@contextmanager
def workers(told: Scene, queue: Broker | None, folder: str) -> Iterator[list[Program]]:
    """Run two workers while the block runs, then kill them."""
    with ExitStack() as stack:
        programs = [stack.enter_context(start(told, queue, folder)) for _ in range(2)]
        if queue:
            queue.send(CARRY)
        yield programs


def start(
    told: Scene, queue: Broker | None, folder: str, app: str = "policysite"
) -> AbstractContextManager[Program]:
    """Start a worker: of a Celery `app` where there is a broker, else `run_notices`."""
    log = Path(folder) / f"worker-{uuid4().hex}.log"
    mail = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(told.sink.port)}
    if queue is None:
        return running(*MANAGE, "run_notices", log=log, **mail)
    options = ("--pool", "solo", "--concurrency", "1", "--without-mingle", "--without-gossip")
    celery = (sys.executable, "-m", "celery", "-A", app, "worker", *options)
    return running(*celery, "--hostname", f"{uuid4().hex}@here", log=log, **queue.environment, **mail)


def nudging(told: Scene, queue: Broker | None) -> Callable[[], bool]:
    """Give the question whether everything is done, which wakes the workers as the beat does."""
    woken = time.monotonic()

    def is_done() -> bool:
        nonlocal woken
        time.sleep(0.1)
        if queue and time.monotonic() > woken + 2:
            woken = time.monotonic()
            queue.send(CARRY)
        return not told.is_due()

    return is_done
