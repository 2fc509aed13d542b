"""What is measured of the notice pipeline: figures for a graph, none of them about a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from ..models import Campaign, CampaignState, Chunk
from .alarms import AlarmName, alarms
from .progress import Progress, sums_of


@dataclass(frozen=True)
class Measures:
    """The figures of one moment. Ages are in seconds; 0 where nothing waits."""

    campaigns: Mapping[str, int]
    notices: Progress
    chunks_due: int
    oldest_due_age: float
    leases_expired: int
    alarms: Mapping[str, bool]


def measures(*, now: datetime) -> Measures:
    """Measure the pipeline at `now`, in at most nine queries. Notices are summed up from their chunks."""
    chunks_due, oldest_due_age = due_work(now)
    standing = {alarm.name for alarm in alarms(now=now)}
    return Measures(
        campaigns=campaigns_by_state(),
        notices=sums_of(Chunk.objects.all()),
        chunks_due=chunks_due,
        oldest_due_age=oldest_due_age,
        leases_expired=Chunk.objects.filter(lease_token__isnull=False, lease_until__lte=now).count(),
        alarms={name.value: name in standing for name in AlarmName},
    )


def campaigns_by_state() -> dict[str, int]:
    """Count the campaigns in each state, those without any too, so that no line of a graph breaks off."""
    counted = Campaign.objects.values_list("state").annotate(count=Count("pk")).order_by("state")
    return dict.fromkeys(CampaignState.values, 0) | dict(counted)


def due_work(now: datetime) -> tuple[int, float]:
    """Give how many chunks of running campaigns are due, held ones too, and the age of the oldest."""
    due = (
        Chunk.objects.of_running().filter(due_at__lte=now).aggregate(count=Count("pk"), oldest=Min("due_at"))
    )
    return due["count"], (now - due["oldest"]).total_seconds() if due["oldest"] else 0.0
