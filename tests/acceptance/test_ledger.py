"""The ledger holds what was done, names nobody, and shows any change behind the site's back."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from acceptance.bodies import canonical, commitment
from acceptance.keys import load_signer
from acceptance.models import Act, ActContext, Checkpoint, EntryKind, LedgerEntry, LedgerRow
from acceptance.services import LedgerBroken, Verdict, seal_ledger, verify_ledger
from acceptance.signed_notes import Head, NoteInvalid, Signer, opened
from acceptance.triggers import ACCEPTANCE_TRIGGERS
from accounts.models import User
from policies.models import PolicyVersion
from policies.services import recall_version
from policies.triggers import create_triggers, drop_triggers
from tests.acceptance.conftest import EFFECT
from tests.acceptance.records import answer

HOUR = timedelta(hours=1)
# A test's own transaction is open while it runs, and PostgreSQL seals nothing that an open one wrote. So
# all but what needs several writers is shown beside SQLite.
ONCE = pytest.mark.once
ON_POSTGRESQL = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="on SQLite only one writes at a time"
)
SIGNER = Signer("shop.example/policysite", Ed25519PrivateKey.from_private_bytes(b"1" * 32))
OTHER = Signer("shop.example/policysite", Ed25519PrivateKey.from_private_bytes(b"2" * 32))


def seal(now: datetime = EFFECT, signer: Signer = SIGNER) -> int:
    return seal_ledger(signer=signer, now=now)


def verdicts(now: datetime = EFFECT, *, trusted: Signer = SIGNER, held: tuple[str, ...] = ()) -> set[Verdict]:
    return {finding.verdict for finding in verify_ledger(trusted=trusted.public, held=held, now=now)}


@pytest.fixture
def people(make_person: Callable[..., User], first: PolicyVersion) -> list[User]:
    """Give a dozen people who have answered the first version."""
    found = [make_person(f"person{number}") for number in range(12)]
    for person in found:
        answer(person, at=EFFECT)
    return found


@pytest.fixture
def sealed(people: list[User]) -> None:
    """Seal the ledger in two portions, with what a person did between them."""
    seal()
    answer(people[0], at=EFFECT + HOUR, accepts=False)
    seal(EFFECT + HOUR)


@pytest.fixture
def bare(sealed: None) -> Iterator[None]:
    """Take the triggers off, as who owns the database can."""
    drop_triggers(connection, ACCEPTANCE_TRIGGERS)
    yield
    create_triggers(connection, ACCEPTANCE_TRIGGERS)


@ONCE
def test_what_is_published_done_and_recalled_is_entered(
    alice: User, first: PolicyVersion, approver: User
) -> None:
    act = answer(alice, at=EFFECT)
    recall_version(version_id=first.pk, reason="A mistake.", recalled_by=approver, now=EFFECT + HOUR)

    kinds = [EntryKind.PUBLICATION, EntryKind.ACT, EntryKind.RECALL]
    assert list(LedgerEntry.objects.order_by("pk").values_list("kind", flat=True)) == kinds
    bodies = [json.loads(bytes(entry.body)) for entry in LedgerEntry.objects.order_by("pk")]
    assert [body["type"] for body in bodies] == ["publication", "act", "recall"]
    assert bodies[0]["fingerprint"] == first.fingerprint
    assert (bodies[1]["act"], bodies[1]["text"]["sha256"]) == (str(act.pk), act.text.sha256)
    assert bodies[2]["version"] == first.number


@ONCE
def test_an_act_that_is_not_recorded_is_not_entered(alice: User, first: PolicyVersion) -> None:
    with transaction.atomic():
        answer(alice, at=EFFECT)
        transaction.set_rollback(True)

    assert not LedgerEntry.objects.filter(kind=EntryKind.ACT).exists()


@ONCE
def test_an_entry_names_nobody_and_who_has_the_salt_can_show_whom_it_is_about(
    alice: User, first: PolicyVersion
) -> None:
    act = answer(alice, at=EFFECT, note="My own words.")

    body = bytes(act.entry.body)
    salt = bytes(ActContext.objects.get(act=act).salt)
    assert b"alice" not in body
    assert b"own words" not in body
    committed = json.loads(body)["committed"]
    assert committed["email"] == commitment(salt, "email", alice.email)
    assert committed["person"] == commitment(salt, "person", alice.pk)
    assert committed["person"] != commitment(bytes(32), "person", alice.pk)
    assert canonical(json.loads(body)) == body


@ONCE
def test_a_sealed_ledger_is_sound_and_sealing_again_adds_nothing(sealed: None) -> None:
    entries = LedgerEntry.objects.count()

    assert seal(EFFECT + 2 * HOUR) == 0

    assert verdicts(EFFECT + 2 * HOUR) == set()
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [entries - 1, entries]
    places = LedgerEntry.objects.order_by("position").values_list("position", flat=True)
    assert list(places) == list(range(entries))


@ONCE
def test_the_first_entry_to_be_sealed_names_the_key_and_a_new_one_is_noted(people: list[User]) -> None:
    seal()
    answer(people[0], at=EFFECT + HOUR, accepts=False)
    seal(EFFECT + HOUR, OTHER)

    keys = LedgerEntry.objects.filter(kind=EntryKind.KEY).order_by("pk")
    publics = [json.loads(bytes(entry.body))["public"] for entry in keys]
    assert publics == [SIGNER.public.hex(), OTHER.public.hex()]
    assert verdicts(trusted=OTHER) == set()
    assert verdicts(trusted=SIGNER) == {Verdict.TAMPERED}


@ONCE
def test_a_checkpoint_is_signed_and_says_whose_log_it_is(sealed: None) -> None:
    last = Checkpoint.objects.order_by("-size")[0]

    head = opened(last.note, SIGNER.name, SIGNER.public)

    assert head == Head("shop.example/policysite", last.size, bytes(last.root))
    for name, public in ((SIGNER.name, OTHER.public), ("another", SIGNER.public)):
        with pytest.raises(NoteInvalid):
            opened(last.note, name, public)
    for note in ("", last.note.replace("\n\n", "\n"), last.note[:-3], last.note.replace("shop", "shoe")):
        with pytest.raises(NoteInvalid):
            opened(note, SIGNER.name, SIGNER.public)


def change_body(at: int) -> None:
    """Change one byte of a body, without asking Django."""
    entry = LedgerEntry.objects.order_by("position")[at]
    body = bytes(entry.body)
    body = body[:10] + bytes([body[10] ^ 1]) + body[11:]
    LedgerEntry.objects.filter(pk=entry.pk).update(body=body)


def remove_entry(at: int) -> None:
    LedgerEntry.objects.filter(position=at).delete()


def swap_places(at: int) -> None:
    first, second = LedgerEntry.objects.order_by("position")[at : at + 2]
    LedgerEntry.objects.filter(pk=first.pk).update(position=10_000)
    LedgerEntry.objects.filter(pk=second.pk).update(position=at)
    LedgerEntry.objects.filter(pk=first.pk).update(position=at + 1)


def swap_bodies(at: int) -> None:
    first, second = LedgerEntry.objects.order_by("position")[at : at + 2]
    LedgerEntry.objects.filter(pk=first.pk).update(body=second.body)
    LedgerEntry.objects.filter(pk=second.pk).update(body=first.body)


def replace_checkpoint(_at: int) -> None:
    """Put the first checkpoint's note in the place of the last one's."""
    first, last = Checkpoint.objects.order_by("size")
    Checkpoint.objects.filter(pk=last.pk).update(note=first.note)


def remove_checkpoint(_at: int) -> None:
    Checkpoint.objects.order_by("-size")[0].delete()


def change_root(_at: int) -> None:
    Checkpoint.objects.order_by("size").filter(pk=Checkpoint.objects.order_by("size")[0].pk).update(
        root=bytes(32)
    )


def change_hashes(_at: int) -> None:
    row = LedgerRow.objects.get()
    LedgerRow.objects.update(hashes=bytes([bytes(row.hashes)[0] ^ 1]) + bytes(row.hashes)[1:])


def change_act(_at: int) -> None:
    Act.objects.filter(kind="DECLINED").update(kind="AGREED")


def change_person(_at: int) -> None:
    act = Act.objects.filter(kind="DECLINED").get()
    other = Act.objects.exclude(user=act.user)[0].user
    Act.objects.filter(pk=act.pk).update(user=other)


def change_address(_at: int) -> None:
    ActContext.objects.filter(act__kind="DECLINED").update(email="somebody@else.example")


def forge_suffix(at: int) -> None:
    """Change an entry, and seal everything again with a key of one's own."""
    change_body(at)
    LedgerEntry.objects.update(position=None)
    LedgerRow.objects.all().delete()
    Checkpoint.objects.all().delete()
    seal_ledger(signer=OTHER, now=EFFECT)


