"""A database that was restored from a backup is noticed, noted in the ledger, and told to who asks."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from acceptance.models import Checkpoint, EntryKind, LedgerEntry
from acceptance.services import LedgerBroken, Verdict, verify_ledger
from acceptance.witness import WitnessUnwritable
from accounts.models import User
from tests.acceptance.conftest import EFFECT
from tests.acceptance.ledgers import HOUR, OTHER, SIGNER, seal, verdicts
from tests.acceptance.records import answer

# A test's own transaction is open while it runs, and PostgreSQL seals nothing that an open one wrote.
pytestmark = pytest.mark.once


def newest() -> Checkpoint:
    return Checkpoint.objects.order_by("-size")[0]


def lose_an_act(person: User) -> Checkpoint:
    """Seal another act, and go back to what was before it; gives the checkpoint that was over it."""
    backup = transaction.savepoint()
    answer(person, at=EFFECT + HOUR, accepts=False)
    seal(EFFECT + HOUR)
    lost = newest()
    transaction.savepoint_rollback(backup)
    return lost


def test_a_restore_is_noted_once_and_told(sealed: None, people: list[User]) -> None:
    kept, lost = newest(), lose_an_act(people[1])

    assert seal(EFFECT + 2 * HOUR) == 1
    assert seal(EFFECT + 3 * HOUR) == 0

    body = json.loads(bytes(LedgerEntry.objects.get(kind=EntryKind.RESTORE).body))
    assert body["kept"] == {"size": kept.size, "root": bytes(kept.root).hex()}
    assert body["lost"] == {"size": lost.size, "root": bytes(lost.root).hex()}
    (found,) = verify_ledger(trusted=SIGNER.public, now=EFFECT + 3 * HOUR)
    assert found.verdict is Verdict.SOUND
    assert f"of {lost.size} sealed entries it held {kept.size}" in found.sentence


def test_a_checkpoint_over_what_was_lost_is_no_tampering_and_one_from_before_still_holds(
    sealed: None, people: list[User]
) -> None:
    kept, lost = newest(), lose_an_act(people[1])
    answer(people[2], at=EFFECT + HOUR, accepts=False)
    seal(EFFECT + 2 * HOUR)
    assert newest().size > lost.size

    later = EFFECT + 3 * HOUR
    assert verdicts(later, held=(lost.note,)) == {Verdict.SOUND, Verdict.UNDECIDED}
    assert verdicts(later, held=(kept.note,)) == {Verdict.SOUND}


def test_what_was_sealed_over_another_history_of_the_same_length_is_noted_too(
    sealed: None, people: list[User], settings: Any, tmp_path: Path
) -> None:
    lost = lose_an_act(people[1])
    with_the_other = settings.LEDGER_WITNESS_DIR
    # Another machine, which never saw the lost one, goes on first.
    settings.LEDGER_WITNESS_DIR = str(tmp_path)
    answer(people[2], at=EFFECT + HOUR, accepts=False)
    seal(EFFECT + 2 * HOUR)
    assert newest().size == lost.size

    settings.LEDGER_WITNESS_DIR = with_the_other
    seal(EFFECT + 3 * HOUR)
    assert LedgerEntry.objects.filter(kind=EntryKind.RESTORE).count() == 1


def test_a_ledger_that_only_goes_on_notes_nothing(sealed: None, people: list[User]) -> None:
    answer(people[1], at=EFFECT + HOUR, accepts=False)
    seal(EFFECT + 2 * HOUR)
    seal(EFFECT + 3 * HOUR)

    assert not LedgerEntry.objects.filter(kind=EntryKind.RESTORE).exists()


def test_a_kept_checkpoint_of_another_key_stops_the_sealer(
    sealed: None, people: list[User], settings: Any, tmp_path: Path
) -> None:
    (place,) = (
        path for path in Path(settings.LEDGER_WITNESS_DIR).iterdir() if newest().note == path.read_text()
    )
    place.write_text(OTHER.sign_text("shop.example/policysite\n1\n" + "A" * 43 + "=\n"))

    with pytest.raises(LedgerBroken):
        seal(EFFECT + 2 * HOUR)


def test_a_folder_that_cannot_be_written_is_named(sealed: None, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.LEDGER_WITNESS_DIR = str(tmp_path / "file")

    with pytest.raises(WitnessUnwritable, match="LEDGER_WITNESS_DIR"):
        seal(EFFECT + 2 * HOUR)
