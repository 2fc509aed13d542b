"""How a version was answered, for the desk."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from accounts.models import User
from policies.models import Assent
from policies.selectors import Publication, Register, RuleBook

from ..models import AcceptedBy, Act, ActKind, Exposure, ExposureKind, Standing


@dataclass(frozen=True)
class Tally:
    """How many people a version concerns, and how they answered. The parts sum to `people`."""

    people: int
    acknowledged: int
    agreed: int
    taken_over: int
    declined: int
    withdrawn: int
    deemed: int
    not_asked: int
    outstanding: int


def tally(publication: Publication, register: Register, rules: RuleBook) -> Tally:
    """Count the answers to a published version; accepting a newer one answers for this one too.

    Two queries, each an aggregate over the people concerned.
    """
    people = with_answers(concerned(publication, register), publication)
    answers = {row["answer"]: row["count"] for row in people.values("answer").annotate(count=Count("pk"))}
    silent = {"deemed": 0, "not_asked": 0, "outstanding": 0}
    groups = people.filter(answer=None).annotate(goes_on=Exists(informed_use(publication)))
    for row in groups.values("country", "goes_on").annotate(count=Count("pk")):
        silent[silence(publication, rules, row["country"], goes_on=row["goes_on"])] += row["count"]
    return Tally(
        people=sum(answers.values()),
        acknowledged=answers.get(ActKind.ACKNOWLEDGED, 0),
        agreed=answers.get(ActKind.AGREED, 0),
        taken_over=answers.get(AcceptedBy.LEGACY, 0),
        declined=answers.get(ActKind.DECLINED, 0),
        withdrawn=answers.get(ActKind.WITHDRAWN, 0),
        **silent,
    )


def silence(publication: Publication, rules: RuleBook, country: str, *, goes_on: bool) -> str:
    """Say what the silence of people of `country` means."""
    demand = rules.demand(publication.kind, publication.change_class, country)
    if demand.assent == Assent.NONE:
        return "not_asked"
    return "deemed" if goes_on and demand.is_deemed_by_use else "outstanding"


def concerned(publication: Publication, register: Register) -> QuerySet[User]:
    """Give the people whom the version concerns: active, no programs, here before it was over."""
    later = (entry for entry in register.of(publication.slug) if entry.number > publication.number)
    successors = [entry.effective_at for entry in later if not entry.is_recalled(entry.effective_at)]
    people = User.objects.filter(is_active=True, is_service=False)
    return people.filter(date_joined__lt=min(successors)) if successors else people


def with_answers(people: QuerySet[User], publication: Publication) -> QuerySet[Any]:
    """Note on each person how they answered: the kind of act, or null where they did not.

    Whoever withdrew from a version has withdrawn from each one before it.
    """
    standing = Standing.objects.filter(user=OuterRef("pk"), policy=publication.policy_id)
    accepted = standing.filter(accepted_version__number__gte=publication.number).values("accepted_kind")
    latest = Act.objects.filter(user=OuterRef("pk"), version=publication.version_id).order_by("-at", "-pk")
    said_no = Case(When(Q(said=ActKind.DECLINED), then=Value(ActKind.DECLINED.value)))
    withdrawn = standing.filter(withdrawn_version__number__gte=publication.number).annotate(
        withdrawn=Value(ActKind.WITHDRAWN.value)
    )
    answers = (Subquery(accepted[:1]), said_no, Subquery(withdrawn.values("withdrawn")[:1]))
    people = people.annotate(said=Subquery(latest.values("kind")[:1]))
    return people.annotate(answer=Coalesce(*answers, output_field=CharField()))


def informed_use(publication: Publication) -> QuerySet[Exposure]:
    """Give the person's use of the shop under the version, where it can count as accepting.

    They had been told or shown before, and have not withdrawn from the policy.
    """
    own = Exposure.objects.filter(user=OuterRef("user"), version=publication.version_id)
    returned = own.filter(user=OuterRef("user"), kind=ExposureKind.RETURNED)
    by_mail = Q(kind=ExposureKind.NOTIFIED) & ~Exists(returned)
    told = own.filter(by_mail | Q(kind=ExposureKind.SHOWN), at__lte=OuterRef("at"))
    withdrawn = Standing.objects.filter(
        user=OuterRef("user"), policy=publication.policy_id, withdrawn_version__isnull=False
    )
    return Exposure.objects.filter(
        Exists(told),
        ~Exists(withdrawn),
        user=OuterRef("pk"),
        version=publication.version_id,
        kind=ExposureKind.USED,
    )


def acts_on(version_id: int) -> QuerySet[Act]:
    """Give the acts on a version, the latest first, with who took them."""
    return Act.objects.filter(version=version_id).select_related("user", "acted_by").order_by("-at", "pk")
