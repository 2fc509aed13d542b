"""Hold what was done and published against what the ledger says of it."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID

from policies.fingerprints import version_fingerprint
from policies.models import PolicyText, PolicyVersion, Recall
from policies.rendering import digest

from ..bodies import act_body, commitments, holds_html, late_in
from ..models import Act, Channel, EntryKind, LedgerEntry, LegacyAcceptance, Presentation
from ..presentations import digest_of
from .entries import body_of_legacy, body_of_publication, body_of_recall, legacy_committed_of
from .findings import Finding, missing, tampered

# So many rows are read at a time.
PORTION = 2_000
# What an act is about where its version or its text has gone.
NOWHERE = ("", 0)
# The columns that are read of versions, texts and acts.
VERSION = ("pk", "policy__slug", "number")
TEXT = ("pk", "language", "sha256")
ENTERED = (
    "pk",
    "user",
    "version",
    "text",
    "kind",
    "at",
    "channel",
    "presentation",
    "acted_by",
    "note",
    "context__salt",
    "context__email",
    "entry__body",
)


class Entered(NamedTuple):
    """An act with its context and the body of its entry, as `ENTERED` names them."""

    key: UUID
    user: int | None
    version: int
    text: int
    kind: str
    at: datetime
    channel: str
    presentation: int
    acted_by: int | None
    note: str
    salt: bytes | None
    email: str | None
    body: bytes | None


def wrong_acts() -> Iterator[Finding]:
    """Give the acts that have no entry, or say something else than it."""
    # Of these there are few, and each belongs to many acts.
    versions = {key: (slug, number) for key, slug, number in PolicyVersion.objects.values_list(*VERSION)}
    texts = {key: (language, digest) for key, language, digest in PolicyText.objects.values_list(*TEXT)}
    presentations = dict(Presentation.objects.values_list("pk", "sha256"))
    known = 0
    # In no order: sorting so many wide rows takes the database longer than all the rest.
    for row in Act.objects.values_list(*ENTERED).iterator(chunk_size=PORTION):
        act = Entered(*row)
        if act.body is None:
            yield missing(f"Act {act.key}")
            continue
        known += 1
        if act.user is not None and not act.salt:
            yield tampered(f"The circumstances of act {act.key} are not there, and its person is.")
        policy, number = versions.get(act.version, NOWHERE)
        language, digest = texts.get(act.text, NOWHERE)
        text = {"policy": policy, "version": number or 0, "language": language, "sha256": digest}
        if not says(act, bytes(act.body), text, presentations.get(act.presentation, "")):
            yield tampered(f"Act {act.key} is not as it was entered.")
    if gone := LedgerEntry.objects.filter(kind=EntryKind.ACT).count() - known:
        yield tampered(f"{gone} acts that were entered are not there.")


def wrong_presentations() -> Iterator[Finding]:
    """Give the presentations whose words are not those of their digest."""
    for shown in Presentation.objects.order_by("pk").iterator(chunk_size=PORTION):
        made = digest_of(shown.surface, shown.language, shown.wording, shown.markup, shown.release)
        if made != shown.sha256:
            yield tampered(f"Presentation {shown.pk} does not show the words of its digest.")


def says(act: Entered, body: bytes, text: Mapping[str, str | int], presentation: str) -> bool:
    """Whether an act is as its entry says; of an erased person, as far as that can be told."""
    if act.user is not None and act.salt:
        committed = commitments(
            bytes(act.salt),
            person=act.user,
            email=act.email or "",
            acted_by=act.acted_by or 0,
            note=act.note,
        )
        if act.acted_by is None and act.channel == Channel.DESK:
            # Who entered it was erased. Of how many answers that holds, the erasures say.
            committed["acted_by"] = committed_in(body).get("acted_by", "")
    else:
        committed = committed_in(body)
    made = act_body(
        act=str(act.key),
        kind=act.kind,
        at=act.at,
        channel=act.channel,
        text=text,
        presentation=presentation,
        committed=committed,
        late=late_in(body),
    )
    return body == made


def wrong_legacy() -> Iterator[Finding]:
    """Give the acceptances that were taken over and say something else than their entry, or are gone."""
    taken = LegacyAcceptance.objects.select_related("policy", "version", "entry")
    for legacy in taken.order_by("pk").iterator(chunk_size=PORTION):
        body = bytes(legacy.entry.body)
        if legacy.user_id is not None and not legacy.salt:
            yield tampered(f"The salt of the acceptance {legacy.pk} is not there, and its person is.")
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
    stored: list[tuple[PolicyVersion, EntryKind, Callable[[bytes], bytes]]] = [
        (version, EntryKind.PUBLICATION, partial(publication_like, version))
        for version in versions.prefetch_related("texts").order_by("pk")
    ]
    recalls = Recall.objects.select_related("version__policy").order_by("pk")
    stored += [(recall.version, EntryKind.RECALL, partial(recall_like, recall)) for recall in recalls]
    for version, kind, made in stored:
        name = f"The {kind.value.lower()} of {version.policy.slug}/{version.number}"
        body = entries.get((version.pk, kind))
        if body is None:
            yield missing(name)
        elif made(body) != body:
            yield tampered(f"{name} is not as it was entered.")
        if kind is EntryKind.PUBLICATION:
            yield from wrong_texts(version)


def publication_like(version: PolicyVersion, body: bytes) -> bytes:
    """Give the body that the entry of a publication has, if it was made as `body` was."""
    return body_of_publication(version, late=late_in(body), with_html=holds_html(body))


def recall_like(recall: Recall, body: bytes) -> bytes:
    """Give the body that the entry of a recall has, if it was made as `body` was."""
    return body_of_recall(recall, late=late_in(body))


def wrong_texts(version: PolicyVersion) -> Iterator[Finding]:
    """Give what of a version and its texts is not what its digests and its fingerprint are made of."""
    name = f"{version.policy.slug}/{version.number}"
    for text in version.texts.all():
        if digest(text.body) != text.sha256:
            yield tampered(f"The text of {name} in “{text.language}” is not that of its digest.")
    # What was taken over from before has the fingerprint of the same parts.
    if version_fingerprint(version) != version.fingerprint:
        yield tampered(f"What was published as {name} is not that of its fingerprint.")
