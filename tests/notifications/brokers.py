"""The brokers of this machine, and queues of one's own on them."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import redis
from amqp.exceptions import NotFound
from celery import Celery
from kombu import Connection

from tests.servers import Unavailable
from tests.services import RABBITMQ, REDIS, Kind

PARTS = ("control", "sending", "events", "sealing", "counting")
SCHEMES = {REDIS.name: ("redis", "rediss"), RABBITMQ.name: ("amqp", "amqps")}


@dataclass(frozen=True)
class Broker:
    """A broker, and the name of the queues that a test has to itself."""

    url: str
    queue: str

    @property
    def queues(self) -> list[str]:
        """The queues."""
        return [f"{self.queue}.{part}" for part in PARTS]

    @property
    def environment(self) -> dict[str, str]:
        """The settings under which a program uses this queue."""
        return {"CELERY_BROKER_URL": self.url, "CELERY_QUEUE": self.queue}

    @property
    def is_rabbitmq(self) -> bool:
        """Whether the broker speaks AMQP."""
        return self.url.startswith("amqp")

    def send(self, task: str, *, times: int = 1, part: str = "control", **arguments: Any) -> None:
        """Put messages into one of the queues, as the site would."""
        app = Celery(broker=self.url, set_as_current=False)
        app.conf.task_default_queue = f"{self.queue}.{part}"
        app.conf.task_default_queue_type = "quorum" if self.is_rabbitmq else "classic"
        for _ in range(times):
            app.send_task(task, kwargs=arguments, ignore_result=True)
        app.close()

    @contextmanager
    def channel(self) -> Iterator[Any]:
        """Open a channel to the broker."""
        with Connection(self.url) as connection:
            yield connection.default_channel

    def waiting(self) -> int:
        """Count the messages that wait in the queues."""
        return sum(map(self.waiting_in, self.queues))

    def waiting_in(self, queue: str) -> int:
        """Count the messages that wait in one queue; none where it was never made."""
        if self.is_rabbitmq:
            with self.channel() as channel:
                try:
                    return int(channel.queue_declare(queue, passive=True).message_count)
                except NotFound:
                    return 0
        with redis.Redis.from_url(self.url) as client:
            waiting: Any = client.llen(queue)
            return int(waiting)

    def purge(self) -> int:
        """Lose every message that waits; gives how many."""
        lost = 0
        for queue in self.queues:
            with self.channel() as channel, suppress(NotFound):
                lost += int(channel.queue_purge(queue))
        return lost

    def remove(self) -> None:
        """Leave nothing of the queues behind, nor of messages that a killed worker held."""
        for queue in self.queues:
            if self.is_rabbitmq:
                with self.channel() as channel:
                    channel.queue_delete(queue)
                    channel.exchange_delete(queue)
            else:
                self.remove_from_redis(queue)

    def remove_from_redis(self, queue: str) -> None:
        """Leave nothing of a queue behind."""
        with redis.Redis.from_url(self.url) as client:
            bindings = (f"_kombu.{kind}.{queue}" for kind in ("binding", "binding_permanent"))
            client.delete(queue, *bindings)
            held: Any = client.hgetall("unacked")
            for tag, message in held.items():
                if json.loads(message)[2] == queue:
                    client.hdel("unacked", tag)
                    client.zrem("unacked_index", tag)


def own_queue(*kinds: Kind) -> Iterator[Broker]:
    """Give queues of one's own on the first of these brokers that there is; skip where none is."""
    url = next(filter(None, map(broker_url, kinds)), "")
    if not url:
        pytest.skip(f"no {' or '.join(kind.name for kind in kinds)} can be reached")
    broker = Broker(url, f"test-{uuid4().hex}")
    yield broker
    broker.remove()


def broker_url(kind: Kind) -> str:
    """Give the broker that `TEST_BROKERS` names, or without that variable the one at its usual port."""
    if "TEST_BROKERS" in os.environ:
        named = filter(None, os.environ["TEST_BROKERS"].split(","))
        return next((url for url in named if urlsplit(url).scheme in SCHEMES[kind.name]), "")
    try:
        kind.ask(kind.usual_url)
    except Unavailable:
        return ""
    return kind.usual_url
