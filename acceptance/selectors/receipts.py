"""What shows that an act is in the ledger: for the person to take home, and for an evidence pack."""

from typing import Any

from policies.canonical import instant

from ..models import Act, Checkpoint, LegacyAcceptance
from .ledger import proof_of

FORMAT = "policysite/receipt/1"
LEGACY_FORMAT = "policysite/taken-over/1"


def receipt_of(act: Act, checkpoint: Checkpoint | None) -> dict[str, Any]:
    """Give an act as it can be checked without this site: `verify.py` reads it.

    `entry` is the ledger's own, character for character, and `proof` shows that it is under the
    checkpoint; null where the act is not sealed yet. `opening` is what the entry only commits to; null
    for an erased person. The digest of the presentation is that of its parts in RFC 8785 form.
    """
    entry = getattr(act, "entry", None)
    proof = proof_of(entry, checkpoint) if entry else None
    return {
        "format": FORMAT,
        "act": {
            "id": str(act.pk),
            "kind": act.kind,
            "at": instant(act.at),
            "channel": act.channel,
            "policy": act.version.policy.slug,
            "version": act.version.number,
            "language": act.text.language,
            "sha256": act.text.sha256,
        },
        "presentation": {
            "surface": act.presentation.surface,
            "language": act.presentation.language,
            "wording": act.presentation.wording,
            "markup": act.presentation.markup,
            "release": act.presentation.release,
        },
        "opening": opening_of(act),
        "entry": bytes(entry.body).decode() if entry else None,
        "proof": str(proof) if proof else None,
    }


def legacy_record(legacy: LegacyAcceptance, checkpoint: Checkpoint | None) -> dict[str, Any]:
    """Give an acceptance that was taken over, as it can be checked without this site."""
    proof = proof_of(legacy.entry, checkpoint)
    is_known = legacy.user_id is not None and legacy.salt
    return {
        "format": LEGACY_FORMAT,
        "taken_over": {
            "legacy": str(legacy.pk),
            "policy": legacy.policy.slug,
            "version": legacy.version.number if legacy.version else None,
            "at": instant(legacy.at),
            "imported_at": instant(legacy.imported_at),
        },
        "opening": {
            "salt": bytes(legacy.salt).hex(),
            "person": str(legacy.user_id),
            "source": legacy.source,
        }
        if is_known
        else None,
        "entry": bytes(legacy.entry.body).decode(),
        "proof": str(proof) if proof else None,
    }


def opening_of(act: Act) -> dict[str, Any] | None:
    """Give the values behind the commitments of an act, and the salt under which they were made."""
    context = getattr(act, "context", None)
    if context is None or act.user_id is None or not context.salt:
        return None
    opening = {
        "salt": bytes(context.salt).hex(),
        "person": str(act.user_id),
        "email": context.email,
        "note": act.note,
    }
    # Who acted for the person may have been erased.
    return opening | ({"acted_by": str(act.acted_by_id)} if act.acted_by_id else {})
