"""A sealed ledger, and the changes that who owns the database can make to it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction
from django.utils import timezone

from acceptance.bodies import LEAF
from acceptance.merkle import Tree, grown, leaf_hash
from acceptance.models import (
    Act,
    ActContext,
    ActKind,
    Checkpoint,
    LedgerEntry,
    LedgerRow,
)
from acceptance.services import Verdict, seal_ledger
from acceptance.services.verifying import findings
from acceptance.signed_notes import Head, Signer
from policies.triggers import drop_triggers, every_trigger

from .acted import SIGNER, enter, enter_at_the_desk, take_over
from .tampered_rows import TOLD

OTHER = Signer(SIGNER.name, Ed25519PrivateKey.from_private_bytes(b"2" * 32))
CHECKPOINTS = 5
# The key, the rules and the publication.
FIRST = 3
# So many answers come from the desk, and so many acceptances from an older system.
OTHERS = 5

Change = Callable[["Ledger", Random], object]


class Ledger:
    """A ledger of so many entries under several checkpoints, without triggers."""

    def __init__(self, entries: int) -> None:
        acts = entries - FIRST - 2 * OTHERS
        for part in range(CHECKPOINTS):
            enter(acts // CHECKPOINTS + (part == 0) * (acts % CHECKPOINTS))
            if part == 0:
                enter_at_the_desk(OTHERS)
                take_over(OTHERS)
            seal_ledger(signer=SIGNER, now=timezone.now())
        drop_triggers(connection, every_trigger())
        self.size = LedgerEntry.objects.count()
        self.kept = Checkpoint.objects.latest("size").note
        self.changes = CHANGES

    def finds(self, change: Change, drawn: Random) -> bool:
        """Whether the verifier finds a change, which is then taken back."""
        with undone():
            change(self, drawn)
            return self.is_tampered(self.kept if change in KEPT_FOR else "")

    def is_tampered(self, held: str = "") -> bool:
        """Whether the verifier finds tampering; `held` is a checkpoint that somebody kept."""
        found = findings(trusted=SIGNER.public, held=[held] if held else [], now=timezone.now())
        return any(each.verdict == Verdict.TAMPERED for each in found)

    def place(self, drawn: Random) -> int:
        """Give any place."""
        return drawn.randrange(self.size)

    def entry(self, drawn: Random) -> LedgerEntry:
        """Give any entry of an act on the site."""
        of_acts = LedgerEntry.objects.filter(act__channel="WEB").order_by("position")
        return of_acts.select_related("act")[drawn.randrange(self.size - FIRST - 2 * OTHERS)]


@contextmanager
def undone() -> Iterator[None]:
    """Take back what is done inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def flipped(value: bytes, drawn: Random) -> bytes:
    """Give bytes of which one bit is another."""
    at = drawn.randrange(len(value))
    return value[:at] + bytes([value[at] ^ (1 << drawn.randrange(8))]) + value[at + 1 :]


def bit_of_a_body(ledger: Ledger, drawn: Random) -> None:
    """Change one bit of a body."""
    entry = LedgerEntry.objects.get(position=ledger.place(drawn))
    LedgerEntry.objects.filter(pk=entry.pk).update(body=flipped(bytes(entry.body), drawn))


