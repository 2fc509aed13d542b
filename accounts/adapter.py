"""How django-allauth makes and greets people here."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from .addresses import leads_home
from .mailboxes import AddressUnusable, mailbox

logger = logging.getLogger(__name__)


class ShopAccounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts come from the shop: nobody registers here, so nobody is missing from its books."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - the signature is allauth's
        """Say no: the shop registers people, this site only signs them in."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a code to the domain that the person means: Django would write "faß.de" as "fass.de".

        Where no mail server takes the address, or none is there, nothing is sent, and nobody learns whether
        the address is known here.
        """
        try:
            super().send_mail(template_prefix, mailbox(email).address, context)
        except AddressUnusable as error:
            logger.warning("A message of %s could not be sent: %s", template_prefix, error)
        except OSError:
            # What smtplib raises is among these.
            logger.exception("A message of %s could not be sent.", template_prefix)

    def is_safe_url(self, url: str) -> bool:
        """Say whether signing in may lead to `url`: to this site alone, where allauth takes any allowed host.

        It also raises an error for some addresses that are none.
        """
        return leads_home(self.request, url)
