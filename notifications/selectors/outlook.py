"""Who would be told of a version, before anybody is."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Exists, Q, QuerySet

from accounts.models import User
from policies.selectors import Demand, Publication, RuleBook

from .suppressions import suppressed_people


@dataclass
class Group:
    """The people for whom one rule holds: how many, by the language in which they would be written to."""

    demand: Demand
    countries: set[str] = field(default_factory=set)
    by_language: dict[str, int] = field(default_factory=dict)

    @property
    def people(self) -> int:
        """How many they are."""
        return sum(self.by_language.values())


def concerned_people(effective_at: datetime) -> QuerySet[User]:
    """Give the people whom a version concerns: active, no programs, here before it takes effect."""
    return User.objects.filter(is_active=True, is_service=False, date_joined__lt=effective_at)


def told_people(publication: Publication, rules: RuleBook) -> QuerySet[User]:
    """Give the people whom a version concerns and whom the rule for where they live tells."""
    countries = User.objects.order_by("country").values_list("country", flat=True).distinct()
    told = [
        country
        for country in countries
        if rules.demand(publication.kind, publication.change_class, country).is_told
    ]
    return concerned_people(publication.effective_at).filter(country__in=told)


def unreachable(publication: Publication, rules: RuleBook, *, now: datetime) -> int:
    """Count whom the rules tell and no mail can: without an address, left alone, or long away; one query."""
    nobody = Q(email="", guardian_email="") | Q(Exists(suppressed_people("pk")))
    if settings.NOTICE_DORMANT_DAYS:
        nobody |= long_away(now)
    return told_people(publication, rules).filter(nobody).count()


def long_away(now: datetime, person: str = "") -> Q:
    """Give the condition that somebody has not signed in for as long as the settings say.

    `person` is the way to them, such as `user__`.
    """
    since = now - timedelta(days=settings.NOTICE_DORMANT_DAYS)
    never = {f"{person}last_login": None, f"{person}date_joined__lt": since}
    return Q(**{f"{person}last_login__lt": since}) | Q(**never)


def outlook(publication: Publication, rules: RuleBook) -> list[Group]:
    """Count the people whom a version concerns, by the rule for where they live: one query.

    The largest group comes first.
    """
    people = concerned_people(publication.effective_at)
    groups: dict[Demand, Group] = {}
    rows = people.order_by().values_list("country", "language").annotate(count=Count("pk"))
    for country, spoken, count in rows:
        demand = rules.demand(publication.kind, publication.change_class, country)
        group = groups.setdefault(demand, Group(demand))
        language = publication.text(spoken).language
        group.countries.add(country)
        group.by_language[language] = group.by_language.get(language, 0) + count
    return sorted(groups.values(), key=lambda group: -group.people)
