"""The ledger holds what was done, names nobody, and is sealed under a signed root."""

import json
from collections.abc import Callable
from functools import partial

import pytest
from django.db import transaction

from acceptance.bodies import canonical, commitment
from acceptance.models import ActContext, Checkpoint, EntryKind, LedgerEntry
from acceptance.services import Verdict, entries, verify_ledger
from acceptance.signed_notes import Head, NoteInvalid, opened
from accounts.models import User
from policies.models import PolicyVersion
from policies.rendering import digest
from policies.services import recall_version
from tests.acceptance.conftest import EFFECT
from tests.acceptance.ledgers import HOUR, OTHER, SIGNER, seal, verdicts
from tests.acceptance.records import answer

# A test's own transaction is open while it runs, and PostgreSQL seals nothing that an open one wrote.
pytestmark = pytest.mark.once


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
    assert bodies[0]["html"] == {text.language: digest(text.html) for text in first.texts.all()}
    assert (bodies[1]["act"], bodies[1]["text"]["sha256"]) == (str(act.pk), act.text.sha256)
    assert bodies[2]["version"] == first.number


def test_an_act_that_is_not_recorded_is_not_entered(alice: User, first: PolicyVersion) -> None:
    with transaction.atomic():
        answer(alice, at=EFFECT)
        transaction.set_rollback(True)

    assert not LedgerEntry.objects.filter(kind=EntryKind.ACT).exists()


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


def test_a_sealed_ledger_is_sound_and_sealing_again_adds_nothing(sealed: None) -> None:
    entries = LedgerEntry.objects.count()

    assert seal(EFFECT + 2 * HOUR) == 0

    assert verdicts(EFFECT + 2 * HOUR) == set()
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [entries - 1, entries]
    places = LedgerEntry.objects.order_by("position").values_list("position", flat=True)
    assert list(places) == list(range(entries))


def test_the_first_entry_to_be_sealed_names_the_key_and_a_new_one_is_noted(people: list[User]) -> None:
    seal()
    kept = Checkpoint.objects.get().note
    answer(people[0], at=EFFECT + HOUR, accepts=False)
    seal(EFFECT + HOUR, OTHER)

    keys = LedgerEntry.objects.filter(kind=EntryKind.KEY).order_by("pk")
    publics = [json.loads(bytes(entry.body))["public"] for entry in keys]
    assert publics == [SIGNER.public.hex(), OTHER.public.hex()]
    # That the key was changed is said, whatever else there is.
    assert verdicts(trusted=OTHER, held=(kept,)) == {Verdict.SOUND}
    assert verdicts(trusted=SIGNER) == {Verdict.SOUND, Verdict.TAMPERED}


def test_an_act_that_says_it_is_older_than_what_was_entered_before_it_is_told_of(people: list[User]) -> None:
    seal()
    answer(people[0], at=EFFECT + 5 * HOUR, accepts=False)
    answer(people[1], at=EFFECT + 4.5 * HOUR, accepts=False)
    seal(EFFECT + 6 * HOUR)
    in_order = verdicts(EFFECT + 6 * HOUR)
    answer(people[2], at=EFFECT + HOUR, accepts=False)
    seal(EFFECT + 6 * HOUR)

    found = verify_ledger(trusted=SIGNER.public, now=EFFECT + 6 * HOUR)

    position = LedgerEntry.objects.latest("pk").position
    assert in_order == set()
    [finding] = found
    assert finding.verdict is Verdict.SOUND
    assert finding.sentence.startswith(
        f"At 1 places, the first at position {position}, an act says that it is"
    )


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


def test_a_publication_that_was_entered_without_its_pages_is_still_sound(
    make_version: Callable[..., PolicyVersion], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries of before releases that enter the digests of the HTML hold none, and never change."""
    without = partial(entries.body_of_publication, with_html=False)
    with monkeypatch.context() as patch:
        patch.setattr(entries, "body_of_publication", without)
        make_version(effective_at=EFFECT)
    seal()

    assert b"html" not in bytes(LedgerEntry.objects.get(kind=EntryKind.PUBLICATION).body)
    assert verdicts() == set()
