"""Whether everyone can be told in time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet, Value
from django.db.models.functions import StrIndex, Substr

from acceptance.selectors import demands_by_country, notice_period
from accounts.models import User, notice_email
from policies.selectors import Demand, Publication, RuleBook

from ..models import DUE_STATES, OPEN_STATES, Campaign, Chunk, Notice, Wave
from .progress import sums_of

# Notices a second, where the settings name no rate: what one slow worker sends.
ASSUMED_RATE = 50
# Who is told is to be told so long before it is too late.
MARGIN = DAY = timedelta(days=1)
# Before publication the domains of so many people stand for those of all.
SAMPLE = 20_000


@dataclass(frozen=True)
class Forecast:
    """When everyone will have been told, and the last moment at which the rules let them be."""

    expected_at: datetime
    lawful_until: datetime

    @property
    def is_late(self) -> bool:
        """Whether less than a day is left between the two, or the second comes first."""
        return self.expected_at > self.lawful_until - MARGIN


def expected_at(campaign: Campaign, *, now: datetime, demands: Iterable[Demand] = ()) -> datetime:
    """Reckon when the announcements that are planned will be out.

    Where the settings name a rate for a domain, asks once over all that open campaigns still send.
    """
    announcements = Chunk.objects.filter(campaign=campaign, wave=Wave.ANNOUNCEMENT)
    people = sums_of(announcements).waiting
    crowd = largest_crowd(waiting_addresses()) if settings.NOTICE_DOMAIN_RATE else 0
    return reckoned(people, queued(besides=campaign), crowd, now=now, demands=demands)


def told_by(people: int, *, now: datetime, demands: Iterable[Demand] = ()) -> datetime:
    """Reckon when so many people will have been told, from `now` on, if the notices were planned now.

    How many of them share a domain is judged by the newest accounts, so that it is as quick for ten
    million people as for ten; the planner counts.
    """
    ahead, crowd = queued(), 0
    if settings.NOTICE_DOMAIN_RATE:
        newest = User.objects.filter(is_active=True, is_service=False).order_by("-pk")[:SAMPLE]
        looked_at = User.objects.filter(pk__in=newest.values("pk"))
        share = largest_crowd(looked_at.annotate(goes_to=notice_email())) / max(looked_at.count(), 1)
        crowd = round(share * (people + ahead))
    return reckoned(people, ahead, crowd, now=now, demands=demands)


def reckoned(people: int, ahead: int, crowd: int, *, now: datetime, demands: Iterable[Demand]) -> datetime:
    """Reckon when so many people are told behind so many other notices, with a `crowd` in one domain.

    For each day of sending the longest quiet hours of `demands` are added, and once more, because it may
    begin in them.
    """
    wait = timedelta(minutes=settings.NOTICE_TRIAL_MINUTES if people > settings.NOTICE_TRIAL_SIZE > 0 else 0)
    at_all = (people + ahead) / (settings.NOTICE_RATE or ASSUMED_RATE)
    in_a_domain = crowd / settings.NOTICE_DOMAIN_RATE if settings.NOTICE_DOMAIN_RATE else 0
    sending = wait + timedelta(seconds=max(at_all, in_a_domain))
    quiet = max((quiet_span(demand) for demand in demands if demand.is_told), default=timedelta(0))
    nights = sending // (DAY - quiet) + 1 if people and quiet else 0
    return now + sending + nights * quiet


def queued(*, besides: Campaign | None = None) -> int:
    """Count what open campaigns still have to send: a sum over chunks, whatever the audience."""
    chunks = Chunk.objects.filter(campaign__state__in=OPEN_STATES)
    return sums_of(chunks.exclude(campaign=besides) if besides else chunks).waiting


def waiting_addresses() -> QuerySet[Notice]:
    """Give the notices that open campaigns still have to send, each with where it `goes_to`."""
    due = Notice.objects.filter(campaign__state__in=OPEN_STATES, state__in=DUE_STATES, user__isnull=False)
    return due.annotate(goes_to=notice_email("user__"))


def largest_crowd(rows: QuerySet[Any]) -> int:
    """Count those of `rows` that go to the domain to which most go. One query over them all."""
    domain = Substr("goes_to", StrIndex("goes_to", Value("@")) + 1)
    counts = rows.order_by().values(domain=domain).annotate(count=Count("pk")).order_by("-count")
    return counts.values_list("count", flat=True).first() or 0


def quiet_span(demand: Demand) -> timedelta:
    """Give how long the quiet hours of a rule are, which may reach past midnight."""
    if demand.quiet_from is None or demand.quiet_until is None:
        return timedelta(0)
    begins, ends = (
        timedelta(hours=moment.hour, minutes=moment.minute)
        for moment in (demand.quiet_from, demand.quiet_until)
    )
    return (ends - begins) % DAY


def forecast(campaign: Campaign, publication: Publication, rules: RuleBook) -> Forecast | None:
    """Give what was reckoned when the notices were planned; None before, and where nobody is told.

    Whoever is told too late has the whole notice period all the same, and the version holds for them
    only from its end on.
    """
    return forecast_by(campaign.expected_at, publication, demands_by_country(publication, rules).values())


def forecast_by(
    moment: datetime | None, publication: Publication, demands: Iterable[Demand]
) -> Forecast | None:
    """Hold the moment by which everyone will have been told against what the rules demand.

    There is nothing to hold it against where a first version takes effect at once, which takes nothing from
    anybody.
    """
    told = [demand for demand in demands if demand.is_told]
    is_at_once = publication.effective_at - publication.published_at < DAY
    if moment is None or not told or (publication.number == 1 and is_at_once):
        return None
    period = max(notice_period(publication, demand) for demand in told)
    return Forecast(moment, publication.effective_at - period)
