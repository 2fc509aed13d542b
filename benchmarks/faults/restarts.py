"""Servers of one's own that can be broken: PostgreSQL restarted without a shutdown, brokers killed."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from kombu import Connection

from tests.servers import Unavailable, ask_redis


def restart_postgres(url: str) -> None:
    """Stop the private PostgreSQL at `url` as if its machine had failed, and start it again."""
    _control(url, "restart", "immediate")


def stop_postgres(url: str) -> None:
    """Stop the private PostgreSQL at `url`, which a restart has made nobody's child."""
    _control(url, "stop", "fast")


def _control(url: str, action: str, mode: str) -> None:
    """Let pg_ctl do something with the cluster at `url`, under the account that the cluster belongs to."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    data = Path(row[0]) if row else Path()
    # Nobody else's server is ever stopped.
    if not data.parent.name.startswith("policysite-"):
        raise PermissionError("This PostgreSQL is not a private one.")
    process = int((data / "postmaster.pid").read_text().split()[0])
    program = Path(f"/proc/{process}/exe").resolve().with_name("pg_ctl")
    owner = pwd.getpwuid(data.stat().st_uid)
    as_owner = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if not os.geteuid() else {}
    command = [str(program), "-D", str(data), "-w", "-m", mode, action]
    if action == "restart":
        command += ["-l", str(data / "again.log")]
    subprocess.run(command, cwd=data, check=True, stdout=subprocess.DEVNULL, **as_owner)  # type: ignore[call-overload]  # noqa: S603 - as above


@dataclass
class Store:
    """A Redis that keeps nothing, on a port of its own."""

    program: str
    port: int

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        command = [self.program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - found on the path
        while True:
            try:
                return ask_redis(self.url)
            except Unavailable:
                if self.process.poll() is not None:
                    raise
            time.sleep(0.02)

    def kill(self) -> None:
        """Kill it, and with it all that it holds."""
        self.process.kill()
        self.process.wait()

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self.port}/0"


@dataclass
class Rabbit:
    """A RabbitMQ on a port of its own, which keeps what its quorum queues hold in `folder`."""

    program: str
    folder: Path
    port: int

    def start(self) -> None:
        """Start it with what it holds, and wait until it answers."""
        settings = self.folder / "rabbitmq.conf"
        settings.write_text(f"listeners.tcp.1 = 127.0.0.1:{self.port}\n")
        (self.folder / "plugins").write_text("[].")
        own = {
            # Whatever the machine's own server is set up with is none of this one's business.
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none"),
            "RABBITMQ_CONFIG_FILE": str(settings),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_NODENAME": f"policysite-{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(free_port()),
        }
        self.process = subprocess.Popen(  # noqa: S603 - found where it is installed
            [self.program], env=os.environ | own, stdout=subprocess.DEVNULL, start_new_session=True
        )
        deadline = time.monotonic() + 60
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Unavailable("the installed RabbitMQ does not start")
            time.sleep(0.1)

    def answers(self) -> bool:
        """Whether it takes connections."""
        try:
            with Connection(self.url, connect_timeout=2) as connection:
                connection.connect()
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """Kill it and all of its processes, as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    @property
    def url(self) -> str:
        """Its address."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"


@contextmanager
def rabbit(folder: Path) -> Iterator[Rabbit]:
    """Run a RabbitMQ while the block runs. Raises `Unavailable` where none is installed."""
    # The one on the path may insist on another account.
    program = shutil.which("rabbitmq-server", path=f"/usr/lib/rabbitmq/bin:{os.environ['PATH']}")
    if not program:
        raise Unavailable("no rabbitmq-server is installed")
    folder.mkdir()
    found = Rabbit(program, folder, free_port())
    found.start()
    try:
        yield found
    finally:
        found.kill()


def free_port() -> int:
    """Give a port on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def store() -> Iterator[Store]:
    """Run a Redis while the block runs. Raises `Unavailable` where none is installed."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if not program:
        raise Unavailable("no redis-server is installed")
    found = Store(program, free_port())
    found.start()
    try:
        yield found
    finally:
        found.kill()
