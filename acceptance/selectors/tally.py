"""Where everyone is with a version, asked of the record at once: what the reports are counted from.

Each question here looks at everyone, which takes seconds at a million people. Pages read what was
counted last.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from accounts.models import User
from policies.selectors import Publication, Register, RuleBook

from ..models import Act, ActKind, ExposureKind, LegacyAcceptance, PersonState
from .awaited import (
    countries_by_period,
    demands_by_country,
    from_this_on,
    people_without,
    periods_by_country,
)
from .words import ACCEPTING

# How many people, by country, then language, then state.
PeopleByState = dict[str, dict[str, dict[str, int]]]


def people_by_state(publication: Publication, register: Register, rules: RuleBook) -> PeopleByState:
    """Count the people whom a version concerns: two queries. Accepting a newer one answers for it too."""
    periods = periods_by_country(publication, register, demands_by_country(publication, rules))
    people = concerned(publication, register).annotate(period=period_for(publication, periods))
    people = with_states(people, publication, register)
    groups = people.values("country", "language", "state").annotate(count=Count("pk"))
    found: PeopleByState = {}
    for country, language, state, count in groups.values_list("country", "language", "state", "count"):
        found.setdefault(country, {}).setdefault(language, {})[state] = count
    return found


def concerned(publication: Publication, register: Register) -> QuerySet[User]:
    """Give the people whom the version concerns: active, no programs, here before it was over."""
    later = (entry for entry in register.of(publication.slug) if entry.number > publication.number)
    successors = [entry.effective_at for entry in later if not entry.is_recalled(entry.effective_at)]
    people = User.objects.filter(is_active=True, is_service=False)
    return people.filter(date_joined__lt=min(successors)) if successors else people


def period_for(publication: Publication, periods: Mapping[str, timedelta]) -> Case:
    """Give how long before it holds for a person they must have been told; nothing for who joined later."""
    nothing = Value(timedelta(0), DurationField())
    return Case(
        When(date_joined__gte=publication.effective_at, then=nothing),
        *(
            When(country__in=countries, then=Value(period, DurationField()))
            for period, countries in countries_by_period(periods).items()
            if period
        ),
        default=nothing,
        output_field=DurationField(),
    )


def with_states(people: QuerySet[User], publication: Publication, register: Register) -> QuerySet[Any]:
    """Note on each person where they are with the version; `period` says how early they had to be told."""
    later = from_this_on(publication, register)
    standing = Q(standings__policy=publication.policy_id) & Q(standings__accepted_version__in=later)
    withdrawn = Q(standings__policy=publication.policy_id, standings__withdrawn_version__isnull=False)
    latest = Act.objects.filter(user=OuterRef("pk"), version=publication.version_id).order_by("-at", "-pk")
    is_told = Q(mailed__at__isnull=False, returned__at=None) | Q(shown__at__isnull=False)
    in_time = ExpressionWrapper(F("used__at") - F("period"), DateTimeField())
    told_before_use = Q(mailed__at__lte=in_time, returned__at=None) | Q(shown__at__lte=in_time)
    # A withdrawal is from the policy, also by the name of a version that was recalled.
    left_from = [
        entry.version_id for entry in register.of(publication.slug) if entry.number >= publication.number
    ]
    return with_other_word(people, publication, register).annotate(
        standing=FilteredRelation("standings", condition=standing),
        left=FilteredRelation("standings", condition=withdrawn),
        mailed=met(publication, ExposureKind.NOTIFIED),
        returned=met(publication, ExposureKind.RETURNED),
        shown=met(publication, ExposureKind.SHOWN),
        used=met(publication, ExposureKind.USED),
        said=Subquery(latest.values("kind")[:1]),
        state=Case(
            When(standing__accepted_kind__isnull=False, then=F("standing__accepted_kind")),
            When(other_word__in=ACCEPTING, then=F("other_word")),
            When(said=ActKind.DECLINED, then=F("said")),
            When(left__withdrawn_version__in=left_from, then=Value(PersonState.WITHDRAWN.value)),
            # Of whoever withdrew from the policy nothing is deemed.
            When(told_before_use & Q(left__withdrawn_version=None), then=Value(PersonState.USED.value)),
            When(is_told, then=Value(PersonState.TOLD.value)),
            When(date_joined__gte=publication.effective_at, then=Value(PersonState.NEWCOMER.value)),
            default=Value(PersonState.UNTOLD.value),
            output_field=CharField(),
        ),
    )


def with_other_word(people: QuerySet[User], publication: Publication, register: Register) -> QuerySet[User]:
    """Note on whoever last accepted what was recalled since what else they said from this version on."""
    recalled = [entry.version_id for entry in register.of(publication.slug) if entry.recalled_at]
    if not recalled:
        return people.annotate(other_word=Value("", CharField()))
    undone = Q(standings__policy=publication.policy_id, standings__accepted_version__in=recalled)
    later = from_this_on(publication, register)
    words = Act.objects.filter(user=OuterRef("pk"), version__in=later).order_by("-at", "-pk")
    return people.annotate(
        undone=FilteredRelation("standings", condition=undone),
        other_word=Case(
            When(undone__isnull=False, then=Subquery(words.values("kind")[:1])),
            default=Value(""),
            output_field=CharField(),
        ),
    )


def met(publication: Publication, kind: str) -> FilteredRelation:
    """Give how a person met the version in one way; there is one such row at most."""
    return FilteredRelation(
        "exposure", condition=Q(exposure__version=publication.version_id, exposure__kind=kind)
    )


def never_accepted(publication: Publication, register: Register) -> QuerySet[User]:
    """Give the active people who never accepted the version or a later one, by the key of each.

    Being deemed to accept is not accepting; who accepted and took it back later has accepted.
    """
    versions = from_this_on(publication, register)
    accepting = Act.objects.filter(user=OuterRef("pk"), version__in=versions, kind__in=ACCEPTING)
    taken_over = LegacyAcceptance.objects.filter(user=OuterRef("pk"), version__in=versions)
    people = User.objects.filter(is_active=True, is_service=False)
    return people_without(taken_over, people_without(accepting, people)).order_by("pk")


def acts_on(version_id: int, *, after: Act | None = None) -> QuerySet[Act]:
    """Give the acts on a version, the latest first, with who took them; those `after` one in that order."""
    acts = Act.objects.filter(version=version_id).select_related("user", "acted_by").order_by("-at", "pk")
    if after is None:
        return acts
    return acts.filter(Q(at__lt=after.at) | Q(pk__gt=after.pk), at__lte=after.at)
