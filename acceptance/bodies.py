"""What the entries of the ledger say: canonical JSON (RFC 8785), in which nobody is named.

People appear as commitments: HMAC-SHA256 under a salt that is kept apart and can be erased. Who holds
the salt can show whom an entry is about; without it an entry says nothing of anybody.
"""

import hmac
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

import rfc8785

from policies.canonical import instant

# Stands before every body in its leaf, so that nothing else can ever be taken for an entry.
LEAF = b"policysite/v1\n"


def canonical(body: Mapping[str, Any]) -> bytes:
    """Give a body as it is kept."""
    return rfc8785.dumps(dict(body))


def commitment(salt: bytes, purpose: str, *values: object) -> str:
    """Give the commitment to `values` for one purpose, in hexadecimal."""
    return hmac.digest(salt, canonical({purpose: [str(value) for value in values]}), sha256).hex()


def act_body(
    *,
    act: str,
    kind: str,
    at: datetime,
    channel: str,
    text: Mapping[str, str | int],
    presentation: str,
    committed: Mapping[str, str],
) -> bytes:
    """Give the body of an act.

    `text` names the policy, the version's number, the language and the digest; `presentation` is a digest
    too, and `committed` holds the commitments to the person, to who acted for them, and to the note.
    """
    return canonical(
        {
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


def publication_body(
    *,
    policy: str,
    number: int,
    fingerprint: str,
    effective_at: datetime,
    published_at: datetime,
    is_imported: bool,
    texts: Mapping[str, str],
) -> bytes:
    """Give the body of a publication. The fingerprint covers its texts, whose digests go by language."""
    return canonical(
        {
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


def recall_body(*, policy: str, number: int, recalled_at: datetime, reason: str) -> bytes:
    """Give the body of a recall; of its reason only the digest."""
    digest = sha256(reason.encode()).hexdigest()
    return canonical(
        {
            "type": "recall",
            "policy": policy,
            "version": number,
            "recalled_at": instant(recalled_at),
            "reason": digest,
        }
    )


def key_body(*, origin: str, public: bytes, noted_at: datetime) -> bytes:
    """Give the body that notes with which key checkpoints are signed from then on."""
    return canonical({"type": "key", "origin": origin, "public": public.hex(), "noted_at": instant(noted_at)})


def erasure_body(*, erasure: str, acts: int, erased_at: datetime) -> bytes:
    """Give the body of an erasure, under a name made up for it: of whom, it does not say."""
    return canonical({"type": "erasure", "erasure": erasure, "acts": acts, "erased_at": instant(erased_at)})
