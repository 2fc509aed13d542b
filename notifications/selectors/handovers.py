"""What the ledger knows of the notices that the mail server took: what went to whom, when, and its reply."""

from base64 import b64encode
from datetime import datetime
from typing import Any, NamedTuple

from acceptance.bodies import LEAF, handover_body
from acceptance.merkle import leaf_hash, tree_of
from acceptance.models import Checkpoint
from acceptance.selectors import proof_of
from policies.canonical import instant
from policies.selectors import Publication

from ..models import Handover, Notice


class Told(NamedTuple):
    """What a notice says that the mail server took, as `TOLD` names it. None of it changes from then on."""

    notice: int
    person: int | None
    version: int
    wave: str
    address: str
    language: str
    message_id: str
    sha256: str
    armed_at: datetime
    settled_at: datetime
    reply: str


TOLD = (
    *("pk", "user", "campaign__version", "wave", "address", "language", "message_id", "sha256"),
    *("armed_at", "settled_at", "reply"),
)


def body_of(told: Told, salt: bytes, publication: Publication) -> bytes:
    """Give the leaf of a notice about a version, as the ledger has only its hash."""
    said = {
        "notice": told.notice,
        "policy": publication.slug,
        "version": publication.number,
        "wave": told.wave,
        "person": str(told.person),
        "address": told.address,
        "language": told.language,
        "message_id": told.message_id,
        "message": told.sha256,
        "claimed_at": instant(told.armed_at),
        "taken_at": instant(told.settled_at),
        "reply": told.reply,
    }
    return handover_body(salt=salt, said=said)


def leaf_of(told: Told, salt: bytes, publication: Publication) -> bytes:
    """Give the hash of that leaf (RFC 9162, section 2.1.1)."""
    return leaf_hash(LEAF + body_of(told, salt, publication))


def handover_record(
    notice: Notice, publication: Publication, checkpoint: Checkpoint | None
) -> dict[str, Any] | None:
    """Give what shows that the mail server took a notice, as it can be checked without this site.

    `leaf` has the place `place` among `count` whose root is in `entry`, and `hashes` (in base64) lead there;
    `proof` shows that the entry is under the checkpoint, and is null where it is not sealed yet. None where
    nothing of it is in the ledger.
    """
    handover = Handover.objects.select_related("entry").filter(notice=notice).first()
    if handover is None or not handover.salt:
        return None
    told = Told(*Notice.objects.values_list(*TOLD).get(pk=notice.pk))
    rows = Handover.objects.filter(entry=handover.entry_id).order_by("place")
    tree = tree_of([bytes(leaf) for leaf in rows.values_list("leaf", flat=True)])
    proof = proof_of(handover.entry, checkpoint)
    return {
        "leaf": body_of(told, bytes(handover.salt), publication).decode(),
        "place": handover.place,
        "count": tree.size,
        "hashes": [b64encode(each).decode() for each in tree.inclusion_proof(handover.place)],
        "entry": bytes(handover.entry.body).decode(),
        "proof": str(proof) if proof else None,
    }
