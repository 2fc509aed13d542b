"""What the entries of the ledger say: canonical JSON (RFC 8785), in which nobody is named.

People appear as commitments: HMAC-SHA256 under a salt that is kept apart and can be erased. Who holds
the salt can show whom an entry is about; without it an entry says nothing of anybody.
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from json.encoder import encode_basestring as quoted
from typing import Any

from policies.canonical import instant

from .signed_notes import Head

# Stands before every body in its leaf, so that nothing else can ever be taken for an entry.
LEAF = b"policysite/v1\n"


# Of strings, whole numbers up to 2^53, truth values, lists and objects whose names are ASCII, this makes
# what RFC 8785 asks for, in a fraction of the time that a library takes that can do fractions too.
ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(body: Mapping[str, Any]) -> bytes:
    """Give a body as it is kept. It holds no fractions."""
    return ENCODER.encode(body).encode()


def commitment(salt: bytes, purpose: str, *values: object) -> str:
    """Give the commitment to `values` for one purpose, in hexadecimal."""
    # As `canonical` writes an object with one list of strings, which is made four times for each act.
    listed = ",".join([quoted(str(value)) for value in values])
    return hmac.digest(salt, f"{{{quoted(purpose)}:[{listed}]}}".encode(), "sha256").hex()


def act_body(
    *,
    act: str,
    kind: str,
    at: datetime,
    channel: str,
    text: Mapping[str, str | int],
    presentation: str,
    committed: Mapping[str, str],
    late: str | None = None,
) -> bytes:
    """Give the body of an act.

    `text` names the policy, the version's number, the language and the digest; `presentation` is a digest
    too, and `committed` holds the commitments to the person, to who acted for them, and to the note.
    `late` is the instant of the entry, where that was not made with the act itself.
    """
    return canonical(
        entered_late(late)
        | {
            "type": "act",
            "act": act,
            "kind": kind,
            "at": instant(at),
            "channel": channel,
            "text": dict(text),
            "presentation": presentation,
            "committed": dict(committed),
        }
    )


def commitments(salt: bytes, *, person: int, email: str, acted_by: int, note: str) -> dict[str, str]:
    """Give the commitments of an act, which show nothing to whoever has not the salt."""
    return {
        "person": commitment(salt, "person", person),
        "email": commitment(salt, "email", email),
        "acted_by": commitment(salt, "acted_by", acted_by),
        "note": commitment(salt, "note", note),
    }


def legacy_body(
    *,
    legacy: str,
    policy: str,
    version: int | None,
    at: datetime,
    imported_at: datetime,
    committed: Mapping[str, str],
) -> bytes:
    """Give the body of an acceptance that was taken over; `version` is None where it is not known."""
    return canonical(
        {
            "type": "legacy",
            "legacy": legacy,
            "policy": policy,
            "version": version,
            "at": instant(at),
            "imported_at": instant(imported_at),
            "committed": dict(committed),
        }
    )


def legacy_commitments(salt: bytes, *, person: int, source: str) -> dict[str, str]:
    """Give the commitments of an acceptance that was taken over."""
    return {"person": commitment(salt, "person", person), "source": commitment(salt, "source", source)}


def publication_body(
    *,
    policy: str,
    number: int,
    fingerprint: str,
    effective_at: datetime,
    published_at: datetime,
    is_imported: bool,
    texts: Mapping[str, str],
    html: Mapping[str, str] | None,
    late: str | None = None,
) -> bytes:
    """Give the body of a publication. The fingerprint covers its texts, whose digests go by language.

    `html` has the digests of the texts as pages show them; None makes a body as before there were any.
    """
    return canonical(
        entered_late(late)
        | ({"html": dict(html)} if html is not None else {})
        | {
            "type": "publication",
            "policy": policy,
            "version": number,
            "fingerprint": fingerprint,
            "effective_at": instant(effective_at),
            "published_at": instant(published_at),
            "imported": is_imported,
            "texts": dict(texts),
        }
    )


def recall_body(
    *, policy: str, number: int, recalled_at: datetime, reason: str, late: str | None = None
) -> bytes:
    """Give the body of a recall; of its reason only the digest."""
    digest = sha256(reason.encode()).hexdigest()
    return canonical(
        entered_late(late)
        | {
            "type": "recall",
            "policy": policy,
            "version": number,
            "recalled_at": instant(recalled_at),
            "reason": digest,
        }
    )


def pack_body(*, pack: str, made_at: datetime, about: datetime, version: str, manifest: str) -> bytes:
    """Give the body that notes that evidence was given out; `version` is empty where it is about a person.

    Nobody is named, not even as a commitment: the record of the pack says whom it is about.
    """
    return canonical(
        {
            "type": "pack",
            "pack": pack,
            "made_at": instant(made_at),
            "about": instant(about),
            "version": version,
            "manifest": manifest,
        }
    )


def handover_body(*, salt: bytes, said: Mapping[str, Any]) -> bytes:
    """Give the leaf of one notice that the mail server took: what was sent to whom, under a salt.

    It is no entry: `handovers_body` has the root over many of them. Without the salt its hash says
    nothing of anybody.
    """
    return canonical({"type": "handover", "salt": salt.hex()} | dict(said))


def handovers_body(
    *, policy: str, version: int, wave: str, count: int, root: bytes, entered_at: datetime
) -> bytes:
    """Give the body that enters `count` notices that the mail server took, by the root over their leaves.

    That is the root of RFC 9162, section 2.1, in the order of their places.
    """
    return canonical(
        {
            "type": "handovers",
            "policy": policy,
            "version": version,
            "wave": wave,
            "count": count,
            "root": root.hex(),
            "entered_at": instant(entered_at),
        }
    )


def rules_body(
    *, changes: Sequence[Mapping[str, Any]], entered_at: datetime, late: str | None = None
) -> bytes:
    """Give the body that enters changes of notice rules, each with all that its rule says from then on.

    `late` is the instant of the entry, where one of them is older than it should be then.
    """
    return canonical(
        entered_late(late)
        | {
            "type": "rules",
            "changes": [dict(change) for change in changes],
            "entered_at": instant(entered_at),
        }
    )


def key_body(*, origin: str, public: bytes, noted_at: datetime) -> bytes:
    """Give the body that notes with which key checkpoints are signed from then on."""
    return canonical({"type": "key", "origin": origin, "public": public.hex(), "noted_at": instant(noted_at)})


def restore_body(*, incarnation: str, kept: Head, lost: Head, noted_at: datetime) -> bytes:
    """Give the body that notes that the database was restored from a backup.

    `kept` is the last checkpoint that it holds, `lost` the one that had been signed before.
    """
    return canonical(
        {
            "type": "restore",
            "incarnation": incarnation,
            "kept": head_in_words(kept),
            "lost": head_in_words(lost),
            "noted_at": instant(noted_at),
        }
    )


def head_in_words(head: Head) -> dict[str, str | int]:
    """Give how many entries a checkpoint is over, and the root over them in hexadecimal."""
    return {"size": head.size, "root": head.root.hex()}


def entered_late(late: str | None) -> dict[str, str]:
    """Give what an entry says where it was made later than what it is about: from then on it proves it."""
    return {"entered_late": late} if late else {}


def late_in(body: bytes) -> str | None:
    """Give when an entry was made that came late; None for one that came in time, or is none."""
    if b'"entered_late"' not in body:
        return None
    try:
        found = json.loads(body).get("entered_late")
    except (ValueError, AttributeError):
        return None
    return found if isinstance(found, str) else None


def holds_html(body: bytes) -> bool:
    """Whether the entry of a publication says what its texts look like on a page. Those of old do not."""
    return b'"html":{' in body


def erasure_body(*, erasure: str, cut: Mapping[str, int], erased_at: datetime) -> bytes:
    """Give the body of an erasure, under a name made up for it: of whom, it does not say.

    `cut` says of how many rows of each kind the link to the person was cut. What was not counted yet
    when an entry was made is not in it.
    """
    return canonical(dict(cut) | {"type": "erasure", "erasure": erasure, "erased_at": instant(erased_at)})
