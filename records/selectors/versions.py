"""A version as it was published, in a form that can be checked without this site."""

from typing import Any

from acceptance.models import Checkpoint, EntryKind, LedgerEntry
from acceptance.selectors import entries_about, proof_of
from policies.canonical import instant
from policies.fingerprints import text_digests
from policies.models import PolicyText, PolicyVersion

FORMAT = "policysite/version/1"


def version_record(version: PolicyVersion, checkpoint: Checkpoint | None) -> dict[str, Any]:
    """Give a published version with its texts' heads, its recall, and the ledger's entries about both.

    The fingerprint in the entry is the SHA-256 of `fingerprinted` in RFC 8785 form. The bodies stand in
    files of their own, named by their digest.
    """
    entries = {entry.kind: entry for entry in entries_about([version.pk])}
    texts = list(version.texts.all())
    recall = getattr(version, "recall", None)
    return {
        "format": FORMAT,
        "published_at": instant(version.published_at),
        "imported": version.imported_at is not None,
        "fingerprinted": {
            "policy": version.policy.slug,
            "number": version.number,
            "change_class": version.change_class,
            "reason": version.reason,
            "exception_reason": version.exception_reason,
            "effective_at": instant(version.effective_at),
            "texts": {text.language: dict(text_digests(text)) for text in texts},
        },
        "texts": {text.language: text_head(text) for text in texts},
        "publication": proved(entries.get(EntryKind.PUBLICATION), checkpoint),
        "recall": recall
        and {
            "at": instant(recall.recalled_at),
            "reason": recall.reason,
            **proved(entries.get(EntryKind.RECALL), checkpoint),
        },
    }


def text_head(text: PolicyText) -> dict[str, str]:
    """Give what a text says besides its body, and the body as pages show it."""
    return {
        "title": text.title,
        "summary": text.summary,
        "reason": text.reason,
        "sha256": text.sha256,
        "html": text.html,
        "renderer": text.renderer,
    }


def proved(entry: LedgerEntry | None, checkpoint: Checkpoint | None) -> dict[str, str | None]:
    """Give an entry as it stands in the ledger, and the proof that it does; null where there is none yet."""
    proof = proof_of(entry, checkpoint) if entry else None
    return {
        "entry": bytes(entry.body).decode() if entry else None,
        "proof": str(proof) if proof else None,
    }