CHANGES = [
    change_body,
    remove_entry,
    swap_places,
    swap_bodies,
    replace_checkpoint,
    remove_checkpoint,
    change_root,
    change_hashes,
    change_act,
    change_person,
    change_address,
    forge_suffix,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("at", [3, 12])
@ONCE
def test_whatever_is_changed_is_found_out(bare: None, change: Callable[[int], None], at: int) -> None:
    change(at)

    assert Verdict.TAMPERED in verdicts()


@ONCE
def test_a_ledger_that_was_cut_off_is_found_out_by_who_kept_a_checkpoint(bare: None) -> None:
    """Who owns database and key can take the end away; nothing stored shows it any more."""
    first, last = Checkpoint.objects.order_by("size")
    kept = last.note
    Act.objects.filter(kind="DECLINED").exists()
    gone = LedgerEntry.objects.filter(position__gte=first.size)
    acts = list(gone.values_list("act", flat=True))
    gone.delete()
    ActContext.objects.filter(act__in=acts).delete()
    Act.objects.filter(pk__in=acts).delete()
    last.delete()
    row = LedgerRow.objects.get()
    LedgerRow.objects.update(hashes=bytes(row.hashes)[: first.size * 32])
    assert verdicts() == set()

    assert verdicts(held=(kept,)) == {Verdict.TAMPERED}
    assert verdicts(held=(first.note,)) == set()


@ONCE
def test_the_link_to_an_erased_person_can_go_and_the_proof_stays(sealed: None) -> None:
    act = Act.objects.filter(kind="DECLINED").get()
    Act.objects.filter(pk=act.pk).update(user=None, acted_by=None)
    ActContext.objects.filter(act=act).update(salt=b"", email="")

    assert verdicts() == set()


@ONCE
def test_an_act_without_an_entry_is_incomplete(bare: None) -> None:
    """As one that was recorded before there was a ledger."""
    answered = Act.objects.filter(kind="DECLINED").get()
    copy = Act.objects.get(pk=answered.pk)
    copy.pk = "00000000-0000-4000-8000-000000000001"
    copy._state.adding = True
    copy.save(force_insert=True)

    assert verdicts() == {Verdict.INCOMPLETE}


@ONCE
def test_what_waits_too_long_to_be_sealed_is_incomplete(sealed: None, people: list[User]) -> None:
    answer(people[1], at=EFFECT + 2 * HOUR, accepts=False)

    assert verdicts(EFFECT + 2 * HOUR + timedelta(minutes=10)) == set()
    assert verdicts(EFFECT + 2 * HOUR + timedelta(minutes=11)) == {Verdict.INCOMPLETE}


@ONCE
def test_the_sealer_goes_on_from_no_tree_that_is_not_the_signed_one(bare: None, people: list[User]) -> None:
    change_hashes(0)
    answer(people[1], at=EFFECT + 2 * HOUR, accepts=False)

    with pytest.raises(LedgerBroken):
        seal(EFFECT + 2 * HOUR)
    assert LedgerEntry.objects.filter(position=None).count() == 1


@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("acceptance_ledgerentry", "kind", "'KEY'"),
        ("acceptance_ledgerentry", "position", "position + 100"),
        ("acceptance_checkpoint", "size", "size + 100"),
    ],
)
@ONCE
def test_no_statement_changes_or_deletes_what_is_sealed(
    sealed: None, table: str, column: str, value: str, statement: str
) -> None:
    with pytest.raises(Exception, match="never"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table, column, value))

    assert verdicts() == set()


