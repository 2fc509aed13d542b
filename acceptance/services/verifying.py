"""Verify the ledger: what is stored must be what was signed, and what was done must be what is stored."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from functools import partial
from typing import NamedTuple

from django.conf import settings

from policies.models import PolicyVersion, Recall

from ..bodies import LEAF, late_in
from ..merkle import WIDTH, Tree, grown, leaf_hash
from ..models import Act, Checkpoint, EntryKind, LedgerEntry, LedgerRow, LegacyAcceptance, TimestampToken
from ..signed_notes import opened_by_any
from ..timestamps import NoToken, verify_token
from .entries import (
    body_of_act,
    body_of_legacy,
    body_of_publication,
    body_of_recall,
    committed_of,
    legacy_committed_of,
    text_of,
)

# A beat seals every half minute. What waits for longer than this is not being sealed.
SEALED_WITHIN = timedelta(minutes=10)
# So many rows are read at a time.
PORTION = 2_000


class Verdict(IntEnum):
    """What became of the verification; the exit status of the command."""

    SOUND = 0
    TAMPERED = 1
    INCOMPLETE = 2
    UNDECIDED = 3


@dataclass(frozen=True)
class Finding:
    """Something that is not as it must be, in a sentence that names nobody."""

    verdict: Verdict
    sentence: str


def verify_ledger(*, trusted: bytes, held: Sequence[str] = (), now: datetime) -> list[Finding]:
    """Give what is wrong with the ledger; nothing where it is sound.

    `trusted` is the public key (32 bytes) that the latest checkpoint must be signed with. `held` are
    checkpoints that somebody kept: the ledger must still begin as they say.
    """
    checkpoints = list(Checkpoint.objects.order_by("size"))
    if not checkpoints:
        return [Finding(Verdict.UNDECIDED, "Nothing is sealed yet. Run manage.py seal_ledger.")]
    return [
        *wrong_tree(checkpoints, trusted, held),
        *wrong_tokens(),
        *wrong_acts(),
        *wrong_legacy(),
        *wrong_publications(),
        *unsealed(now),
    ]


class Restore(NamedTuple):
    """That the database was restored from a backup: how many entries it held, and how many there had been."""

    kept: int
    lost: int
    noted_at: str

    @property
    def sentence(self) -> str:
        """What is to be known of it."""
        return (
            f"The database was restored from a backup, as noted on {self.noted_at}:"
            f" of {self.lost} sealed entries it held {self.kept}."
        )


class Grown:
    """A tree that is grown again from the entries, in memory, and what they say of keys and restores."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, int], bytes] = {}
        self.size = 0
        self.keys: list[tuple[str, bytes]] = []
        self.restores: list[Restore] = []

    def row(self, level: int, place: int) -> bytes:
        """Give a row; nothing where it is not there."""
        return self.rows.get((level, place), b"")

    def add(self, hashes: Sequence[bytes]) -> None:
        """Add leaves."""
        for level, place, row in list(grown(self.row, self.size, hashes)):
            self.rows[level, place] = row
        self.size += len(hashes)

    def root(self, size: int) -> bytes:
        """Give the root over the first `size` leaves."""
        return Tree(self.row, size).root()

    def read(self) -> None:
        """Grow over all entries that have places, up to the first place that is empty."""
        added: list[bytes] = []
        placed = LedgerEntry.objects.filter(position__isnull=False).order_by("position")
        for position, kind, body in placed.values_list("position", "kind", "body").iterator(PORTION):
            if position != self.size + len(added):
                break
            added.append(leaf_hash(LEAF + bytes(body)))
            self.keys += key_in(bytes(body)) if kind == EntryKind.KEY else []
            self.restores += restore_in(bytes(body)) if kind == EntryKind.RESTORE else []
            if len(added) == WIDTH:
                self.add(added)
                added = []
        self.add(added)


