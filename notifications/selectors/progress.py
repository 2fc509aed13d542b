"""How far a campaign is, as a whole and wave by wave."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum

from ..models import OPEN_STATES, Campaign, Chunk, Wave

COUNTERS = ("accepted", "failed", "unknown", "skipped", "cancelled", "bounced", "complained")
SUMS = {"notices": Sum("size", default=0)} | {name: Sum(name, default=0) for name in COUNTERS}


@dataclass(frozen=True)
class Progress:
    """The sums over a campaign's chunks. What is neither settled nor stopped is still to come."""

    notices: int = 0
    accepted: int = 0
    failed: int = 0
    unknown: int = 0
    skipped: int = 0
    cancelled: int = 0
    # These the mail server had accepted before.
    bounced: int = 0
    complained: int = 0

    @property
    def waiting(self) -> int:
        """How many notices are still to be sent, or tried again."""
        settled = self.accepted + self.failed + self.unknown + self.skipped + self.cancelled
        return self.notices - settled


def progress(campaign: Campaign) -> Progress:
    """Give the campaign's progress: one query over its chunks, whatever the audience."""
    return sums_of(Chunk.objects.filter(campaign=campaign))


def progress_by_wave(campaign: Campaign) -> list[tuple[Wave, Progress]]:
    """Give the progress of the first wave and of each begun since, in one query over the chunks."""
    rows: QuerySet[Chunk, Any] = (
        Chunk.objects.filter(campaign=campaign).order_by().values("wave").annotate(**SUMS)
    )
    found = {row["wave"]: Progress(**{name: row[name] for name in SUMS}) for row in rows}
    # The first wave is named as the kind of the campaign is.
    begun = [wave for wave in Wave if wave in found or wave == campaign.kind]
    return [(wave, found.get(wave, Progress())) for wave in begun]


def open_campaigns() -> list[tuple[Campaign, Progress]]:
    """Give every campaign that runs or is paused, the newest first, and how far it is: two queries."""
    campaigns = list(Campaign.objects.filter(state__in=OPEN_STATES).order_by("-pk"))
    rows: QuerySet[Chunk, Any] = Chunk.objects.filter(campaign__in=campaigns).order_by().values("campaign")
    sums = {row.pop("campaign"): Progress(**row) for row in rows.annotate(**SUMS)}
    return [(campaign, sums.get(campaign.pk, Progress())) for campaign in campaigns]


def sums_of(chunks: QuerySet[Chunk]) -> Progress:
    """Add up the counters of `chunks`, in one query."""
    return Progress(**chunks.aggregate(**SUMS))
