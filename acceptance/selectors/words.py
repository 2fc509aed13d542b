"""What people said of the versions of policies, one word after the other."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, IntegerField, Value

from ..models import AcceptedBy, Act, LegacyAcceptance


@dataclass(frozen=True)
class Word:
    """What a person did about a version, or is said to have accepted; `kind` is of `ActKind`, or LEGACY."""

    user_id: int
    policy_id: int
    version_id: int
    number: int
    kind: str
    at: datetime


def words_of(user_ids: Collection[int], *, policy_id: int | None = None) -> list[Word]:
    """Give the words of people, the oldest first, of one policy or of all; one query.

    An acceptance of which not even the version is known says nothing. What is known by hearsay stands
    before what was done here at the same instant.
    """
    acts = Act.objects.filter(user__in=user_ids)
    legacy = LegacyAcceptance.objects.filter(user__in=user_ids, version__isnull=False)
    if policy_id is not None:
        acts, legacy = acts.filter(version__policy=policy_id), legacy.filter(policy=policy_id)
    kind = Value(AcceptedBy.LEGACY.value)
    rows = (
        acts.annotate(rank=Value(1, IntegerField()), said=F("kind"))
        .values_list(
            "user_id", "version__policy_id", "version_id", "version__number", "said", "at", "rank", "pk"
        )
        .union(
            legacy.annotate(rank=Value(0, IntegerField()), said=kind).values_list(
                "user_id", "policy_id", "version_id", "version__number", "said", "at", "rank", "pk"
            ),
            all=True,
        )
        .order_by("at", "rank", "pk")
    )
    return [
        Word(user_id, policy_id, version_id, number or 0, said, at)
        for user_id, policy_id, version_id, number, said, at, _rank, _pk in rows
    ]