# The commands


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


@ONCE
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


@ONCE
def test_another_key_than_the_trusted_one_is_tampering(people: list[User], key: Path) -> None:
    call_command("seal_ledger")

    assert verified("--key", OTHER.public.hex()) == Verdict.TAMPERED


@ONCE
def test_a_kept_checkpoint_is_held_against_the_ledger(people: list[User], key: Path, tmp_path: Path) -> None:
    call_command("seal_ledger")
    kept = tmp_path / "kept"
    kept.write_text(Checkpoint.objects.get().note)

    assert verified("--checkpoint", str(kept)) == Verdict.SOUND
    kept.write_text(OTHER.sign(Head(OTHER.name, 1, bytes(32))))
    assert verified("--checkpoint", str(kept)) == Verdict.TAMPERED


@ONCE
def test_a_key_can_come_from_a_command(people: list[User], settings: Any) -> None:
    settings.LEDGER_KEY_COMMAND = f"echo {b64encode(b'3' * 32).decode()}"

    assert load_signer().public == Signer("", Ed25519PrivateKey.from_private_bytes(b"3" * 32)).public


@pytest.mark.parametrize("command", ["echo abc", "echo", "false", "/no/such/program", "echo 'open"])
@ONCE
def test_a_command_that_gives_no_key_is_said_to(people: list[User], settings: Any, command: str) -> None:
    settings.LEDGER_KEY_COMMAND = command

    for name in ("seal_ledger", "verify_ledger"):
        with pytest.raises(CommandError, match="key") as ended:
            call_command(name)
        assert ended.value.returncode == Verdict.UNDECIDED
    assert not Checkpoint.objects.exists()