def wrong_tree(checkpoints: Sequence[Checkpoint], trusted: bytes, held: Sequence[str]) -> Iterator[Finding]:
    """Give where places, hashes, roots and signatures do not agree with each other."""
    tree = Grown()
    tree.read()
    placed = LedgerEntry.objects.filter(position__isnull=False).count()
    if placed != tree.size:
        yield tampered(f"The entry at position {tree.size} is not there.")
        return
    if tree.size != checkpoints[-1].size:
        yield tampered(
            f"{tree.size} entries have places, and the last checkpoint is over {checkpoints[-1].size}."
        )
    for checkpoint in checkpoints:
        yield from wrong_checkpoint(checkpoint, tree)
    trusted_key = tree.keys[-1][0] if tree.keys else "", trusted
    yield from wrong_note("last checkpoint", checkpoints[-1].note, tree, [trusted_key])
    for note in held:
        # It may have been signed before the key was changed.
        yield from wrong_held(note, tree, [*tree.keys, trusted_key])
    for restore in tree.restores:
        yield Finding(Verdict.SOUND, restore.sentence)
    stored = {(row.level, row.place): bytes(row.hashes) for row in LedgerRow.objects.iterator(PORTION)}
    if stored != tree.rows:
        yield tampered("The stored hashes are not those of the entries.")


def key_in(body: bytes) -> list[tuple[str, bytes]]:
    """Give the name and the public key that an entry notes; none where it was changed into something else."""
    try:
        noted = json.loads(body)
        return [(str(noted["origin"]), bytes.fromhex(noted["public"]))]
    except (ValueError, LookupError, TypeError):
        return []


def restore_in(body: bytes) -> list[Restore]:
    """Give the restore that an entry notes; none where it was changed into something else."""
    try:
        noted = json.loads(body)
        return [Restore(int(noted["kept"]["size"]), int(noted["lost"]["size"]), str(noted["noted_at"]))]
    except (ValueError, LookupError, TypeError):
        return []


def wrong_held(note: str, tree: Grown, keys: Sequence[tuple[str, bytes]]) -> Iterator[Finding]:
    """Give what is wrong with a checkpoint that somebody kept, perhaps from before a restore."""
    head = opened_by_any(note, keys)
    for restore in tree.restores if head else ():
        if (
            head
            and restore.kept < head.size <= restore.lost
            and (head.size > tree.size or tree.root(head.size) != head.root)
        ):
            sentence = "The checkpoint that was kept covers entries that were lost."
            yield Finding(Verdict.UNDECIDED, f"{sentence} {restore.sentence}")
            return
    yield from wrong_note("checkpoint that was kept", note, tree, keys)


def wrong_checkpoint(checkpoint: Checkpoint, tree: Grown) -> Iterator[Finding]:
    """Give what is wrong with a stored checkpoint."""
    name = f"checkpoint over {checkpoint.size} entries"
    found = list(wrong_note(name, checkpoint.note, tree, tree.keys))
    yield from found
    if not found:
        head = opened_by_any(checkpoint.note, tree.keys)
        if head and (head.size, head.root) != (checkpoint.size, bytes(checkpoint.root)):
            yield tampered(f"The {name} says something else than its note.")


def wrong_note(name: str, note: str, tree: Grown, keys: Sequence[tuple[str, bytes]]) -> Iterator[Finding]:
    """Give what is wrong with a signed checkpoint: its signature, or what it says of the entries."""
    head = opened_by_any(note, keys)
    if head is None:
        yield tampered(f"The {name} is not signed with a key that counts.")
    elif head.size > tree.size:
        yield tampered(f"The {name} is over {head.size} entries, and only {tree.size} are there.")
    elif tree.root(head.size) != head.root:
        yield tampered(f"The entries are not those that the {name} was signed over.")


def wrong_tokens() -> Iterator[Finding]:
    """Give the time stamps that are none for their checkpoint, where the authority's roots are known."""
    tokens = TimestampToken.objects.select_related("checkpoint").order_by("pk")
    for token in tokens if settings.TIMESTAMP_ROOTS else ():
        name = f"time stamp of the checkpoint over {token.checkpoint.size} entries"
        try:
            stamped_at = verify_token(bytes(token.token), token.checkpoint.note.encode())
        except NoToken as error:
            yield tampered(f"The {name} does not hold: {error}")
        else:
            if stamped_at != token.stamped_at:
                yield tampered(f"The {name} says another moment than its row.")


