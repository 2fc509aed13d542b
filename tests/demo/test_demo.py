"""`manage.py demo`: the whole job on the sample shop, in a process of its own."""

import json
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest

from .conftest import Shop

# The demo takes a dozen seconds by itself, and several times as long on a machine that is busy. All of these
# tests look at one: `tests/together.py` has one process run them.
pytestmark = pytest.mark.timeout(300)

FIGURES = {
    "people",
    "versions",
    "in_force",
    "notices",
    "accepted_by_smtp",
    "eml_files",
    "acknowledged",
    "declined",
    "deemed",
    "outstanding",
    "seconds",
}


@pytest.fixture(scope="module")
def played(shop: Shop) -> subprocess.CompletedProcess[str]:
    """Play the demo once. On SQLite somebody else's database stands in its place."""
    if shop.is_sqlite:
        with closing(sqlite3.connect(shop.database)) as foreign, foreign:
            foreign.execute("CREATE TABLE accounts_user (id INTEGER PRIMARY KEY, email, external_id)")
            foreign.execute("INSERT INTO accounts_user (email) VALUES ('own@example.com')")
    return shop.demo("--no-serve")


def figures(output: str) -> dict[str, Any]:
    """Give the figures of a demo: the only line of its output."""
    (line,) = output.splitlines()
    return dict(json.loads(line))


def letters(folder: Path) -> list[EmailMessage]:
    """Give the mail that was kept in a folder."""
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.glob("*.eml")]


def announcements(folder: Path) -> list[EmailMessage]:
    """Give the mail but for the reminders, which begin to go out where the demo is served."""
    return [letter for letter in letters(folder) if letter["List-Unsubscribe"] is None]


@pytest.mark.once
def test_the_demo_ends_with_one_line_that_counts_the_whole_job(
    played: subprocess.CompletedProcess[str],
) -> None:
    found = figures(played.stdout)

    assert played.returncode == 0
    assert set(found) == FIGURES
    assert (found["people"], found["versions"], found["in_force"]) == (300, 2, 2)
    answers = [found[name] for name in ("acknowledged", "declined", "deemed", "outstanding")]
    assert all(answers)
    assert sum(answers) == 300


@pytest.mark.once
def test_every_person_gets_one_mail_and_nobody_two(
    played: subprocess.CompletedProcess[str], shop: Shop
) -> None:
    found = figures(played.stdout)
    sent = letters(shop.mail)

    assert found["notices"] == found["accepted_by_smtp"] == found["eml_files"] == len(sent) == 300
    assert len({letter["To"] for letter in sent}) == 300
    assert len({letter["Message-ID"] for letter in sent}) == 300
    assert {letter["Content-Language"] for letter in sent} == {"de", "en", "fr"}


@pytest.mark.once
def test_the_ledger_of_the_demo_is_sound(played: subprocess.CompletedProcess[str], shop: Shop) -> None:
    done = [
        subprocess.run(
            [sys.executable, "manage.py", command],
            cwd=shop.folder,
            env=shop.environment,
            capture_output=True,
            check=False,
            text=True,
        )
        for command in ("seal_ledger", "verify_ledger")
    ]

    assert [one.returncode for one in done] == [0, 0], done
    assert done[1].stdout.startswith("The ledger is sound.")


@pytest.mark.once
def test_the_demo_tells_the_terminal_what_it_is_doing(played: subprocess.CompletedProcess[str]) -> None:
    said = played.stderr.splitlines()

    assert "Making 300 people in four countries and three languages" in said
    assert "Version 2: 140 people acknowledge it, one declines" in said
    assert [line for line in said if line.endswith(" of 300 sent")]


@pytest.mark.once
def test_a_database_with_people_of_ones_own_is_kept_aside(
    played: subprocess.CompletedProcess[str], shop: Shop
) -> None:
    if not shop.is_sqlite:
        pytest.skip("only a database that is a file can be kept aside")

    (kept,) = shop.database.parent.glob(f"{shop.database.stem}-*.sqlite3")
    with closing(sqlite3.connect(kept)) as database:
        people = database.execute("SELECT email FROM accounts_user").fetchall()

    assert people == [("own@example.com",)]
    assert str(kept) in played.stderr


def test_a_database_server_with_people_on_it_is_left_alone(
    played: subprocess.CompletedProcess[str], shop: Shop
) -> None:
    if shop.is_sqlite:
        pytest.skip("a database that is a file is kept aside instead")

    again = shop.demo("--no-serve")

    assert (again.returncode, again.stdout) == (2, "")
    assert "The database at DATABASE_URL is not empty. Give the demo one of its own." in again.stderr
    assert len(letters(shop.mail)) == 300


@pytest.mark.once
def test_the_demo_can_be_played_again_and_then_serves_until_it_is_told_to_stop(
    played: subprocess.CompletedProcess[str], shop: Shop
) -> None:
    if not shop.is_sqlite:
        pytest.skip("a database on a server is not emptied for a second demo")
    port = free_port()

    with serving(shop, port) as process:
        assert process.stdout is not None
        again = figures(process.stdout.readline())
        page, shelf = wait_for(port, "/policies/privacy-policy/"), wait_for(port, "/shop/")
        process.send_signal(signal.SIGTERM)
        code = process.wait(30)

    first = figures(played.stdout)
    assert {**again, "seconds": 0} == {**first, "seconds": 0}
    assert len(announcements(shop.mail)) == 300
    assert (page, shelf, code) == (200, 200, 0)
    assert not answers(port)


@pytest.mark.once
def test_without_the_shop_the_demo_says_how_to_start_it(shop: Shop, tmp_path: Path) -> None:
    refused = shop.demo("--no-serve", DEMO_SHOP="0", DATABASE_URL=f"sqlite:///{tmp_path}/other.sqlite3")

    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.strip().endswith("The sample shop is off. Start it with: make demo")
    assert not (tmp_path / "other.sqlite3").exists()


@pytest.mark.once
def test_a_port_that_is_taken_is_refused_before_anything_is_touched(shop: Shop, tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        refused = shop.demo(
            SITE_URL=f"http://127.0.0.1:{port}", DATABASE_URL=f"sqlite:///{tmp_path}/other.sqlite3"
        )

    assert (refused.returncode, refused.stdout) == (2, "")
    assert f"Port {port} of 127.0.0.1 is taken." in refused.stderr
    assert not (tmp_path / "other.sqlite3").exists()


def free_port() -> int:
    """Give a port of this machine that nothing listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def serving(shop: Shop, port: int) -> Iterator[subprocess.Popen[str]]:
    """Start the demo so that it serves on a port, and end it in any case."""
    process = shop.start(SITE_URL=f"http://127.0.0.1:{port}")
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=30)


def wait_for(port: int, path: str) -> int:
    """Ask for a page until the server is there; gives the status of its answer."""
    deadline = time.monotonic() + 60
    while not answers(port):
        assert time.monotonic() < deadline, "The site does not serve."
        time.sleep(0.1)
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", path)
        response: HTTPResponse = connection.getresponse()
        return response.status


def answers(port: int) -> bool:
    """Whether something listens on a port."""
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
