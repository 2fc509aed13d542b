"""Leave an address alone, and take that back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from policies.refusal import Refusal
from policies.services.permission import require

from ..models import Suppression

DETAIL_LENGTH = 300


class NotSuppressed(Refusal):
    """The address is not suppressed, or not any more."""


@transaction.atomic
def suppress_address(*, address: str, reason: str, detail: str, now: datetime) -> Suppression:
    """Send nothing to `address` from now on; gives the suppression that holds.

    One that holds already stays as it is, with its own reason: it says why the first time was.
    """
    wanted = address.strip().lower()
    row = Suppression(address=wanted, reason=reason, detail=detail[:DETAIL_LENGTH], created_at=now)
    # The database decides between two at once: one active row for each address.
    Suppression.objects.bulk_create([row], ignore_conflicts=True)
    return Suppression.objects.active().of(wanted).get()


@transaction.atomic
def release_address(*, suppression_id: int, released_by: User, now: datetime) -> Suppression:
    """Send to an address again. Raises `NotPermitted`, and `NotSuppressed` where it is released already."""
    require(released_by, "policies.publish_version")
    held = Suppression.objects.active().filter(pk=suppression_id)
    if not held.update(released_at=now, released_by=released_by):
        raise NotSuppressed(_("This address is not on the list any more. Open the list again."))
    return Suppression.objects.get(pk=suppression_id)
