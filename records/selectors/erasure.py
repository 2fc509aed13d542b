"""Who asked to be erased, who must not be, and whose time is over."""

from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from acceptance.models import ActContext
from accounts.models import User

from ..addresses import SHORTENED
from ..instants import MONTHS, months_after
from ..models import EndedRelationship, ErasureRequest, LegalHold

# So long a whole IP address helps against misuse; longer it is not needed.
IP_MONTHS = 13


def open_requests() -> QuerySet[ErasureRequest]:
    """Give the requests on which nobody has decided, the most urgent first, and whether they are held."""
    held = LegalHold.objects.active().filter(person=OuterRef("person"))
    found = ErasureRequest.objects.open().select_related("person").annotate(is_held=Exists(held))
    return found.order_by("due_at", "pk")


def latest_request_of(person: User) -> ErasureRequest | None:
    """Give what a person asked last; None where they never asked."""
    return ErasureRequest.objects.filter(person=person).order_by("-asked_at", "-pk").first()


def active_holds() -> QuerySet[LegalHold]:
    """Give the holds that nobody has lifted, the oldest first."""
    found = LegalHold.objects.active().select_related("person", "placed_by")
    return found.order_by("since", "pk")


def is_held(person_id: int) -> bool:
    """Whether what is recorded of a person must stay."""
    return LegalHold.objects.active().filter(person=person_id).exists()


def long_known_addresses(*, now: datetime) -> QuerySet[ActContext]:
    """Give the circumstances of acts whose IP address has been kept whole for long enough."""
    held = LegalHold.objects.active().filter(person=OuterRef("act__user"))
    known = ActContext.objects.filter(ip__isnull=False, act__at__lt=months_after(now, -IP_MONTHS))
    return known.exclude(ip__regex=SHORTENED).filter(~Exists(held))


def gone_people() -> QuerySet[User]:
    """Give the people whose account is switched off, and of whom that was not noted yet."""
    noted = EndedRelationship.objects.filter(person=OuterRef("pk"))
    return User.objects.filter(~Exists(noted), is_active=False, is_service=False, erased_at=None)


def returned_people() -> QuerySet[EndedRelationship]:
    """Give what was noted of people whose account was switched on again."""
    return EndedRelationship.objects.filter(person__is_active=True)


def people_to_erase(*, now: datetime) -> QuerySet[User]:
    """Give the people whose record has been kept for as long as the settings say, and is not held."""
    years = settings.RETENTION_YEARS
    if not years:
        return User.objects.none()
    held = LegalHold.objects.active().filter(person=OuterRef("pk"))
    ended = User.objects.filter(is_active=False, ended__noted_at__lte=months_after(now, -years * MONTHS))
    return ended.filter(~Exists(held))