def wrong_acts() -> Iterator[Finding]:
    """Give the acts that have no entry, or say something else than it."""
    acts = Act.objects.select_related("text", "version__policy", "presentation", "context", "entry")
    for act in acts.order_by("pk").iterator(chunk_size=PORTION):
        entry = getattr(act, "entry", None)
        if entry is None:
            yield missing(f"Act {act.pk}")
        elif not says(act, bytes(entry.body)):
            yield tampered(f"Act {act.pk} is not as it was entered.")


def says(act: Act, body: bytes) -> bool:
    """Whether an act is as its entry says; of an erased person, as far as that can be told."""
    context, committed = getattr(act, "context", None), committed_in(body)
    if act.user_id is not None and context is not None and bool(context.salt):
        known = committed_of(act, context)
        if act.acted_by_id is None:
            known["acted_by"] = committed.get("acted_by", "")
        committed = known
    made = body_of_act(
        act, committed, text=text_of(act), presentation=act.presentation.sha256, late=late_in(body)
    )
    return body == made


def wrong_legacy() -> Iterator[Finding]:
    """Give the acceptances that were taken over and say something else than their entry, or are gone."""
    taken = LegacyAcceptance.objects.select_related("policy", "version", "entry")
    for legacy in taken.order_by("pk").iterator(chunk_size=PORTION):
        body = bytes(legacy.entry.body)
        is_known = legacy.user_id is not None and bool(legacy.salt)
        committed = legacy_committed_of(legacy) if is_known else committed_in(body)
        number = legacy.version.number if legacy.version else None
        if body != body_of_legacy(legacy, committed, policy=legacy.policy.slug, version=number):
            yield tampered(f"The acceptance {legacy.pk}, taken over, is not as it was entered.")
    gone = LedgerEntry.objects.filter(kind=EntryKind.LEGACY, legacy=None).count()
    if gone:
        yield tampered(f"{gone} acceptances that were taken over are in the ledger alone.")


def committed_in(body: bytes) -> dict[str, str]:
    """Give the commitments that an entry holds; none where it was changed into something else."""
    try:
        return dict(json.loads(body)["committed"])
    except (ValueError, LookupError, TypeError):
        return {}


def wrong_publications() -> Iterator[Finding]:
    """Give the publications and recalls that have no entry, or say something else than it."""
    entries = {
        (entry.version_id, entry.kind): bytes(entry.body)
        for entry in LedgerEntry.objects.filter(version__isnull=False)
    }
    versions = PolicyVersion.objects.filter(published_at__isnull=False).select_related("policy")
    stored: list[tuple[PolicyVersion, EntryKind, Callable[..., bytes]]] = [
        (version, EntryKind.PUBLICATION, partial(body_of_publication, version))
        for version in versions.prefetch_related("texts").order_by("pk")
    ]
    recalls = Recall.objects.select_related("version__policy").order_by("pk")
    stored += [(recall.version, EntryKind.RECALL, partial(body_of_recall, recall)) for recall in recalls]
    for version, kind, made in stored:
        name = f"The {kind.value.lower()} of {version.policy.slug}/{version.number}"
        body = entries.get((version.pk, kind))
        if body is None:
            yield missing(name)
        elif made(late=late_in(body)) != body:
            yield tampered(f"{name} is not as it was entered.")


def unsealed(now: datetime) -> Iterator[Finding]:
    """Say whether entries wait to be sealed for too long."""
    late = LedgerEntry.objects.filter(position=None, entered_at__lt=now - SEALED_WITHIN).count()
    if late:
        sentence = f"{late} entries are not sealed. Run manage.py seal_ledger, and start beat."
        yield Finding(Verdict.INCOMPLETE, sentence)


def missing(name: str) -> Finding:
    """Give a finding about what has no entry. It may be older than the ledger."""
    advice = "If it is older than the ledger, run manage.py seal_ledger --enter-missing."
    return Finding(Verdict.INCOMPLETE, f"{name} is not in the ledger. {advice}")


def tampered(sentence: str) -> Finding:
    """Give a finding that nothing but a change behind the site's back explains."""
    return Finding(Verdict.TAMPERED, sentence)