def row_removed(ledger: Ledger, drawn: Random) -> None:
    """Remove an entry."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM acceptance_ledgerentry WHERE position = %s", [ledger.place(drawn)])


def row_added(ledger: Ledger, drawn: Random) -> None:
    """Put another entry behind the last one."""
    LedgerEntry.objects.create(
        kind="KEY", body=bytes(drawn.randbytes(40)), entered_at=timezone.now(), position=ledger.size
    )


def rows_swapped(ledger: Ledger, drawn: Random) -> None:
    """Let two entries change places."""
    first, second = drawn.sample(range(ledger.size), 2)
    for before, after in ((first, -1), (second, first), (-1, second)):
        LedgerEntry.objects.filter(position=before).update(position=after)


def bodies_swapped(ledger: Ledger, drawn: Random) -> None:
    """Let two entries change bodies."""
    first, second = (LedgerEntry.objects.get(position=at) for at in drawn.sample(range(ledger.size), 2))
    LedgerEntry.objects.filter(pk=first.pk).update(body=second.body)
    LedgerEntry.objects.filter(pk=second.pk).update(body=first.body)


def place_changed(ledger: Ledger, drawn: Random) -> None:
    """Move an entry to a place behind all others."""
    LedgerEntry.objects.filter(position=ledger.place(drawn)).update(position=ledger.size + drawn.randrange(9))


def checkpoint_replaced(_ledger: Ledger, drawn: Random) -> None:
    """Put another checkpoint's note and root into one."""
    one, other = drawn.sample(list(Checkpoint.objects.all()), 2)
    Checkpoint.objects.filter(pk=one.pk).update(note=other.note, root=other.root)


def sign_of_a_note(_ledger: Ledger, drawn: Random) -> None:
    """Change one character of a checkpoint's note."""
    one = drawn.choice(list(Checkpoint.objects.all()))
    at = drawn.randrange(len(one.note))
    sign = drawn.choice([sign for sign in map(chr, range(9, 127)) if sign != one.note[at]])
    Checkpoint.objects.filter(pk=one.pk).update(note=one.note[:at] + sign + one.note[at + 1 :])


def root_changed(_ledger: Ledger, drawn: Random) -> None:
    """Change one bit of a checkpoint's root."""
    one = drawn.choice(list(Checkpoint.objects.all()))
    Checkpoint.objects.filter(pk=one.pk).update(root=flipped(bytes(one.root), drawn))


def size_changed(_ledger: Ledger, drawn: Random) -> None:
    """Let a checkpoint be over one entry less."""
    one = drawn.choice(list(Checkpoint.objects.all()))
    Checkpoint.objects.filter(pk=one.pk).update(size=one.size - 1)


def checkpoint_removed(_ledger: Ledger, _drawn: Random) -> None:
    """Remove the last checkpoint."""
    Checkpoint.objects.latest("size").delete()


def bit_of_the_hashes(_ledger: Ledger, drawn: Random) -> None:
    """Change one bit of the stored hashes."""
    row = drawn.choice(list(LedgerRow.objects.all()))
    LedgerRow.objects.filter(pk=row.pk).update(hashes=flipped(bytes(row.hashes), drawn))


def hashes_removed(_ledger: Ledger, drawn: Random) -> None:
    """Remove a row of hashes."""
    drawn.choice(list(LedgerRow.objects.all())).delete()


def act_changed(ledger: Ledger, drawn: Random) -> None:
    """Change an act, and leave its entry."""
    act = ledger.entry(drawn).act
    assert act
    person = Act.objects.exclude(user=act.user_id)[0].user_id
    # The constraints of the table let no act on the site be another's, nor one at the desk one's own.
    changes: list[dict[str, Any]] = [
        {"kind": ActKind.AGREED},
        {"at": act.at.replace(year=2020)},
        {"note": "No."},
        {"channel": "DESK", "note": "No.", "acted_by": person},
        {"user": person, "acted_by": person},
    ]
    Act.objects.filter(pk=act.pk).update(**drawn.choice(changes))


def context_changed(ledger: Ledger, drawn: Random) -> None:
    """Change the address that an act was made with, or the salt of its commitments."""
    act = ledger.entry(drawn).act_id
    to: dict[str, Any] = drawn.choice([{"email": "else@crowd.example"}, {"salt": drawn.randbytes(32)}])
    ActContext.objects.filter(act=act).update(**to)


def act_removed(ledger: Ledger, drawn: Random) -> None:
    """Remove an act with its context, and leave its entry."""
    key = ledger.entry(drawn).act_id
    with connection.cursor() as cursor:
        for table, column in (("acceptance_actcontext", "act_id"), ("acceptance_act", "id")):
            cursor.execute(f"DELETE FROM {table} WHERE {column} = %s", [key.hex if key else ""])  # noqa: S608 - names of ours


