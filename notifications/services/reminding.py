"""Plan who is reminded: people who were told, were asked for an answer, and have given none.

Each person's days count from the moment at which the mail server took their announcement, so that a
campaign that stood still reminds nobody of what they have just read.
"""

from datetime import datetime, timedelta

from django.db.models import Max, OuterRef, QuerySet, Subquery

from acceptance.selectors import awaited, demands_by_country, people_without, stops_of
from accounts.models import User
from policies.models import Assent
from policies.selectors import Publication, Register, RuleBook

from ..models import REMINDERS, Campaign, Chunk, Notice, NoticeState, Wave

DAY = timedelta(days=1)
# Everyone who was told is asked for, which is no question for every pass: a reminder may wait so long.
REMIND_EVERY = timedelta(minutes=30)
# Of an unknown notice nobody can say that it told anything, and one that came back told nothing.
TOLD_STATES = (NoticeState.ACCEPTED, NoticeState.DELIVERED)

Days = tuple[int, ...]


def places_to_remind(publication: Publication, rules: RuleBook) -> dict[Days, list[str]]:
    """Give the countries where people are reminded, by the days on which they are."""
    found: dict[Days, list[str]] = {}
    for country, demand in demands_by_country(publication, rules).items():
        if demand.is_told and demand.assent != Assent.NONE and demand.reminder_days:
            found.setdefault(demand.reminder_days, []).append(country)
    return found


def reminders_due(
    campaign: Campaign, publication: Publication, register: Register, rules: RuleBook, now: datetime
) -> list[tuple[Wave, QuerySet[User]]]:
    """Give each wave of reminders with the people to whom one is due at `now`; those who have it, too.

    Nothing before the first day of any rule, nor within half an hour of the last look.
    """
    if campaign.reminded_at and campaign.reminded_at > now - REMIND_EVERY:
        return []
    # The places are looked up after the first day that a rule can name.
    places = places_to_remind(publication, rules) if publication.published_at + DAY <= now else {}
    first = min((days[0] for days in places), default=0)
    if not places or now < publication.published_at + first * DAY:
        return []
    people = people_without(stops_of(OuterRef("pk")), awaited(publication, register, rules, at=now))
    return [
        (wave, told(people, campaign, (day, next_day), now).filter(country__in=countries))
        for days, countries in places.items()
        for wave, day, next_day in zip(REMINDERS, days, (*days[1:], None), strict=False)
    ]


def told(
    people: QuerySet[User], campaign: Campaign, span: tuple[int, int | None], now: datetime
) -> QuerySet[User]:
    """Give those of `people` whose announcement was taken so many days ago as `span` begins with, or more.

    But not yet as many as it ends with: so one reminder at most is due to anybody at any time, and one
    that was missed is left out.
    """
    day, next_day = span
    taken = Notice.objects.filter(
        campaign=campaign,
        user=OuterRef("pk"),
        wave=Wave.ANNOUNCEMENT,
        state__in=TOLD_STATES,
        settled_at__lte=now - day * DAY,
    )
    if next_day is not None:
        taken = taken.filter(settled_at__gt=now - next_day * DAY)
    # Looked up in an index too, for one person after the other.
    return people.alias(taken=Subquery(taken.values("pk")[:1])).filter(taken__isnull=False)


def reminders_to_come(campaign: Campaign, publication: Publication, rules: RuleBook) -> bool:
    """Whether a reminder can still become due that nobody has looked for.

    The last progress of the chunks stands for the last announcement: no count over notices.
    """
    places = places_to_remind(publication, rules)
    announced = Chunk.objects.filter(campaign=campaign, wave=Wave.ANNOUNCEMENT, accepted__gt=0)
    last: datetime | None = announced.aggregate(last=Max("progressed_at"))["last"]
    if not places or last is None:
        return False
    looked_at = Campaign.objects.values_list("reminded_at", flat=True).get(pk=campaign.pk)
    return looked_at is None or looked_at < last + max(days[-1] for days in places) * DAY
