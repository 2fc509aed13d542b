"""Which addresses are left alone."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce, Lower, NullIf

from accounts.models import User

from ..models import Suppression


def suppressed(addresses: Iterable[str]) -> set[str]:
    """Give those of `addresses` to which nothing is sent, in lower case."""
    wanted = {address.strip().lower() for address in addresses}
    found = Suppression.objects.active().alias(lowered=Lower("address")).filter(lowered__in=wanted)
    return {address.lower() for address in found.values_list("address", flat=True)}


def suppressions(address: str = "") -> QuerySet[Suppression]:
    """Give the suppressions, the latest first, with who released them; of one address where it is given."""
    found = Suppression.objects.of(address) if address else Suppression.objects.all()
    return found.select_related("released_by").order_by("-created_at", "-pk")


def suppressed_people(person: str = "user") -> QuerySet[User]:
    """Give the person of a notice, if nothing is sent to their address: `~Exists(suppressed_people())`.

    `person` names their key, which is `pk` where people themselves are asked for.
    No join, as in everything that an arming statement asks: it must see rows as they are.
    """
    guardian = NullIf(OuterRef("guardian_email"), Value(""))
    held = Suppression.objects.active().of(Coalesce(guardian, OuterRef("email")))
    return User.objects.filter(Exists(held), pk=OuterRef(person))
