"""The demo as a process of its own, in a folder of its own, so that nobody's own files are touched."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

from tests.services import Service, own_database

# What tells the site where it stands. Everything else is linked, so that coverage counts what runs.
ROOTS = ("manage.py", "policysite")


@dataclass(frozen=True)
class Shop:
    """A site in a folder of its own, and the database that the demo may write to."""

    folder: Path
    database_url: str

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file."""
        return self.database_url.startswith("sqlite")

    @property
    def database(self) -> Path:
        """The file of a SQLite database."""
        return Path(self.database_url.removeprefix("sqlite:///"))

    @property
    def mail(self) -> Path:
        """Where the demo keeps the mail that it sent."""
        return self.folder / "var" / "mail"

    @property
    def environment(self) -> dict[str, str]:
        """The settings of this site, and nobody's own."""
        ours = {
            "DATABASE_URL": self.database_url,
            "DEMO_SHOP": "1",
            "SECRET_KEY": settings.SECRET_KEY,
            "CELERY_BROKER_URL": "",
            "PYTHONPATH": str(self.folder),
        }
        return os.environ | ours

    def start(self, *arguments: str, **changes: str) -> subprocess.Popen[str]:
        """Start `manage.py demo` there."""
        return subprocess.Popen(
            [sys.executable, "manage.py", "demo", *arguments],
            cwd=self.folder,
            env=self.environment | changes,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def demo(self, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        """Run `manage.py demo` there until it ends."""
        process = self.start(*arguments, **changes)
        try:
            output, log = process.communicate(timeout=200)
        finally:
            process.kill()
        return subprocess.CompletedProcess(process.args, process.returncode, output, log)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Give a site with a database of the kind that the suite runs on, still empty."""
    folder = tmp_path_factory.mktemp("demo")
    build_site(folder / "site")
    with ExitStack() as stack:
        url = f"sqlite:///{folder}/demo.sqlite3"
        if not settings.DATABASE_URL.startswith("sqlite"):
            server = Service(name="PostgreSQL", url=settings.DATABASE_URL, how="the suite's own")
            url = stack.enter_context(own_database(server)).url
        yield Shop(folder / "site", url)


def build_site(folder: Path) -> None:
    """Make a folder that holds the site, without anything that people or programs left in this one."""
    folder.mkdir()
    for path in settings.BASE_DIR.iterdir():
        if path.name.startswith(".") or path.name == "var":
            continue
        if path.name not in ROOTS:
            (folder / path.name).symlink_to(path)
        elif path.is_dir():
            shutil.copytree(path, folder / path.name)
        else:
            shutil.copy2(path, folder)
