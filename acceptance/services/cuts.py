"""Hold what is cut from people against what the ledger says of erasures."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any, NamedTuple

from django.db.models import QuerySet

from ..models import Act, Channel, EntryKind, LedgerEntry, LegacyAcceptance
from .findings import Finding, tampered


class Cut(NamedTuple):
    """A link to people that an erasure cuts.

    `part` is what an erasure's entry calls the number of rows, `rows` gives those whose link is cut, and
    `at` is the column with the instant at which such a row was made, which its own entry says too.
    """

    part: str
    rows: Callable[[], QuerySet[Any]]
    at: str
    sentence: str


CUTS = [
    Cut("acts", lambda: Act.objects.filter(user=None), "at", "acts are without their person"),
    Cut(
        "entered",
        lambda: Act.objects.filter(channel=Channel.DESK, acted_by=None),
        "at",
        "answers from the desk are without who entered them",
    ),
    Cut(
        "taken_over",
        lambda: LegacyAcceptance.objects.filter(user=None),
        "imported_at",
        "acceptances that were taken over are without their person",
    ),
]


def wrong_cuts(cuts: Sequence[Cut]) -> Iterator[Finding]:
    """Give which of some links to people are cut more often than erasures account for."""
    entries = LedgerEntry.objects.filter(kind=EntryKind.ERASURE).order_by("pk").values_list("body", flat=True)
    erasures = [erasure_in(bytes(body), [cut.part for cut in cuts]) for body in entries]
    for cut in cuts:
        rows, silent_at = cut.rows(), last_silent_at(erasures, cut.part)
        if silent_at:
            # An entry from before this was counted accounts for whatever of it was there by then.
            rows = rows.filter(**{f"{cut.at}__gt": silent_at})
        found, said = rows.count(), sum(int(erasure.get(cut.part, 0)) for erasure in erasures)
        if found > said:
            yield tampered(f"{found} {cut.sentence}, and erasures account for {said}.")


def erasure_in(body: bytes, parts: Iterable[str]) -> Mapping[str, Any]:
    """Give what an erasure's entry says of some parts; nothing where it was changed into something else."""
    try:
        said = json.loads(body)
        numbers = {part: int(said[part]) for part in parts if part in said}
        return numbers | {"erased_at": datetime.fromisoformat(said["erased_at"]).astimezone(UTC)}
    except (ValueError, LookupError, TypeError, OverflowError):
        return {}


def last_silent_at(erasures: Iterable[Mapping[str, Any]], part: str) -> datetime | None:
    """Give when the last erasure was before any said how many of a kind it cut; None without one."""
    silent = takewhile(lambda said: part not in said, (said for said in erasures if said))
    return max((said["erased_at"] for said in silent), default=None)
