"""Work out where a person stands from what they did."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from policies.prepared import prepared
from policies.selectors import Register

from ..models import Standing
from ..selectors import Position, Word, position_of, words_about, words_of
from .writing import Statement, write_together

FIELDS = ("accepted_version", "accepted_kind", "declined_version", "withdrawn_version", "updated_at")
# Makes the standing where it is new, and locks it either way. Nothing of it changes.
LOCK = """
INSERT INTO acceptance_standing (user_id, policy_id, accepted_kind, updated_at)
SELECT %s, %s, '', %s FROM {held} AS held WHERE TRUE
ON CONFLICT (user_id, policy_id) DO UPDATE SET accepted_kind = acceptance_standing.accepted_kind
RETURNING id
"""
# Acts about a policy hold a lock that they share, and whoever publishes or recalls a version takes it
# alone: each waits for the other to commit. SQLite has one writer at a time.
SHARED = "(SELECT pg_advisory_xact_lock_shared(49130867, %s))"
LOCKS = {
    "postgresql": LOCK.format(held=SHARED),
    "sqlite": LOCK.format(held="(SELECT %s)"),
}
ALONE = "SELECT pg_advisory_xact_lock(49130867, %s)"
MOVE = """
UPDATE acceptance_standing
SET accepted_version_id = %s, accepted_kind = %s, declined_version_id = %s, withdrawn_version_id = %s,
    updated_at = %s
WHERE id = %s
"""


@dataclass(frozen=True)
class Stand:
    """A standing that is locked: its key, the words on which it rests, the oldest first, and the register."""

    key: int
    words: list[Word]
    register: Register

    @property
    def accepted(self) -> Word | None:
        """The word by which the person accepted a version last."""
        return position_of(self.words).accepted

    def moved_by(self, word: Word, now: datetime) -> Statement:
        """Give the statement that sets the standing anew after another word."""
        return move(self.key, position_of([*self.words, word]), now)


def lock_standing(*, user_id: int, policy_id: int, now: datetime) -> Stand:
    """Lock a standing until the transaction ends, made now where it is new, and read what it rests on.

    Until then nobody publishes or recalls a version of the policy either.
    """
    at = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor, prepared():
        cursor.execute(LOCKS[connection.vendor], [user_id, policy_id, at, policy_id])
        key = int(cursor.fetchone()[0])
    return Stand(key, *words_about(user_id=user_id, policy_id=policy_id))


def hold_acts(*, policy_id: int) -> None:
    """Wait for acts about a policy that are being recorded, and hold off others until the transaction ends.

    So in the ledger no act on a version stands behind the publication of the next one, or its recall.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(ALONE, [policy_id])


def move(key: int, to: Position[Word], now: datetime) -> Statement:
    """Give the statement that sets a standing, which is locked."""
    accepted, declined, withdrawn = to.accepted, to.declined, to.withdrawn
    return MOVE, [
        accepted.version_id if accepted else None,
        accepted.kind if accepted else "",
        declined.version_id if declined else None,
        withdrawn.version_id if withdrawn else None,
        connection.ops.adapt_datetimefield_value(now),
        key,
    ]


@transaction.atomic
def rebuild_standing(*, user_id: int, policy_id: int, now: datetime) -> Standing:
    """Set a person's standing with a policy from all their words, and give it. Locks the standing."""
    stand = lock_standing(user_id=user_id, policy_id=policy_id, now=now)
    write_together([], move(stand.key, position_of(stand.words), now))
    return Standing.objects.get(pk=stand.key)


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
