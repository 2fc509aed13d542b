"""Enter into the ledger what is older than it, each entry marked as late."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from policies.canonical import instant
from policies.models import PolicyVersion, Recall

from ..models import Act, EntryKind, LedgerEntry
from .entries import body_of_act, body_of_publication, body_of_recall, committed_of, text_of

# So many acts are entered in one transaction.
PORTION = 1_000


def enter_missing(*, now: datetime) -> int:
    """Enter every publication, recall and act that has no entry; returns how many.

    An entry says when it was made: it proves that something was there by then, and not since when.
    """
    entered = enter_publications(now)
    while count := enter_acts(now):
        entered += count
    return entered


@transaction.atomic
def enter_publications(now: datetime) -> int:
    """Enter the publications and recalls that are missing; returns how many."""
    late = instant(now)
    entries = LedgerEntry.objects.filter(version=OuterRef("version_id"), kind=EntryKind.RECALL)
    recalls = Recall.objects.filter(~Exists(entries)).select_related("version__policy").order_by("pk")
    entries = LedgerEntry.objects.filter(version=OuterRef("pk"), kind=EntryKind.PUBLICATION)
    versions = PolicyVersion.objects.filter(~Exists(entries), published_at__isnull=False)
    versions = versions.select_related("policy").prefetch_related("texts").order_by("published_at", "pk")
    return keep(
        [
            *(
                late_entry(version, EntryKind.PUBLICATION, body_of_publication(version, late=late), now)
                for version in versions
            ),
            *(
                late_entry(recall.version, EntryKind.RECALL, body_of_recall(recall, late=late), now)
                for recall in recalls
            ),
        ]
    )


def late_entry(version: PolicyVersion, kind: str, body: bytes, now: datetime) -> LedgerEntry:
    """Give the entry of a publication or recall, not yet saved."""
    return LedgerEntry(kind=kind, version=version, body=body, entered_at=now)


@transaction.atomic
def enter_acts(now: datetime) -> int:
    """Enter some of the acts that are missing; returns how many. Of erased people nothing is committed to."""
    acts = Act.objects.filter(entry=None).order_by("at", "pk")
    acts = acts.select_related("text", "version__policy", "presentation", "context")
    return keep([late_act(act, now) for act in acts[:PORTION]])


def late_act(act: Act, now: datetime) -> LedgerEntry:
    """Give the entry of an act, not yet saved."""
    context = getattr(act, "context", None)
    committed = committed_of(act, context) if context and act.user_id else {}
    body = body_of_act(
        act, committed, text=text_of(act), presentation=act.presentation.sha256, late=instant(now)
    )
    return LedgerEntry(kind=EntryKind.ACT, act=act, body=body, entered_at=now)


def keep(entries: Iterable[LedgerEntry]) -> int:
    """Save entries; returns how many."""
    return len(LedgerEntry.objects.bulk_create(entries))
