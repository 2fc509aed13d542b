"""The commands that seal and verify the ledger, and the key that they use."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command

from acceptance.keys import load_signer
from acceptance.models import Checkpoint, LedgerEntry
from acceptance.services import Verdict
from acceptance.signed_notes import Head, Signer
from accounts.models import User
from tests.acceptance.ledgers import OTHER

# A test's own transaction is open while it runs, and PostgreSQL seals nothing that an open one wrote.
pytestmark = pytest.mark.once


@pytest.fixture
def key(settings: Any, tmp_path: Path) -> Path:
    """Give the place of a key that is made on first use."""
    settings.LEDGER_KEY_FILE, settings.LEDGER_KEY_COMMAND = str(tmp_path / "keys" / "ledger"), ""
    return tmp_path / "keys" / "ledger"


def verified(*arguments: str) -> int:
    """Run `verify_ledger`; gives its exit status."""
    with pytest.raises(SystemExit) as ended:
        call_command("verify_ledger", *arguments)
    return int(ended.value.code or 0)


def test_the_commands_seal_and_verify_and_keep_the_key_to_their_account(
    people: list[User], key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verified() == Verdict.UNDECIDED

    call_command("seal_ledger")
    said = capsys.readouterr().out
    assert verified("--json") == Verdict.SOUND

    assert key.stat().st_mode & 0o777 == 0o600
    assert f"Sealed {LedgerEntry.objects.count()} entries." in said
    assert Checkpoint.objects.get().note in said
    answered = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert answered == {"verdict": "sound", "findings": [], "key": load_signer().public.hex()}


def test_a_key_that_was_lost_is_not_replaced_in_silence(people: list[User], key: Path) -> None:
    call_command("seal_ledger")
    key.unlink()

    with pytest.raises(CommandError, match="this ledger was sealed with one") as ended:
        call_command("seal_ledger")

    assert ended.value.returncode == Verdict.UNDECIDED
    assert not key.exists()


def test_another_key_than_the_trusted_one_is_tampering(people: list[User], key: Path) -> None:
    call_command("seal_ledger")

    assert verified("--key", OTHER.public.hex()) == Verdict.TAMPERED


def test_a_kept_checkpoint_is_held_against_the_ledger(people: list[User], key: Path, tmp_path: Path) -> None:
    call_command("seal_ledger")
    kept = tmp_path / "kept"
    kept.write_text(Checkpoint.objects.get().note)

    assert verified("--checkpoint", str(kept)) == Verdict.SOUND
    kept.write_text(OTHER.sign(Head(OTHER.name, 1, bytes(32))))
    assert verified("--checkpoint", str(kept)) == Verdict.TAMPERED


def test_a_key_can_come_from_a_command(people: list[User], settings: Any) -> None:
    settings.LEDGER_KEY_COMMAND = f"echo {b64encode(b'3' * 32).decode()}"

    assert load_signer().public == Signer("", Ed25519PrivateKey.from_private_bytes(b"3" * 32)).public


@pytest.mark.parametrize("command", ["echo abc", "echo", "false", "/no/such/program", "echo 'open"])
def test_a_command_that_gives_no_key_is_said_to(people: list[User], settings: Any, command: str) -> None:
    settings.LEDGER_KEY_COMMAND = command

    for name in ("seal_ledger", "verify_ledger"):
        with pytest.raises(CommandError, match="key") as ended:
            call_command(name)
        assert ended.value.returncode == Verdict.UNDECIDED
    assert not Checkpoint.objects.exists()
