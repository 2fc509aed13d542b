"""A pack shows that the mail server took a message, for whom and when, without anybody's word for it."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from demo.sink import Sink
from notifications.models import Notice
from notifications.services import enter_handovers, plan_campaigns, run_due
from policies.models import PolicyVersion
from records import verify
from tests.acceptance.ledgers import SIGNER
from tests.conftest import NOW
from tests.notifications.records import at
from tests.records.packs import files_of, found, person_pack, sign_anew

# A test's own transaction is open while it runs, and PostgreSQL seals nothing that an open one wrote.
pytestmark = pytest.mark.once


@pytest.fixture
def mailed(alice: User, bob: User, charlie: User, first: PolicyVersion, mailbox: Sink) -> Notice:
    """Give Alice's notice, which the mail server took with those of two others."""
    plan_campaigns(now=NOW)
    run_due(clock=at(NOW))
    return Notice.objects.get(user=alice)


@pytest.fixture
def entered(mailed: Notice) -> Notice:
    """Give it once it was entered into the ledger."""
    assert enter_handovers(now=NOW) == 3
    return mailed


def test_the_message_and_its_moment_are_proved_by_the_ledger(
    entered: Notice, alice: User, mailbox: Sink, tmp_path: Path
) -> None:
    files = files_of(person_pack(alice))

    record = json.loads(files[f"notices/{entered.pk}.json"])
    said = json.loads(record["handover"]["leaf"])
    message = files[f"notices/{entered.pk}.eml"]
    assert message in [path.read_bytes() for path in mailbox.files()]
    assert said["message"] == sha256(message).hexdigest()
    assert (said["person"], said["address"]) == (str(alice.pk), alice.email)
    assert said["taken_at"] == record["settled_at"]
    assert record["handover"]["proof"]
    assert found(files, tmp_path / "pack.zip") == []


def test_a_pack_names_none_of_those_who_were_told_with_the_person(
    entered: Notice, alice: User, bob: User, charlie: User
) -> None:
    for content in files_of(person_pack(alice)).values():
        assert bob.email.encode() not in content
        assert charlie.email.encode() not in content


def in_record(**fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda record: record.update(fields)


def in_leaf(**fields: Any) -> Callable[[dict[str, Any]], None]:
    def change(record: dict[str, Any]) -> None:
        leaf = json.loads(record["handover"]["leaf"]) | fields
        record["handover"]["leaf"] = verify.canonical(leaf).decode()
        record.update({name: leaf[part] for name, part in verify.NOTICE.items()})

    return change


def in_place(place: int) -> Callable[[dict[str, Any]], None]:
    return lambda record: record["handover"].update(place=place)


OTHER_WORDS = "says something else than what was entered."
NOT_AMONG = "is not among the notices that were entered."
CHANGES = {
    "the moment in the record": (in_record(settled_at="2026-01-01T09:00:00.000000+00:00"), OTHER_WORDS),
    "the address in the record": (in_record(address="somebody@example.com"), OTHER_WORDS),
    "the version in the record": (in_record(version=7), OTHER_WORDS),
    "the moment everywhere": (in_leaf(taken_at="2026-01-01T09:00:00.000000+00:00"), NOT_AMONG),
    "the person": (in_leaf(person="7"), NOT_AMONG),
    "the version everywhere": (in_leaf(version=7), NOT_AMONG),
    "its place": (in_place(1), NOT_AMONG),
}


@pytest.mark.parametrize("change", CHANGES)
def test_who_holds_the_key_can_still_not_change_what_was_entered(
    entered: Notice, alice: User, tmp_path: Path, change: str
) -> None:
    made = person_pack(alice)
    files, path = files_of(made), f"notices/{entered.pk}.json"
    record = json.loads(files[path])
    alter, sentence = CHANGES[change]
    alter(record)
    files[path] = json.dumps(record).encode()
    sign_anew(files, made, path)

    assert found(files, tmp_path / "pack.zip") == [f"{path} {sentence}"]


def test_nor_put_another_message_in_its_place(entered: Notice, alice: User, tmp_path: Path) -> None:
    made = person_pack(alice)
    files, path = files_of(made), f"notices/{entered.pk}.eml"
    files[path] = files[path].replace(b"Privacy policy", b"Cookie policy!")
    sign_anew(files, made, path)

    record = f"notices/{entered.pk}.json"
    assert found(files, tmp_path / "pack.zip") == [
        f"{record} has another message than the one that was sent."
    ]


def test_nor_pass_it_off_as_another_person_s(entered: Notice, alice: User, bob: User, tmp_path: Path) -> None:
    made = person_pack(alice)
    files = files_of(made)
    files["identity.json"] = json.dumps(json.loads(files["identity.json"]) | {"id": bob.pk}).encode()
    sign_anew(files, made, "identity.json")

    assert found(files, tmp_path / "pack.zip") == [f"notices/{entered.pk}.json went to somebody else."]


def test_what_is_not_entered_yet_is_said_to_be_incomplete(
    mailed: Notice, alice: User, tmp_path: Path
) -> None:
    made = person_pack(alice)
    (tmp_path / "pack.zip").write_bytes(made.content)

    checked = verify.verified(tmp_path / "pack.zip", SIGNER.public.hex())

    assert (checked.changed, checked.unsealed) == ([], [f"notices/{mailed.pk}.json"])
