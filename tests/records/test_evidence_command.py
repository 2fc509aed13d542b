"""The command that makes evidence packs writes them whole, or not at all."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from records.models import Pack
from records.verify import verified

# A test's own transaction is open while it runs, and PostgreSQL seals nothing that an open one wrote.
pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def key(settings: Any, tmp_path: Path) -> None:
    """Let the site sign with a key of the test's own."""
    settings.LEDGER_KEY_FILE, settings.LEDGER_KEY_COMMAND = str(tmp_path / "key"), ""


def test_it_writes_a_pack_about_a_person_or_a_version(answered: User, tmp_path: Path) -> None:
    for name, about in (
        ("person.zip", ("--user", "ALICE@example.com")),
        ("version.zip", ("--version", "privacy/1")),
    ):
        call_command("evidence", *about, "--out", str(tmp_path / name))
        assert verified(tmp_path / name, "").changed == []

    assert Pack.objects.count() == 2


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("--user", "nobody@example.com"), 2, "Nobody has this address"),
        (("--user", "alice@example.com", "--at", "yesterday"), 2, "not a date"),
        (("--version", "privacy/9"), 2, "no such version"),
        (("--version", "privacy"), 2, "no such version"),
    ],
)
def test_what_is_asked_wrongly_leaves_nothing(
    answered: User, tmp_path: Path, arguments: tuple[str, ...], status: int, words: str
) -> None:
    with pytest.raises(CommandError, match=words) as ended:
        call_command("evidence", *arguments, "--out", str(tmp_path / "pack.zip"))

    assert ended.value.returncode == status
    assert not (tmp_path / "pack.zip").exists()
    assert not Pack.objects.exists()


def test_where_it_cannot_be_written_nothing_is_made(answered: User, tmp_path: Path) -> None:
    (tmp_path / "there.zip").write_text("Another's.")
    for place in ("there.zip", "nowhere/pack.zip"):
        with pytest.raises(CommandError) as ended:
            call_command("evidence", "--user", answered.email, "--out", str(tmp_path / place))
        assert ended.value.returncode == 2

    assert (tmp_path / "there.zip").read_text() == "Another's."
    assert not Pack.objects.exists()


def test_without_the_key_nothing_is_made(answered: User, tmp_path: Path, settings: Any) -> None:
    settings.LEDGER_KEY_COMMAND = "false"

    with pytest.raises(CommandError) as ended:
        call_command("evidence", "--user", answered.email, "--out", str(tmp_path / "pack.zip"))

    assert ended.value.returncode == 3
    assert not (tmp_path / "pack.zip").exists()
