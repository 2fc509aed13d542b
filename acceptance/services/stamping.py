"""Have the newest checkpoint stamped by a time-stamping authority, where one is set."""

from datetime import datetime

from django.conf import settings

from ..models import TimestampToken
from ..selectors import newest_checkpoint
from ..timestamps import ask_for_token


def stamp_ledger(*, now: datetime) -> TimestampToken | None:
    """Get a token for the newest checkpoint and keep it; None where it has one, or there is none yet.

    The authority is asked while no transaction is open. Raises `NoToken`.
    """
    checkpoint = newest_checkpoint()
    if checkpoint is None or TimestampToken.objects.filter(checkpoint=checkpoint).exists():
        return None
    token, at = ask_for_token(checkpoint.note.encode())
    kept, _is_new = TimestampToken.objects.get_or_create(
        checkpoint=checkpoint,
        defaults={"token": token, "stamped_at": at, "authority": settings.TIMESTAMP_AUTHORITY, "at": now},
    )
    return kept
