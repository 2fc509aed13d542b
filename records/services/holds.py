"""Keep what is recorded of a person from being erased, and let it go again."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from policies.refusal import Refusal
from policies.services.permission import require

from ..models import LegalHold
from ..selectors import is_held
from .erasing import NotThere

PERMISSION = "records.hold_person"


class HeldAlready(Refusal):
    """A hold stands already."""


class NotHeld(Refusal):
    """The hold was lifted already."""


@transaction.atomic
def place_hold(*, person_id: int, reason: str, placed_by: User, now: datetime) -> LegalHold:
    """Keep what is recorded of a person from being erased or shortened, for a reason that they may read.

    Locks the person, so that they are either erased before or held. Raises `NotPermitted`, `NotThere`
    and `HeldAlready`.
    """
    require(placed_by, PERMISSION)
    if not User.objects.select_for_update().filter(pk=person_id, erased_at=None).exists():
        raise NotThere(_("There is no account any more that could be held."))
    if is_held(person_id):
        raise HeldAlready(_("A legal hold stands for this person already. Lift it to state another reason."))
    return LegalHold.objects.create(person_id=person_id, reason=reason, placed_by=placed_by, since=now)


@transaction.atomic
def lift_hold(*, hold_id: int, lifted_by: User, now: datetime) -> None:
    """Let what is recorded of a person be erased again. Raises `NotPermitted` and `NotHeld`."""
    require(lifted_by, PERMISSION)
    held = LegalHold.objects.active().filter(pk=hold_id)
    if not held.update(lifted_at=now, lifted_by=lifted_by):
        raise NotHeld(_("This hold is lifted already. Open the list again."))
