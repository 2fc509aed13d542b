"""Hold the notices that the mail server took against what the ledger says of them."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef

from acceptance.merkle import tree_of
from acceptance.models import EntryKind, LedgerEntry
from acceptance.services import Cut, Finding, Verdict, tampered, wrong_cuts
from policies.selectors import Register, load_register

from ..models import TAKEN_STATES, Handover, Notice
from ..selectors import TOLD, Told, leaf_of

# So many rows are read at a time.
PORTION = 2_000
# They are entered every half minute. What waits for longer than this is not being entered.
ENTERED_WITHIN = timedelta(minutes=10)
CUTS = [
    Cut(
        "told",
        lambda: Handover.objects.filter(notice__user=None),
        "entry__entered_at",
        "notices that the mail server took are without their person",
    )
]
HANDED = ("entry_id", "leaf", "salt", *(f"notice__{name}" for name in TOLD))


class Handed(NamedTuple):
    """A handover and its notice, as `HANDED` names them."""

    entry: int
    leaf: bytes
    salt: bytes
    told: Told


def wrong_handovers(*, now: datetime) -> Iterator[Finding]:
    """Give the notices that say something else than was entered of them, or are gone."""
    entries = LedgerEntry.objects.filter(kind=EntryKind.HANDOVERS).order_by("pk")
    said = {key: said_in(bytes(body)) for key, body in entries.values_list("pk", "body")}
    register = load_register()
    rows = Handover.objects.order_by("entry", "place").values_list(*HANDED).iterator(chunk_size=PORTION)
    handed = (Handed(entry, bytes(leaf), bytes(salt), Told(*told)) for entry, leaf, salt, *told in rows)
    for entry, group in groupby(handed, attrgetter("entry")):
        yield from wrong_group(list(group), said.pop(entry, {}), register)
    for expected in said.values():
        yield tampered(f"{expected.get('count', 'Some')} notices that were entered are not there.")
    yield from wrong_cuts(CUTS)
    yield from unentered(now)


def wrong_group(group: list[Handed], expected: Mapping[str, Any], register: Register) -> Iterator[Finding]:
    """Give what is wrong with the notices of one entry, which says what is `expected` of them."""
    root = tree_of([each.leaf for each in group]).root().hex()
    if (len(group), root) != (expected.get("count"), expected.get("root")):
        yield tampered(f"The notices of ledger entry {group[0].entry} are not those that were entered.")
    for each in group:
        key, is_known = each.told.notice, each.told.person is not None
        publication = register.by_id.get(each.told.version)
        if is_known != bool(each.salt):
            yield tampered(f"Of notice {key}, either the person is gone or the salt, and not both.")
        elif is_known and (publication is None or leaf_of(each.told, each.salt, publication) != each.leaf):
            yield tampered(f"Notice {key} is not as it was entered.")


def said_in(body: bytes) -> Mapping[str, Any]:
    """Give what an entry says; nothing where it was changed into something else."""
    try:
        return dict(json.loads(body))
    except (ValueError, TypeError):
        return {}


def unentered(now: datetime) -> Iterator[Finding]:
    """Say whether notices wait to be entered for too long."""
    known = Handover.objects.filter(notice=OuterRef("pk"))
    late = Notice.objects.filter(
        ~Exists(known), state__in=TAKEN_STATES, user__isnull=False, settled_at__lt=now - ENTERED_WITHIN
    )
    if count := late.count():
        sentence = (
            f"{count} notices that the mail server took are not in the ledger. Run manage.py run_notices."
        )
        yield Finding(Verdict.INCOMPLETE, sentence)
