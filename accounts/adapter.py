"""How django-allauth makes and greets people here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ShopAccounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts come from the shop: nobody registers here, so nobody is missing from its books."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - the signature is allauth's
        """Say no: the shop registers people, this site only signs them in."""
        return False
