"""What is broken about notices, since when, and what to do about it.

Every question is one about chunks, campaigns or versions, answered from an index. None counts notices,
so that looking costs the same whatever the audience, and can be done every few seconds.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Exists, Max, Min, OuterRef, Q
from django.db.models.functions import Coalesce

from acceptance.models import LedgerEntry
from policies.models import PolicyVersion

from ..models import PAUSED_AT_THE_DESK, Campaign, CampaignState, Chunk

# A beat comes every 30 seconds and `run_notices` looks every 15, so that what works is always quicker.
PROGRESS_PATIENCE = timedelta(seconds=60)
PLAN_PATIENCE = timedelta(minutes=2)
LEASE_PATIENCE = timedelta(minutes=5)
SEAL_PATIENCE = timedelta(minutes=10)


class AlarmName(StrEnum):
    """What can be broken. The values are those of the label in /metrics."""

    NO_PROGRESS = "no_progress"
    SERVER_AWAY = "server_away"
    VERSION_UNPLANNED = "version_unplanned"
    CAMPAIGN_STOPPED = "campaign_stopped"
    LEASE_ABANDONED = "lease_abandoned"
    LEDGER_UNSEALED = "ledger_unsealed"


SENTENCES = {
    AlarmName.NO_PROGRESS: (
        "Notices are due and nobody sends them. Start a worker, or run manage.py run_notices."
    ),
    AlarmName.SERVER_AWAY: (
        "The mail server cannot be reached, or breaks off. See to it; notices go on by themselves then."
    ),
    AlarmName.VERSION_UNPLANNED: (
        "A published version has no campaign. Start a worker and beat, or run manage.py run_notices."
    ),
    AlarmName.CAMPAIGN_STOPPED: (
        "A campaign stopped itself. Read why on its page at the desk, mend that, and press Resume."
    ),
    AlarmName.LEASE_ABANDONED: (
        "A dead worker's chunk was not taken back. Start beat, or run manage.py run_notices."
    ),
    AlarmName.LEDGER_UNSEALED: (
        "What people did is not being sealed. Start beat and a worker, or run manage.py run_notices."
    ),
}


@dataclass(frozen=True)
class Alarm:
    """One thing that is broken. The sentence names nobody, because /readyz is open to everyone."""

    name: AlarmName
    sentence: str
    since: datetime


def alarms(*, now: datetime) -> list[Alarm]:
    """Give what is broken at `now`: nothing at all where everything works. At most eight queries."""
    found = {
        AlarmName.NO_PROGRESS: idle_since(now),
        AlarmName.SERVER_AWAY: stalled_since(now),
        AlarmName.VERSION_UNPLANNED: unplanned_since(now),
        AlarmName.CAMPAIGN_STOPPED: stopped_since(),
        AlarmName.LEASE_ABANDONED: abandoned_since(now),
        AlarmName.LEDGER_UNSEALED: unsealed_since(now),
    }
    return [Alarm(name, SENTENCES[name], since) for name, since in found.items() if since]


def idle_since(now: datetime) -> datetime | None:
    """Say since when nothing moves although notices are due; None where something does, or nothing is due.

    What a campaign owes while another one is sent waits its turn, so progress anywhere is progress.
    What was due before a pause counts from the resumption on.
    """
    overdue = now - PROGRESS_PATIENCE
    ready = Campaign.objects.filter(
        Q(resumed_at=None) | Q(resumed_at__lte=overdue),
        Q(widened_at=None) | Q(widened_at__lte=overdue),
        pk=OuterRef("campaign"),
    )
    chunks = Chunk.objects.of_running().filter(Exists(ready), due_at__lte=overdue)
    waiting = chunks.order_by("due_at", "pk")
    first = waiting.values_list("due_at", "campaign__resumed_at").first()
    if first is None:
        return None
    last = last_progress(overdue)
    if last and last > overdue:
        return None
    return max(moment for moment in (*first, last) if moment)


def stalled_since(now: datetime) -> datetime | None:
    """Say since when the mail server takes nothing; None where it took something within the patience."""
    overdue = now - PROGRESS_PATIENCE
    stalled = Chunk.objects.of_running().filter(stalled_at__lte=overdue)
    first: datetime | None = stalled.aggregate(first=Min("stalled_at"))["first"]
    if first is None:
        return None
    last = last_progress(overdue)
    return None if last and last > overdue else first


def last_progress(overdue: datetime) -> datetime | None:
    """Give the last progress of any campaign that was open within the patience."""
    live = Campaign.objects.filter(Q(finished_at=None) | Q(finished_at__gt=overdue))
    last: datetime | None = Chunk.objects.filter(campaign__in=live).aggregate(last=Max("progressed_at"))[
        "last"
    ]
    return last


def unplanned_since(now: datetime) -> datetime | None:
    """Say since when a published version has no campaign; imported history never has one."""
    first: datetime | None = PolicyVersion.objects.filter(
        ~Exists(Campaign.objects.filter(version=OuterRef("pk"))),
        published_at__lte=now - PLAN_PATIENCE,
        imported_at=None,
    ).aggregate(first=Min("published_at"))["first"]
    return first


def stopped_since() -> datetime | None:
    """Say since when nothing moves in a campaign that stopped itself; a pause at the desk is meant."""
    stopped = Campaign.objects.filter(state=CampaignState.PAUSED).exclude(reason=PAUSED_AT_THE_DESK)
    moved = stopped.annotate(moved_at=Coalesce(Max("chunks__progressed_at"), "created_at"))
    return moved.order_by("moved_at", "pk").values_list("moved_at", flat=True).first()


def abandoned_since(now: datetime) -> datetime | None:
    """Say when the oldest lease ran out that nobody took back in good time."""
    held = Chunk.objects.filter(lease_token__isnull=False, lease_until__lte=now - LEASE_PATIENCE)
    first: datetime | None = held.aggregate(first=Min("lease_until"))["first"]
    return first


def unsealed_since(now: datetime) -> datetime | None:
    """Say since when the oldest entry of the ledger waits to be sealed, if that is too long."""
    late = LedgerEntry.objects.filter(position=None, entered_at__lte=now - SEAL_PATIENCE)
    first: datetime | None = late.aggregate(first=Min("entered_at"))["first"]
    return first
