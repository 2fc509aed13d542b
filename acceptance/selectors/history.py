"""What a person did, was shown, and is deemed to have accepted."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, OuterRef, QuerySet, Subquery

from accounts.models import User
from policies.models import PolicyVersion
from policies.selectors import Publication, Register, RuleBook

from ..models import Act, LegacyAcceptance
from .asked import is_deemed
from .facts import Facts


@dataclass(frozen=True)
class Deemed:
    """A version that a person is deemed to have accepted, with the rule and the exposures behind it."""

    publication: Publication
    told_at: datetime
    used_at: datetime
    source: str


def acts_of(person: User) -> QuerySet[Act]:
    """Give the person's acts, the latest first, with what they were about."""
    return (
        Act.objects.filter(user=person)
        .select_related("version__policy", "text", "presentation")
        .defer("text__body", "text__html")
        .order_by("-at", "pk")
    )


def last_act_at(policy_id: int) -> datetime | None:
    """Give the instant of the last act about a policy, of whomever; None where there is none."""
    acts = Act.objects.filter(version=OuterRef("pk")).order_by("-at")
    # One look into an index for each version, however many acts there are.
    versions = PolicyVersion.objects.filter(policy=policy_id).annotate(last=Subquery(acts.values("at")[:1]))
    found: datetime | None = versions.aggregate(latest=Max("last"))["latest"]
    return found


def legacy_of(person: User) -> QuerySet[LegacyAcceptance]:
    """Give what was taken over of a person from an older system, the latest first, without its salt."""
    return (
        LegacyAcceptance.objects.filter(user=person)
        .select_related("policy")
        .defer("salt")
        .order_by("-at", "pk")
    )


def deemed_of(facts: Facts, register: Register, rules: RuleBook) -> list[Deemed]:
    """Give the versions that the person is deemed to have accepted and did not accept by an act."""
    found = []
    for version_id in {key[0] for key in facts.exposures}:
        entry = register.by_id.get(version_id)
        if entry is None or entry.number <= facts.accepted.get(entry.policy_id, 0):
            continue
        demand = rules.demand(entry.kind, entry.change_class, facts.country)
        told_at, used_at = facts.told_at(version_id), facts.used_at(version_id)
        if is_deemed(entry, demand, facts, register) and told_at and used_at:
            found.append(Deemed(entry, told_at, used_at, demand.source))
    return sorted(found, key=lambda deemed: (deemed.used_at, deemed.publication.version_id))
