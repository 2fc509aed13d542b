"""Record that people met a version."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import User

from ..models import Exposure


def record_exposures(*, user_id: int, version_ids: Iterable[int], kind: str, now: datetime) -> None:
    """Record that a person met versions in one way; only the first moment of each is kept.

    Meeting a version again costs a read and no write. Of whoever was erased meanwhile nothing is recorded.
    """
    wanted = set(version_ids)
    known = Exposure.objects.filter(user=user_id, kind=kind, version__in=wanted)
    missing = wanted - set(known.values_list("version_id", flat=True))
    if missing:
        write_exposures(user_id, missing, kind, now)


@transaction.atomic
def write_exposures(user_id: int, version_ids: Iterable[int], kind: str, now: datetime) -> None:
    """Write exposures of a person who is there, and stays until they are written."""
    person = User.objects.select_for_update(no_key=True).filter(pk=user_id, erased_at=None)
    if person.exists():
        Exposure.objects.bulk_create(
            [Exposure(user_id=user_id, version_id=key, kind=kind, at=now) for key in sorted(version_ids)],
            ignore_conflicts=True,
        )
