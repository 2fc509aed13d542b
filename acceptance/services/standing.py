"""Work out where a person stands from what they did."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from ..models import Standing
from ..selectors import Position, Word, position_of, words_of

FIELDS = ("accepted_version", "accepted_kind", "declined_version", "withdrawn_version", "updated_at")


@transaction.atomic
def rebuild_standing(*, user_id: int, policy_id: int, now: datetime) -> Standing:
    """Set a person's standing with a policy from all their words, and give it. Locks the standing."""
    standing = lock_standing(user_id=user_id, policy_id=policy_id, now=now)
    set_position(standing, position_of(words_of([user_id], policy_id=policy_id)), now)
    standing.save()
    return standing


@transaction.atomic
def rebuild_standings(*, user_ids: Collection[int], policy_id: int, now: datetime) -> None:
    """Set the standings of many people with a policy, a few queries for all. Locks the standings."""
    standings = lock_standings(user_ids=user_ids, policy_id=policy_id, now=now)
    said: dict[int, list[Word]] = {user_id: [] for user_id in user_ids}
    for word in words_of(user_ids, policy_id=policy_id):
        said[word.user_id].append(word)
    for standing in standings:
        set_position(standing, position_of(said[standing.user_id]), now)
    # One INSERT that finds every row there writes them all; bulk_update takes minutes for so many.
    Standing.objects.bulk_create(
        standings, update_conflicts=True, unique_fields=["user", "policy"], update_fields=FIELDS
    )


def set_position(standing: Standing, position: Position[Word], now: datetime) -> None:
    """Write a position into a standing, which is not saved yet."""
    accepted, declined, withdrawn = position.accepted, position.declined, position.withdrawn
    standing.accepted_version_id = accepted.version_id if accepted else None
    standing.accepted_kind = accepted.kind if accepted else ""
    standing.declined_version_id = declined.version_id if declined else None
    standing.withdrawn_version_id = withdrawn.version_id if withdrawn else None
    standing.updated_at = now


def lock_standing(*, user_id: int, policy_id: int, now: datetime) -> Standing:
    """Give the standing, locked until the transaction ends, made now where it is new."""
    Standing.objects.get_or_create(user_id=user_id, policy_id=policy_id, defaults={"updated_at": now})
    return Standing.objects.select_for_update(of=("self",)).get(user=user_id, policy=policy_id)


def lock_standings(*, user_ids: Collection[int], policy_id: int, now: datetime) -> list[Standing]:
    """Give the standings of people, locked until the transaction ends, made now where they are new.

    They are locked in the order of their keys, so that nobody waits for somebody who waits for them.
    """
    Standing.objects.bulk_create(
        [Standing(user_id=user_id, policy_id=policy_id, updated_at=now) for user_id in sorted(user_ids)],
        ignore_conflicts=True,
    )
    locked = Standing.objects.select_for_update(of=("self",)).order_by("pk")
    return list(locked.filter(user__in=user_ids, policy=policy_id))