# While others write


@ON_POSTGRESQL
def test_an_entry_of_a_slow_transaction_is_neither_missed_nor_passed(
    committed: None, make_person: Callable[..., User], first: PolicyVersion
) -> None:
    slow, quick = make_person("slow"), make_person("quick")
    with closing(connections.create_connection("default")) as other:
        other.ensure_connection()
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "INSERT INTO acceptance_ledgerentry (kind, body, entered_at) VALUES ('KEY', %s, now())",
                [b'{"origin":"x","public":"00","noted_at":null,"type":"key"}'],
            )
            answer(quick, at=EFFECT)
            seal()
            assert LedgerEntry.objects.filter(kind=EntryKind.ACT, position=None).count() == 1
            cursor.execute("COMMIT")
    answer(slow, at=EFFECT)

    seal()

    assert not LedgerEntry.objects.filter(position=None).exists()
    assert Verdict.TAMPERED not in verdicts()


@ON_POSTGRESQL
def test_with_many_writers_and_two_sealers_nothing_is_missed_and_nothing_sealed_twice(
    committed: None, make_person: Callable[..., User], first: PolicyVersion
) -> None:
    people = [make_person(f"person{number}") for number in range(24)]
    failed: list[Exception] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - told below
            failed.append(error)
        finally:
            connections.close_all()

    def write(part: list[User]) -> None:
        for person in part:
            answer(person, at=EFFECT)

    def seal_often() -> None:
        for _round in range(12):
            seal()

    works = [lambda part=people[at::6]: write(part) for at in range(6)] + [seal_often, seal_often]
    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal()

    assert failed == []
    places = list(LedgerEntry.objects.order_by("position").values_list("position", flat=True))
    assert places == list(range(len(places)))
    assert LedgerEntry.objects.filter(kind=EntryKind.ACT).count() == len(people)
    assert verdicts() == set()
