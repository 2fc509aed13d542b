"""Whose answer to a version is asked for and has not come: a question to the database, not to each person."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import (
    DateTimeField,
    Exists,
    ExpressionWrapper,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThan

from accounts.models import User
from policies.models import Assent
from policies.selectors import Demand, Publication, Register, RuleBook

from ..models import Act, Exposure, ExposureKind, LegacyAcceptance, Standing
from .effect import notice_period


def awaited(publication: Publication, register: Register, rules: RuleBook, *, at: datetime) -> QuerySet[User]:
    """Give the active people whose rule asks for an answer to a version, and who have not given any.

    An answer to a newer version of the policy, yes or no, answers for this one too, and so does an
    acceptance that was taken over. Whoever is deemed to accept by going on using the shop owes no answer
    either.
    """
    demands = demands_by_country(publication, rules)
    asked = [country for country, demand in demands.items() if demand.assent != Assent.NONE]
    numbered = from_this_on(publication, register)
    acts = Act.objects.filter(user=OuterRef("pk"), version__in=numbered)
    legacy = LegacyAcceptance.objects.filter(user=OuterRef("pk"), version__in=numbered)
    people = User.objects.filter(is_active=True, is_service=False, country__in=asked)
    people = people_without(legacy, people_without(acts, people))
    deeming = [country for country in asked if demands[country].is_deemed_by_use]
    # Nobody uses the shop under a version that is not in force.
    if deeming and publication.effective_at <= at:
        periods = periods_by_country(publication, register, {name: demands[name] for name in deeming})
        for period, countries in countries_by_period(periods).items():
            used = informed_use(publication, period)
            people = people.filter(~Q(country__in=countries) | ~Exists(used))
    return people


def periods_by_country(
    publication: Publication, register: Register, demands: Mapping[str, Demand]
) -> dict[str, timedelta]:
    """Give how long before it holds for them people must have been told, by country.

    As `effective_for` has it for one person who was there before the version took effect; it is nothing
    where they need not be told.
    """
    is_due = register.before(publication) is not None and not publication.imported
    return {
        country: notice_period(publication, demand) if is_due and demand.is_told else timedelta(0)
        for country, demand in demands.items()
    }


def countries_by_period(periods: Mapping[str, timedelta]) -> dict[timedelta, list[str]]:
    """Give the countries in which the period is the same, by the period."""
    found: dict[timedelta, list[str]] = defaultdict(list)
    for country, period in periods.items():
        found[period].append(country)
    return found


def from_this_on(publication: Publication, register: Register) -> list[int]:
    """Give the keys of the version and of all later ones of its policy, without those that were recalled.

    What was said of a version that was recalled since answers for no other.
    """
    later = (entry for entry in register.of(publication.slug) if entry.number > publication.number)
    return [publication.version_id, *(entry.version_id for entry in later if entry.recalled_at is None)]


def informed_use(publication: Publication, period: timedelta) -> QuerySet[Exposure]:
    """Give the person's use of the shop under the version, where it can count as accepting.

    They had been told or shown the whole `period` before, or, where they joined later, before; and have not
    withdrawn from the policy.
    """
    own = Exposure.objects.filter(user=OuterRef("user"), version=publication.version_id)
    returned = own.filter(user=OuterRef("user"), kind=ExposureKind.RETURNED)
    by_mail = Q(kind=ExposureKind.NOTIFIED) & ~Exists(returned)
    told = own.filter(by_mail | Q(kind=ExposureKind.SHOWN))
    in_time = ExpressionWrapper(OuterRef("at") - Value(period), DateTimeField())
    is_newcomer = Q(user__date_joined__gte=publication.effective_at)
    withdrawn = Standing.objects.filter(
        user=OuterRef("user"), policy=publication.policy_id, withdrawn_version__isnull=False
    )
    return Exposure.objects.filter(
        Exists(told.filter(at__lte=in_time)) | is_newcomer & Exists(told.filter(at__lte=OuterRef("at"))),
        ~Exists(withdrawn),
        user=OuterRef("pk"),
        version=publication.version_id,
        kind=ExposureKind.USED,
    )


def demands_by_country(publication: Publication, rules: RuleBook) -> dict[str, Demand]:
    """Give what the version asks in each country that anybody lives in."""
    countries = User.objects.order_by("country").values_list("country", flat=True).distinct()
    return {
        country: rules.demand(publication.kind, publication.change_class, country) for country in countries
    }


def people_without(rows: QuerySet[Model], people: QuerySet[User]) -> QuerySet[User]:
    """Leave out those of `people` for whom there are any `rows`, which name them by `OuterRef("pk")`.

    Not by EXISTS, which PostgreSQL turns into a join: what it knows of rows that have just begun to
    come is that there are none, and so it compares everyone with everyone. This looks into an index
    for one person after the other, and, of conditions that say so, this one lets it expect enough
    people that a LIMIT in the order of their keys is worth stopping at.
    """
    found = Subquery(rows.annotate(one=Value(1)).values("one")[:1])
    return people.filter(LessThan(Coalesce(found, 0), 1))
