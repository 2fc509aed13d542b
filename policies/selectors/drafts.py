"""What the desk lists."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from ..models import Policy, PolicyVersion
from .register import Publication, load_register


@dataclass(frozen=True)
class DeskPolicy:
    """A policy as the desk lists it: what is in force, what is coming, what is being written."""

    policy: Policy
    in_force: Publication | None
    announced: tuple[Publication, ...]
    drafts: tuple[PolicyVersion, ...]


def desk_policies(*, now: datetime) -> list[DeskPolicy]:
    """Give every policy with its state at `now`, by address, in three queries."""
    register = load_register()
    drafts = drafts_by_policy(
        PolicyVersion.objects.filter(published_at=None)
        .select_related("author", "policy")
        .order_by("policy_id", "created_at", "pk")
    )
    return [
        DeskPolicy(
            policy,
            register.in_force(policy.slug, now),
            register.announced(policy.slug, now),
            drafts.get(policy.pk, ()),
        )
        for policy in Policy.objects.order_by("slug")
    ]


def drafts_by_policy(drafts: Iterable[PolicyVersion]) -> dict[int, tuple[PolicyVersion, ...]]:
    """Group drafts, ordered by policy, by the key of their policy."""
    return {key: tuple(group) for key, group in groupby(drafts, key=lambda draft: draft.policy_id)}
