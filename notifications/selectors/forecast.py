"""Whether everyone can be told in time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Sum

from acceptance.selectors import demands_by_country, notice_period
from policies.selectors import Demand, Publication, RuleBook

from ..models import Campaign, Chunk, Wave

# Notices a second, where the settings name no rate: what one slow worker sends.
ASSUMED_RATE = 50
# Who is told is to be told so long before it is too late.
MARGIN = timedelta(days=1)


@dataclass(frozen=True)
class Forecast:
    """When everyone will have been told, and the last moment at which the rules let them be."""

    expected_at: datetime
    lawful_until: datetime

    @property
    def is_late(self) -> bool:
        """Whether less than a day is left between the two, or the second comes first."""
        return self.expected_at > self.lawful_until - MARGIN


def expected_at(campaign: Campaign, *, now: datetime) -> datetime:
    """Reckon when the announcements that are planned will be out."""
    announcements = Chunk.objects.filter(campaign=campaign, wave=Wave.ANNOUNCEMENT)
    return told_by(announcements.aggregate(people=Sum("size", default=0))["people"], now=now)


def told_by(people: int, *, now: datetime) -> datetime:
    """Reckon when so many people will have been told, from `now` on, at the rate of the settings."""
    wait = settings.NOTICE_TRIAL_MINUTES if people > settings.NOTICE_TRIAL_SIZE > 0 else 0
    seconds = people / (settings.NOTICE_RATE or ASSUMED_RATE)
    return now + timedelta(minutes=wait, seconds=seconds)


def forecast(campaign: Campaign, publication: Publication, rules: RuleBook) -> Forecast | None:
    """Give what was reckoned when the notices were planned; None before, and where nobody is told.

    Whoever is told too late has the whole notice period all the same, and the version holds for them
    only from its end on.
    """
    return forecast_by(campaign.expected_at, publication, demands_by_country(publication, rules).values())


def forecast_by(
    moment: datetime | None, publication: Publication, demands: Iterable[Demand]
) -> Forecast | None:
    """Hold the moment by which everyone will have been told against what the rules demand."""
    told = [demand for demand in demands if demand.is_told]
    if moment is None or not told:
        return None
    period = max(notice_period(publication, demand) for demand in told)
    return Forecast(moment, publication.effective_at - period)
