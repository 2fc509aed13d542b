"""Whose answer to a version is asked for and has not come: a question to the database, not to each person."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from policies.models import Assent
from policies.selectors import Demand, Publication, Register, RuleBook

from ..models import Act
from .tally import informed_use


def awaited(publication: Publication, register: Register, rules: RuleBook, *, at: datetime) -> QuerySet[User]:
    """Give the active people whose rule asks for an answer to a version, and who have not given any.

    An answer to a newer version of the policy, yes or no, answers for this one too. Whoever is deemed
    to accept by going on using the shop owes no answer either.
    """
    demands = demands_by_country(publication, rules)
    asked = [country for country, demand in demands.items() if demand.assent != Assent.NONE]
    numbered = (entry for entry in register.of(publication.slug) if entry.number >= publication.number)
    acts = Act.objects.filter(user=OuterRef("pk"), version__in=[entry.version_id for entry in numbered])
    people = User.objects.filter(~Exists(acts), is_active=True, is_service=False, country__in=asked)
    deeming = [country for country in asked if demands[country].is_deemed_by_use]
    # Nobody uses the shop under a version that is not in force.
    if deeming and publication.effective_at <= at:
        people = people.filter(~Q(country__in=deeming) | ~Exists(informed_use(publication)))
    return people


def demands_by_country(publication: Publication, rules: RuleBook) -> dict[str, Demand]:
    """Give what the version asks in each country that anybody lives in."""
    countries = User.objects.order_by("country").values_list("country", flat=True).distinct()
    return {
        country: rules.demand(publication.kind, publication.change_class, country) for country in countries
    }
