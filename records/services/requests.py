"""Ask to be erased; carry the request out, or refuse it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from policies.refusal import Refusal
from policies.services.permission import require

from ..instants import months_after
from ..models import ErasureRequest
from .erasing import NotThere, erase_person

PERMISSION = "records.carry_out_erasure"
# Art. 12(3) of the GDPR.
ANSWERED_WITHIN = 1


class AlreadyAsked(Refusal):
    """A request of this person is open."""


class AlreadyDecided(Refusal):
    """The request was carried out or refused meanwhile."""


class ReasonMissing(Refusal):
    """A refusal says why."""


@transaction.atomic
def ask_for_erasure(*, person_id: int, now: datetime) -> ErasureRequest:
    """Record that a person asks to be erased; an answer is due in a month.

    Locks the person. Raises `AlreadyAsked`, and `NotThere` where they were erased meanwhile.
    """
    if not User.objects.select_for_update().filter(pk=person_id, erased_at=None).exists():
        raise NotThere(_("There is no account any more that could be erased."))
    if ErasureRequest.objects.open().filter(person=person_id).exists():
        raise AlreadyAsked(_("You have asked already. We answer by the day that is named on this page."))
    return ErasureRequest.objects.create(
        person_id=person_id, asked_at=now, due_at=months_after(now, ANSWERED_WITHIN)
    )


def carry_out(*, request_id: int, decided_by: User, now: datetime) -> UUID:
    """Erase who asked for it; gives what `erase_person` does.

    Raises `NotPermitted`, `AlreadyDecided`, and what `erase_person` raises.
    """
    require(decided_by, PERMISSION)
    found = ErasureRequest.objects.open().filter(pk=request_id).first()
    if found is None or found.person_id is None:
        raise decided()
    return erase_person(person_id=found.person_id, decided_by=decided_by, now=now)


def refuse_erasure(*, request_id: int, reason: str, decided_by: User, now: datetime) -> None:
    """Refuse a request, for a reason that the person reads on their page.

    Raises `NotPermitted`, `ReasonMissing` and `AlreadyDecided`.
    """
    require(decided_by, PERMISSION)
    if not reason.strip():
        raise ReasonMissing(_("Say why: the person reads it, and may complain to an authority."))
    refused = ErasureRequest.objects.open().filter(pk=request_id)
    if not refused.update(refused_at=now, refusal=reason.strip(), decided_by=decided_by):
        raise decided()


def decided() -> AlreadyDecided:
    """Give the refusal for a request that somebody decided before."""
    return AlreadyDecided(_("This request is decided already. Open the list again."))
