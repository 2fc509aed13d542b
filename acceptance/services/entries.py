"""Write the ledger's entries, in the transaction of what they are about."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from policies.canonical import instant
from policies.models import PolicyVersion, Recall
from policies.rendering import digest

from ..bodies import (
    act_body,
    commitments,
    erasure_body,
    handovers_body,
    key_body,
    legacy_body,
    legacy_commitments,
    publication_body,
    recall_body,
    restore_body,
)
from ..merkle import tree_of
from ..models import Act, ActContext, EntryKind, LedgerEntry, LegacyAcceptance
from ..signed_notes import Head, Signer


def entry_of(
    act: Act, context: ActContext, *, text: Mapping[str, str | int], presentation: str
) -> LedgerEntry:
    """Give the entry of an act whose person is still known, not yet saved.

    `text` and `presentation` are as `act_body` has them.
    """
    body = body_of_act(act, committed_of(act, context), text=text, presentation=presentation)
    return LedgerEntry(kind=EntryKind.ACT, act_id=act.pk, body=body, entered_at=act.at)


def body_of_act(
    act: Act,
    committed: Mapping[str, str],
    *,
    text: Mapping[str, str | int],
    presentation: str,
    late: str | None = None,
) -> bytes:
    """Give the body that the entry of an act has."""
    return act_body(
        act=str(act.pk),
        kind=act.kind,
        at=act.at,
        channel=act.channel,
        text=text,
        presentation=presentation,
        committed=committed,
        late=late,
    )


def text_of(act: Act) -> dict[str, str | int]:
    """Give what an act is about, as its entry names it."""
    return {
        "policy": act.version.policy.slug,
        "version": act.version.number or 0,
        "language": act.text.language,
        "sha256": act.text.sha256,
    }


def committed_of(act: Act, context: ActContext) -> dict[str, str]:
    """Give the commitments of an act whose person is known and whose salt is there."""
    return commitments(
        bytes(context.salt),
        person=act.user_id or 0,
        email=context.email,
        acted_by=act.acted_by_id or 0,
        note=act.note,
    )


def legacy_entry(legacy: LegacyAcceptance, *, policy: str, version: int | None) -> LedgerEntry:
    """Give the entry of an acceptance that is being taken over, not saved yet."""
    committed = legacy_committed_of(legacy)
    body = body_of_legacy(legacy, committed, policy=policy, version=version)
    return LedgerEntry(kind=EntryKind.LEGACY, body=body, entered_at=legacy.imported_at)


def body_of_legacy(
    legacy: LegacyAcceptance, committed: Mapping[str, str], *, policy: str, version: int | None
) -> bytes:
    """Give the body that the entry of an acceptance has that was taken over."""
    return legacy_body(
        legacy=str(legacy.pk),
        policy=policy,
        version=version,
        at=legacy.at,
        imported_at=legacy.imported_at,
        committed=committed,
    )


def legacy_committed_of(legacy: LegacyAcceptance) -> dict[str, str]:
    """Give the commitments of an acceptance that was taken over, whose person and salt are there."""
    return legacy_commitments(bytes(legacy.salt), person=legacy.user_id or 0, source=legacy.source)


def note_publication(version: PolicyVersion) -> LedgerEntry:
    """Enter a version that is being published."""
    assert version.published_at is not None
    return LedgerEntry.objects.create(
        kind=EntryKind.PUBLICATION,
        version=version,
        # What is taken over was published elsewhere, and is here from now on.
        body=body_of_publication(version, late=instant(version.imported_at)),
        entered_at=version.imported_at or version.published_at,
    )


def body_of_publication(version: PolicyVersion, *, late: str | None = None, with_html: bool = True) -> bytes:
    """Give the body that the entry of a publication has; those of old were made without the HTML."""
    assert version.number is not None
    assert version.effective_at is not None
    assert version.published_at is not None
    texts = list(version.texts.all())
    return publication_body(
        policy=version.policy.slug,
        number=version.number,
        fingerprint=version.fingerprint,
        effective_at=version.effective_at,
        published_at=version.published_at,
        is_imported=version.imported_at is not None,
        texts={text.language: text.sha256 for text in texts},
        html={text.language: digest(text.html) for text in texts} if with_html else None,
        late=late,
    )


def note_recall(recall: Recall) -> LedgerEntry:
    """Enter a recall."""
    return LedgerEntry.objects.create(
        kind=EntryKind.RECALL,
        version=recall.version,
        body=body_of_recall(recall),
        entered_at=recall.recalled_at,
    )


def body_of_recall(recall: Recall, *, late: str | None = None) -> bytes:
    """Give the body that the entry of a recall has."""
    version = recall.version
    assert version.number is not None
    return recall_body(
        policy=version.policy.slug,
        number=version.number,
        recalled_at=recall.recalled_at,
        reason=recall.reason,
        late=late,
    )


def note_key(signer: Signer, *, now: datetime) -> LedgerEntry:
    """Enter the key with which checkpoints are signed from now on."""
    return LedgerEntry.objects.create(
        kind=EntryKind.KEY,
        body=key_body(origin=signer.name, public=signer.public, noted_at=now),
        entered_at=now,
    )


def note_restore(*, kept: Head, lost: Head, now: datetime) -> LedgerEntry:
    """Enter that the database was restored from a backup; from then on it is another incarnation."""
    body = restore_body(incarnation=uuid.uuid4().hex, kept=kept, lost=lost, noted_at=now)
    return LedgerEntry.objects.create(kind=EntryKind.RESTORE, body=body, entered_at=now)


def note_erasure(erasure: uuid.UUID, *, now: datetime, **cut: int) -> LedgerEntry:
    """Enter that somebody was erased, under a name made up for it, and from how many rows they were `cut`.

    The kinds of rows go by the names that `Cut.part` gives them.
    """
    return LedgerEntry.objects.create(
        kind=EntryKind.ERASURE,
        body=erasure_body(erasure=str(erasure), cut=cut, erased_at=now),
        entered_at=now,
    )


def note_handovers(
    leaves: Sequence[bytes], *, policy: str, version: int, wave: str, now: datetime
) -> LedgerEntry:
    """Enter notices that the mail server took, by the hashes of their leaves, in order."""
    body = handovers_body(
        policy=policy,
        version=version,
        wave=wave,
        count=len(leaves),
        root=tree_of(leaves).root(),
        entered_at=now,
    )
    return LedgerEntry.objects.create(kind=EntryKind.HANDOVERS, body=body, entered_at=now)
