"""Who would be told of a version, before anybody is."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, QuerySet

from accounts.models import User
from policies.selectors import Demand, Publication, RuleBook


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
