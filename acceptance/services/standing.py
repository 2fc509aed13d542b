"""Work out where a person stands from what they did."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models.query import RawQuerySet

from ..models import Act, ActKind, Standing
from .writing import Statement, write_together

ACCEPTING = (ActKind.ACKNOWLEDGED, ActKind.AGREED)
# Makes the standing where it is new, and locks it either way. Nothing of it changes.
LOCK = """
INSERT INTO acceptance_standing (user_id, policy_id, accepted_kind, updated_at)
SELECT %(user)s, %(policy)s, '', %(now)s FROM {held} AS held WHERE TRUE
ON CONFLICT (user_id, policy_id) DO UPDATE SET accepted_kind = acceptance_standing.accepted_kind
RETURNING id
"""
# Acts about a policy hold a lock that they share, and whoever publishes or recalls a version takes it
# alone: each waits for the other to commit. SQLite has one writer at a time.
SHARED = "(SELECT pg_advisory_xact_lock_shared(49130867, %(policy)s))"
LOCKS = {"postgresql": LOCK.format(held=SHARED), "sqlite": LOCK.format(held="(SELECT 1)")}
# Asked at every act, so Django need not make it up anew each time.
ABOUT = """
SELECT act.id, act.at, act.version_id, act.kind, version.number
FROM acceptance_act AS act JOIN policies_policyversion AS version ON version.id = act.version_id
WHERE act.user_id = %s AND version.policy_id = %s ORDER BY act.at, act.id
"""
MOVE = """
UPDATE acceptance_standing
SET accepted_version_id = %s, accepted_kind = %s, declined_version_id = %s, updated_at = %s WHERE id = %s
"""
ALONE = "SELECT pg_advisory_xact_lock(49130867, %s)"


class Done(NamedTuple):
    """What counts of an act. Sorted, acts go by their moment."""

    at: datetime
    key: UUID
    version_id: int
    number: int
    kind: str


class Position(NamedTuple):
    """Where acts leave a person: what they accepted last and how, and what they declined."""

    accepted_version_id: int | None
    accepted_kind: str
    declined_version_id: int | None


@transaction.atomic
def rebuild_standing(*, user_id: int, policy_id: int, now: datetime) -> Standing:
    """Set a person's standing with a policy from all their acts. Locks the standing."""
    key = lock_standing(user_id=user_id, policy_id=policy_id, now=now)
    write_together([], move_standing(key, position(acts_about(user_id=user_id, policy_id=policy_id)), now))
    return Standing.objects.get(pk=key)


def move_standing(key: int, to: Position, now: datetime) -> Statement:
    """Give the statement that sets a standing, which is locked."""
    return MOVE, [*to, connection.ops.adapt_datetimefield_value(now), key]


def position(acts: Iterable[Done]) -> Position:
    """Give where acts leave a person.

    Accepted is the highest version whose latest act accepts it; declined is the version that the
    person's very latest act declines.
    """
    acts = sorted(acts)
    latest = {act.number: act for act in acts}
    accepted = [latest[number] for number in sorted(latest) if latest[number].kind in ACCEPTING]
    has_declined = bool(acts) and acts[-1].kind == ActKind.DECLINED
    return Position(
        accepted[-1].version_id if accepted else None,
        accepted[-1].kind if accepted else "",
        acts[-1].version_id if has_declined else None,
    )


def acts_about(*, user_id: int, policy_id: int) -> list[Done]:
    """Give what a person did about a policy, the oldest act first."""
    acts: RawQuerySet[Any] = Act.objects.raw(ABOUT, [user_id, policy_id])
    return [Done(act.at, act.pk, act.version_id, act.number or 0, act.kind) for act in acts]


def lock_standing(*, user_id: int, policy_id: int, now: datetime) -> int:
    """Lock a standing until the transaction ends, made now where it is new; returns its key.

    Until then nobody publishes or recalls a version of the policy either.
    """
    at = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(LOCKS[connection.vendor], {"user": user_id, "policy": policy_id, "now": at})
        return int(cursor.fetchone()[0])


def hold_acts(*, policy_id: int) -> None:
    """Wait for acts about a policy that are being recorded, and hold off others until the transaction ends.

    So in the ledger no act on a version stands behind the publication of the next one, or its recall.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(ALONE, [policy_id])
