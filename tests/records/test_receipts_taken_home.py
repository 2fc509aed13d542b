"""A person takes a receipt home, and checks it without the site."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from acceptance.models import Act
from accounts.models import User
from records import verify
from tests.acceptance.conftest import EFFECT
from tests.acceptance.ledgers import OTHER, SIGNER, seal
from tests.acceptance.pages import words
from tests.records.packs import alone

# A test's own transaction is open while it runs, and PostgreSQL seals nothing that an open one wrote.
pytestmark = pytest.mark.once


@pytest.fixture
def taken(answered: User, client: Client) -> str:
    """Give the receipt that a person has saved, after the ledger was sealed."""
    seal(EFFECT)
    client.force_login(answered)
    act = Act.objects.get(user=answered)
    assert f"/me/receipts/{act.pk}/" in client.get("/me/").content.decode()
    answer = client.get(f"/me/receipts/{act.pk}/")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer.headers["Cache-Control"]
    return answer.content.decode()


def check(content: str, folder: Path, *arguments: str) -> int:
    saved = folder / "receipt.json"
    saved.write_text(content)
    return alone(Path(verify.__file__), str(saved), *arguments)[0]


def test_a_saved_receipt_is_checked_without_the_site(taken: str, tmp_path: Path) -> None:
    assert json.loads(taken)["text"] == "We keep orders for six years.\n"
    assert check(taken, tmp_path, "--key", SIGNER.public.hex()) == verify.SOUND
    assert check(taken, tmp_path) == verify.SOUND
    assert check(taken, tmp_path, "--key", OTHER.public.hex()) == verify.CHANGED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("six years", "ten years"),
        ("ACKNOWLEDGED", "AGREED"),
        ("alice@", "bob@"),
        ("Seen on the train.", "Seen by nobody."),
        ("I have seen version", "I agree to version"),
        ('"version": 1', '"version": 2'),
        ("2026-03", "2026-02"),
    ],
)
def test_whatever_is_changed_in_it_is_found_out(taken: str, tmp_path: Path, old: str, new: str) -> None:
    assert old in taken
    assert check(taken.replace(old, new), tmp_path, "--key", SIGNER.public.hex()) == verify.CHANGED


@pytest.mark.parametrize(
    "more",
    [
        {"act": {"title": "Terms of sale"}},
        {"act": {"person": "somebody@else.example"}},
        {"owes": "1000 EUR"},
    ],
)
def test_whatever_is_added_to_it_is_found_out(taken: str, tmp_path: Path, more: dict[str, Any]) -> None:
    receipt = json.loads(taken)
    for name, value in more.items():
        receipt[name] = receipt[name] | value if isinstance(value, dict) else value

    assert check(json.dumps(receipt), tmp_path, "--key", SIGNER.public.hex()) == verify.CHANGED


def test_what_it_says_twice_is_found_out(taken: str, tmp_path: Path) -> None:
    twice = taken.replace('"act": {', '"act": {"kind": "AGREED", ', 1)

    assert check(twice, tmp_path, "--key", SIGNER.public.hex()) == verify.CHANGED


def test_what_it_leaves_out_is_said(taken: str, tmp_path: Path) -> None:
    saved = tmp_path / "receipt.json"
    saved.write_text(json.dumps(json.loads(taken) | {"opening": None}))
    assert "does not say whose act it is" in alone(Path(verify.__file__), str(saved))[1]
    saved.write_text(json.dumps(json.loads(taken) | {"proof": None}))
    assert "Nothing in it is signed." in alone(Path(verify.__file__), str(saved))[1]


def test_a_receipt_before_the_sealing_is_incomplete(answered: User, client: Client, tmp_path: Path) -> None:
    client.force_login(answered)
    content = client.get(f"/me/receipts/{Act.objects.get(user=answered).pk}/").content.decode()

    assert check(content, tmp_path, "--key", SIGNER.public.hex()) == verify.INCOMPLETE


def test_a_receipt_can_be_read_with_the_words_the_text_and_the_seal(answered: User, client: Client) -> None:
    client.force_login(answered)
    act = Act.objects.get(user=answered)
    place = f"/me/receipts/{act.pk}/read/"

    before = words(client.get(place).content)
    seal(EFFECT)
    sealed = client.get(place)

    assert place in client.get("/me/").content.decode()
    said = words(sealed.content)
    assert "alice@example.com" in said
    assert "I have seen version 1 of “Privacy policy” and what it changes." in said
    assert "Seen on the train." in said
    assert "We keep orders for six years." in said
    assert str(act.pk) in said
    assert SIGNER.public.hex() in said
    assert "has not been sealed since" in before
    assert "has not been sealed since" not in said
    assert "no-store" in sealed.headers["Cache-Control"]


def test_nobody_gets_the_receipt_of_another(answered: User, bob: User, client: Client) -> None:
    act = Act.objects.get(user=answered)

    ways = [f"/me/receipts/{act.pk}/", f"/me/receipts/{act.pk}/read/"]
    assert [client.get(way).status_code for way in ways] == [302, 302]
    client.force_login(bob)
    assert [client.get(way).status_code for way in ways] == [404, 404]
    assert client.get(f"/me/receipts/{uuid.uuid4()}/").status_code == 404


def test_anybody_may_keep_the_checkpoint_the_key_and_the_program(
    answered: User, client: Client, make_person: Callable[..., User]
) -> None:
    assert client.get("/ledger/checkpoint.txt").status_code == 404
    seal(EFFECT)

    note = client.get("/ledger/checkpoint.txt").content.decode()
    assert verify.note_text(note, SIGNER.name, SIGNER.public)
    assert client.get("/ledger/keys.txt").content.decode().startswith(f"{SIGNER.public.hex()} {SIGNER.name} ")
    assert client.get("/ledger/verify.py").content == Path(verify.__file__).read_bytes()
    assert client.post("/ledger/checkpoint.txt").status_code == 405
