"""Servers of one's own that can be broken: PostgreSQL restarted without a shutdown, Redis wiped."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

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


@contextmanager
def store() -> Iterator[Store]:
    """Run a Redis while the block runs. Raises `Unavailable` where none is installed."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if not program:
        raise Unavailable("no redis-server is installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found = Store(program, free.getsockname()[1])
    found.start()
    try:
        yield found
    finally:
        found.kill()
