"""Whatever is changed behind the site's back is found out, and what is missing is told."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction

from acceptance.models import Act, ActContext, Checkpoint, LedgerEntry, LedgerRow, Presentation
from acceptance.services import LedgerBroken, Verdict, note_erasure, seal_ledger
from accounts.models import User
from policies.models import PolicyText, PolicyVersion
from tests.acceptance.conftest import EFFECT
from tests.acceptance.ledgers import HOUR, OTHER, seal, verdicts
from tests.acceptance.records import answer

# A test's own transaction is open while it runs, and PostgreSQL seals nothing that an open one wrote.
pytestmark = pytest.mark.once


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
    Act.objects.filter(pk=act.pk).update(user=other, acted_by=other)


def cut_person(_at: int) -> None:
    """Take an act from its person as an erasure does, but for what that enters into the ledger."""
    act = Act.objects.filter(kind="DECLINED").get()
    Act.objects.filter(pk=act.pk).update(user=None, acted_by=None, note="")
    ActContext.objects.filter(act=act).delete()


def remove_circumstances(_at: int) -> None:
    ActContext.objects.filter(act__kind="DECLINED").delete()


def change_text(_at: int) -> None:
    PolicyText.objects.filter(language="en").update(body="We keep orders for a hundred years.")


def change_page(_at: int) -> None:
    """Let pages show something else than the text that is still there."""
    PolicyText.objects.filter(language="en").update(html="<p>We keep orders for a hundred years.</p>")


def change_title(_at: int) -> None:
    PolicyText.objects.filter(language="en").update(title="Terms of sale")


def change_class(_at: int) -> None:
    PolicyVersion.objects.update(change_class="EDITORIAL")


def change_words(_at: int) -> None:
    shown = Presentation.objects.first()
    assert shown
    Presentation.objects.filter(pk=shown.pk).update(wording=shown.wording | {"statement": "I agree to all."})


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
    cut_person,
    remove_circumstances,
    change_text,
    change_page,
    change_title,
    change_class,
    change_words,
    change_address,
    forge_suffix,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("at", [3, 12])
def test_whatever_is_changed_is_found_out(bare: None, change: Callable[[int], None], at: int) -> None:
    change(at)

    assert Verdict.TAMPERED in verdicts()


def test_a_ledger_that_was_cut_off_is_found_out_by_who_kept_a_checkpoint(bare: None) -> None:
    """Who owns database and key can take the end away; nothing stored shows it any more."""
    first, last = Checkpoint.objects.order_by("size")
    kept = last.note
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


def test_the_link_to_an_erased_person_can_go_and_the_proof_stays(sealed: None) -> None:
    act = Act.objects.filter(kind="DECLINED").get()
    Act.objects.filter(pk=act.pk).update(user=None, acted_by=None, note="")
    ActContext.objects.filter(act=act).delete()
    note_erasure(uuid4(), acts=1, entered=0, taken_over=0, now=EFFECT)

    assert verdicts() == set()


def test_an_act_without_an_entry_is_incomplete(bare: None) -> None:
    """As one that was recorded before there was a ledger."""
    answered = Act.objects.filter(kind="DECLINED").get()
    copy = Act.objects.get(pk=answered.pk)
    copy.pk = "00000000-0000-4000-8000-000000000001"
    copy._state.adding = True
    copy.save(force_insert=True)

    assert verdicts() == {Verdict.INCOMPLETE}


def test_what_waits_too_long_to_be_sealed_is_incomplete(sealed: None, people: list[User]) -> None:
    answer(people[1], at=EFFECT + 2 * HOUR, accepts=False)

    assert verdicts(EFFECT + 2 * HOUR + timedelta(minutes=10)) == set()
    assert verdicts(EFFECT + 2 * HOUR + timedelta(minutes=11)) == {Verdict.INCOMPLETE}


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
def test_no_statement_changes_or_deletes_what_is_sealed(
    sealed: None, table: str, column: str, value: str, statement: str
) -> None:
    with pytest.raises(Exception, match="never"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table, column, value))

    assert verdicts() == set()
