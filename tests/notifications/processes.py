"""The site's own programs as processes of their own, on the test's database."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

MANAGE = (sys.executable, "manage.py")


def database_url() -> str:
    """Give the address of the database that the test writes to."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    place = f"{found['HOST']}:{found['PORT'] or 5432}"
    return f"postgres://{found['USER']}:{found['PASSWORD']}@{place}/{found['NAME']}"


@dataclass
class Program:
    """A program that runs; `log` is what it has written so far."""

    process: subprocess.Popen[bytes]
    path: Path

    @property
    def log(self) -> str:
        """What the program and its children have written."""
        return self.path.read_text(errors="replace")

    def kill(self) -> None:
        """Kill the program and its children, so that none of them can put anything in order."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self, *, seconds: float = 60) -> int:
        """Wait until the program ends by itself; gives its exit status."""
        return self.process.wait(seconds)


@contextmanager
def running(*command: str, log: Path, **environment: str) -> Iterator[Program]:
    """Run a program beside the test, and kill what is left of it at the end."""
    ours = {"DATABASE_URL": database_url(), "CELERY_BROKER_URL": "", "SECRET_KEY": settings.SECRET_KEY}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=os.environ | ours | environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    program = Program(process, log)
    try:
        yield program
    finally:
        program.kill()


def wait_for(holds: Callable[[], object], *, seconds: float = 60, program: Program | None = None) -> None:
    """Wait until `holds`, looking often; fails with what `program` wrote where it takes too long."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"Waited in vain. {program.log if program else ''}"
        time.sleep(0.02)
