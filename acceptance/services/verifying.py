"""Verify the ledger: what is stored must be what was signed, and what was done must be what is stored."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from policies.models import PolicyVersion, Recall

from ..bodies import LEAF
from ..merkle import WIDTH, Tree, grown, leaf_hash
from ..models import Act, Checkpoint, EntryKind, LedgerEntry, LedgerRow
from ..signed_notes import Head, NoteInvalid, opened
from .entries import body_of_act, body_of_publication, body_of_recall, committed_of

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
        *wrong_acts(),
        *wrong_publications(),
        *unsealed(now),
    ]


class Grown:
    """A tree that is grown again from the entries, in memory."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, int], bytes] = {}
        self.size = 0

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


def wrong_tree(checkpoints: Sequence[Checkpoint], trusted: bytes, held: Sequence[str]) -> Iterator[Finding]:
    """Give where places, hashes, roots and signatures do not agree with each other."""
    keys: list[tuple[str, bytes]] = []
    tree = Grown()
    added: list[bytes] = []
    placed = LedgerEntry.objects.filter(position__isnull=False).order_by("position")
    for entry in placed.values_list("position", "kind", "body").iterator(chunk_size=PORTION):
        position, kind, body = entry
        if position != tree.size + len(added):
            yield tampered(f"The entry at position {tree.size + len(added)} is not there.")
            return
        added.append(leaf_hash(LEAF + bytes(body)))
        if kind == EntryKind.KEY:
            keys += key_in(bytes(body))
        if len(added) == WIDTH:
            tree.add(added)
            added = []
    tree.add(added)
    if tree.size != checkpoints[-1].size:
        yield tampered(
            f"{tree.size} entries have places, and the last checkpoint is over {checkpoints[-1].size}."
        )
    for checkpoint in checkpoints:
        yield from wrong_checkpoint(checkpoint, tree, keys)
    trusted_key = keys[-1][0] if keys else "", trusted
    yield from wrong_note("last checkpoint", checkpoints[-1].note, tree, [trusted_key])
    for note in held:
        # It may have been signed before the key was changed.
        yield from wrong_note("checkpoint that was kept", note, tree, [*keys, trusted_key])
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


def wrong_checkpoint(
    checkpoint: Checkpoint, tree: Grown, keys: Sequence[tuple[str, bytes]]
) -> Iterator[Finding]:
    """Give what is wrong with a stored checkpoint."""
    name = f"checkpoint over {checkpoint.size} entries"
    found = list(wrong_note(name, checkpoint.note, tree, keys))
    yield from found
    if not found:
        head = next(filter(None, (head_of(checkpoint.note, key) for key in keys)))
        if (head.size, head.root) != (checkpoint.size, bytes(checkpoint.root)):
            yield tampered(f"The {name} says something else than its note.")


def wrong_note(name: str, note: str, tree: Grown, keys: Sequence[tuple[str, bytes]]) -> Iterator[Finding]:
    """Give what is wrong with a signed checkpoint: its signature, or what it says of the entries."""
    heads = [head for head in (head_of(note, key) for key in keys) if head]
    if not heads:
        yield tampered(f"The {name} is not signed with a key that counts.")
    elif heads[0].size > tree.size:
        yield tampered(f"The {name} is over {heads[0].size} entries, and only {tree.size} are there.")
    elif tree.root(heads[0].size) != heads[0].root:
        yield tampered(f"The entries are not those that the {name} was signed over.")


def head_of(note: str, key: tuple[str, bytes]) -> Head | None:
    """Give what a note says, if that key has signed it."""
    try:
        return opened(note, *key)
    except NoteInvalid:
        return None


def wrong_acts() -> Iterator[Finding]:
    """Give the acts that have no entry, or say something else than it."""
    acts = Act.objects.select_related("text", "version__policy", "presentation", "context", "entry")
    for act in acts.order_by("pk").iterator(chunk_size=PORTION):
        entry = getattr(act, "entry", None)
        if entry is None:
            yield Finding(Verdict.INCOMPLETE, f"Act {act.pk} is not in the ledger.")
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
    text: dict[str, str | int] = {
        "policy": act.version.policy.slug,
        "version": act.version.number or 0,
        "language": act.text.language,
        "sha256": act.text.sha256,
    }
    return body == body_of_act(act, committed, text=text, presentation=act.presentation.sha256)


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
    stored = [
        (version, EntryKind.PUBLICATION, body_of_publication(version))
        for version in versions.prefetch_related("texts").order_by("pk")
    ]
    recalls = Recall.objects.select_related("version__policy").order_by("pk")
    stored += [(recall.version, EntryKind.RECALL, body_of_recall(recall)) for recall in recalls]
    for version, kind, body in stored:
        name = f"The {kind.value.lower()} of {version.policy.slug}/{version.number}"
        if (version.pk, kind) not in entries:
            yield Finding(Verdict.INCOMPLETE, f"{name} is not in the ledger.")
        elif entries[version.pk, kind] != body:
            yield tampered(f"{name} is not as it was entered.")


def unsealed(now: datetime) -> Iterator[Finding]:
    """Say whether entries wait to be sealed for too long."""
    late = LedgerEntry.objects.filter(position=None, entered_at__lt=now - SEALED_WITHIN).count()
    if late:
        sentence = f"{late} entries are not sealed. Run manage.py seal_ledger, and start beat."
        yield Finding(Verdict.INCOMPLETE, sentence)


def tampered(sentence: str) -> Finding:
    """Give a finding that nothing but a change behind the site's back explains."""
    return Finding(Verdict.TAMPERED, sentence)
