"""Work out where a person stands from what they did."""

from datetime import datetime

from django.db import transaction

from ..models import ACCEPTING, Act, ActKind, Standing


@transaction.atomic
def rebuild_standing(*, user_id: int, policy_id: int, now: datetime) -> Standing:
    """Set a person's standing with a policy from all their acts. Locks the standing.

    Accepted is the highest version whose latest act accepts it; declined is the version that the
    person's very latest act declines.
    """
    standing = lock_standing(user_id=user_id, policy_id=policy_id, now=now)
    acts = list(
        Act.objects.filter(user=user_id, version__policy=policy_id)
        .select_related("version")
        .order_by("at", "pk")
    )
    latest = {act.version.number or 0: act for act in acts}
    accepted = [latest[number] for number in sorted(latest) if latest[number].kind in ACCEPTING]
    standing.accepted_version = accepted[-1].version if accepted else None
    standing.accepted_kind = accepted[-1].kind if accepted else ""
    has_declined = bool(acts) and acts[-1].kind == ActKind.DECLINED
    standing.declined_version = acts[-1].version if has_declined else None
    standing.updated_at = now
    standing.save()
    return standing


def lock_standing(*, user_id: int, policy_id: int, now: datetime) -> Standing:
    """Give the standing, locked until the transaction ends, made now where it is new."""
    Standing.objects.get_or_create(user_id=user_id, policy_id=policy_id, defaults={"updated_at": now})
    return Standing.objects.select_for_update(of=("self",)).get(user=user_id, policy=policy_id)
