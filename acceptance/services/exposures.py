"""Record that people met a version."""

from collections.abc import Iterable
from datetime import datetime

from ..models import Exposure


def record_exposures(*, user_id: int, version_ids: Iterable[int], kind: str, now: datetime) -> None:
    """Record that a person met versions in one way; only the first moment of each is kept.

    Meeting a version again costs a read and no write.
    """
    wanted = set(version_ids)
    known = Exposure.objects.filter(user=user_id, kind=kind, version__in=wanted)
    missing = wanted - set(known.values_list("version_id", flat=True))
    if missing:
        Exposure.objects.bulk_create(
            [Exposure(user_id=user_id, version_id=key, kind=kind, at=now) for key in sorted(missing)],
            ignore_conflicts=True,
        )
