"""Workers that die between a claim and the mail, and databases and brokers that go away.

Nothing here touches a server that somebody else uses: PostgreSQL, Redis and RabbitMQ are private ones.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.management import call_command
from django.db import connection, connections

from notifications.models import NoticeState
from notifications.services.claiming import CLAIM_HELD, SETTLE_AND_CLAIM
from tests.notifications.brokers import Broker
from tests.notifications.processes import database_url

from .killed import CARRY, nudging, start
from .restarts import Rabbit, Store, rabbit, restart_postgres, stop_postgres, store
from .scene import Forked, scene, take_back, wait_until, work

PEOPLE = {"small": 50, "full": 200}
# The message in whose middle something happens, not the last of its chunk, after which a worker has
# nothing in flight; and seconds that the mail server takes for each.
CHUNK, MOMENT, SLOW = 10, 15, ("--delay", "0.02")
Line = dict[str, object]


def lines(_broker: str, folder: str, scale: str) -> Iterator[Line]:
    """Give a line for each case."""
    call_command("migrate", verbosity=0)
    people = PEOPLE[scale]
    yield killed_before_sending(folder, people)
    with store() as redis:
        queue = Broker(redis.url, f"bench-{uuid4().hex}")
        yield broken("Redis killed and started again empty", redis, queue, folder, people)
        yield cut_off("every connection to PostgreSQL terminated", terminate, queue, folder, people)
        try:
            yield cut_off("PostgreSQL restarted (immediate)", restart, queue, folder, people)
            if scale == "full":
                # It takes its time to start.
                yield restarted(folder, people)
        finally:
            connections.close_all()
            stop_postgres(database_url())


def restarted(folder: str, people: int) -> Line:
    """Kill RabbitMQ in mid-flight and start it again with what its queues held."""
    with rabbit(Path(folder) / "rabbitmq") as server:
        queue = Broker(server.url, f"bench-{uuid4().hex}")
        return broken("RabbitMQ killed and started again", server, queue, folder, people)


def killed_before_sending(folder: str, people: int) -> Line:
    """Kill a worker that has claimed a notice and not yet said a word about it to the mail server."""
    with scene(folder, people) as told:
        worker = Forked(die_after_claim, MOMENT)
        worker.process.join(120)
        has_died = worker.process.exitcode == -signal.SIGKILL
        take_back()
        Forked(work).end()
        is_named = told.states()[NoticeState.UNKNOWN] == 1 and told.sink.count() == people - 1
        return told.line(
            "killed between the claim and the mail", kills=1, unknowns=1, also=has_died and is_named
        )


def die_after_claim(number: int) -> None:
    """Send what is due, and be killed when the claim of this number is committed."""
    claims = 0

    def note(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - as Django calls it
        nonlocal claims
        done = execute(sql, values, many, context)
        claims += sql in (CLAIM_HELD, SETTLE_AND_CLAIM)
        if claims == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    with connection.execute_wrapper(note):
        work()


def broken(case: str, server: Store | Rabbit, queue: Broker, folder: str, people: int) -> Line:
    """Kill the broker in mid-flight and start it again."""
    with scene(folder, people, *SLOW, chunk=CHUNK) as told, start(told, queue, folder):
        queue.send(CARRY)
        told.wait(MOMENT)
        server.kill()
        time.sleep(0.5)
        server.start()
        is_midway = told.is_due()
        wait_until(nudging(told, queue))
        return told.line(case, kills=0, unknowns=0, also=is_midway)


def cut_off(case: str, happen: Callable[[], None], queue: Broker, folder: str, people: int) -> Line:
    """Let something happen to the database in mid-flight, under a worker that lives on."""
    with scene(folder, people, *SLOW, chunk=CHUNK) as told, start(told, queue, folder) as worker:
        queue.send(CARRY)
        told.wait(MOMENT)
        happen()
        connections.close_all()
        is_midway = told.is_due()
        # The worker has seen by then that its database was away; what it held is taken back.
        time.sleep(1)
        take_back()
        wait_until(nudging(told, queue))
        lives = worker.process.poll() is None
        return told.line(case, kills=0, unknowns=1, also=is_midway and lives)


def terminate() -> None:
    """Terminate every other connection to this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def restart() -> None:
    """Restart the private PostgreSQL without a shutdown."""
    restart_postgres(database_url())