def act_changed_with_its_entry(ledger: Ledger, drawn: Random) -> int:
    """Change an act, and its entry's body so that both say the same; gives the place."""
    entry = ledger.entry(drawn)
    body = bytes(entry.body).replace(b'"kind":"ACKNOWLEDGED"', b'"kind":"DECLINED"')
    Act.objects.filter(entry=entry).update(kind=ActKind.DECLINED)
    LedgerEntry.objects.filter(pk=entry.pk).update(body=body)
    return entry.position or 0


def act_cut_loose(ledger: Ledger, drawn: Random) -> None:
    """Take an act from its person as an erasure does, but for what that enters into the ledger."""
    entry = ledger.entry(drawn)
    Act.objects.filter(entry=entry).update(user=None, acted_by=None, note="")
    ActContext.objects.filter(act__entry=entry).delete()


def forged(ledger: Ledger, drawn: Random, signer: Signer) -> None:
    """Change an act with its entry, grow the tree again, and sign all that stands behind it anew."""
    regrow(act_changed_with_its_entry(ledger, drawn), signer)


def regrow(place: int, signer: Signer) -> None:
    """Grow the tree over the entries as they are, and sign each checkpoint over the one at `place`."""
    bodies = LedgerEntry.objects.order_by("position").values_list("body", flat=True)
    rows = {
        (level, number): row
        for level, number, row in grown(
            lambda *_at: b"", 0, (leaf_hash(LEAF + bytes(body)) for body in bodies)
        )
    }
    LedgerRow.objects.all().delete()
    LedgerRow.objects.bulk_create(
        LedgerRow(level=level, place=number, hashes=row) for (level, number), row in rows.items()
    )
    for one in Checkpoint.objects.filter(size__gt=place):
        root = Tree(lambda level, number: rows.get((level, number), b""), one.size).root()
        note = signer.sign(Head(signer.name, one.size, root))
        Checkpoint.objects.filter(pk=one.pk).update(root=root, note=note)


def forged_by_another_key(ledger: Ledger, drawn: Random) -> None:
    """Forge the end of the ledger with a key of one's own."""
    forged(ledger, drawn, OTHER)


def forged_by_the_sites_key(ledger: Ledger, drawn: Random) -> None:
    """Forge the end of the ledger with the very key. Who kept a checkpoint finds out."""
    forged(ledger, drawn, SIGNER)


def cut_off_by_the_sites_key(ledger: Ledger, drawn: Random) -> None:
    """Take the end away with the very key: entries, acts and checkpoints. Who kept one finds out."""
    size = drawn.choice(list(Checkpoint.objects.exclude(size=ledger.size))).size
    gone = LedgerEntry.objects.filter(position__gte=size)
    acts = Act.objects.filter(entry__in=gone)
    Checkpoint.objects.filter(size__gt=size).delete()
    ActContext.objects.filter(act__in=acts).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM acceptance_act WHERE id IN"
            " (SELECT act_id FROM acceptance_ledgerentry WHERE position >= %s)",
            [size],
        )
        cursor.execute("DELETE FROM acceptance_ledgerentry WHERE position >= %s", [size])
    regrow(size, SIGNER)


KEPT_FOR: tuple[Change, ...] = (forged_by_the_sites_key, cut_off_by_the_sites_key)
CHANGES: tuple[Change, ...] = (
    bit_of_a_body,
    row_removed,
    row_added,
    rows_swapped,
    bodies_swapped,
    place_changed,
    checkpoint_replaced,
    sign_of_a_note,
    root_changed,
    size_changed,
    checkpoint_removed,
    bit_of_the_hashes,
    hashes_removed,
    act_changed,
    context_changed,
    act_removed,
    act_changed_with_its_entry,
    act_cut_loose,
    *TOLD,
    forged_by_another_key,
    *KEPT_FOR,
)
