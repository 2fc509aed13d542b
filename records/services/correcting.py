"""Correct what is recorded of a person."""

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.places import refuse_unknown
from policies.refusal import Refusal

from ..tokens import LinkOver, NewAddress


class AddressTaken(Refusal):
    """Somebody else has the address."""


def correct_details(*, person_id: int, language: str, country: str, time_zone: str) -> None:
    """Set what a person reads, where they live and what time it is there.

    The country decides from now on which notice rule applies. Raises `ValidationError` for a value that
    is none.
    """
    refuse_unknown(language=language, country=country, time_zone=time_zone)
    User.objects.filter(pk=person_id).update(language=language, country=country, time_zone=time_zone)


@transaction.atomic
def change_address(*, wanted: NewAddress) -> None:
    """Give a person the address that they have shown to be theirs; the one before signs in no more.

    Locks the person. Raises `LinkOver` where they have changed it since the link was made, and
    `AddressTaken`.
    """
    person = User.objects.select_for_update().filter(pk=wanted.person_id, email=wanted.before).first()
    if person is None:
        raise LinkOver(_("The address was changed since this link was made. Ask for another one."))
    if is_taken(wanted.address):
        raise AddressTaken(_("This address belongs to another account. Ask with another address."))
    EmailAddress.objects.filter(user=person).delete()
    User.objects.filter(pk=person.pk).update(email=wanted.address)


def is_taken(address: str) -> bool:
    """Whether somebody signs in with an address."""
    return (
        User.objects.filter(email=address).exists()
        or EmailAddress.objects.filter(email__iexact=address).exists()
    )
