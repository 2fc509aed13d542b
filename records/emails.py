"""The letters about a change of address."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts.mailboxes import mailbox
from accounts.models import User


def letter_to_confirm(person: User, address: str, token: str) -> EmailMessage:
    """Give the letter to a new address, whose link leads to a button."""
    link = settings.SITE_URL + reverse("records:confirm_address", args=[token])
    return letter("confirm_address", address, person.language, link=link)


def letter_to_the_owner(person: User, address: str) -> EmailMessage:
    """Give the letter to an address that another account than that of `person` has, in its language."""
    owner = User.objects.filter(email=address).first() or person
    return letter("address_taken", address, owner.language)


def letter_to_the_old_address(person: User, before: str) -> EmailMessage:
    """Give the letter that tells an address that it is the person's no more."""
    return letter("address_changed", before, person.language)


def letter(name: str, address: str, language: str, **context: str) -> EmailMessage:
    """Give a letter in a language, as plain text. Raises `AddressUnusable`."""
    known = context | {"site_name": settings.SITE_NAME, "contact_email": settings.CONTACT_EMAIL}
    with translation.override(language):
        subject = render_to_string(f"records/{name}/subject.txt", known).strip()
        body = render_to_string(f"records/{name}/body.txt", known)
    return EmailMessage(subject, body, to=[mailbox(address).address])
