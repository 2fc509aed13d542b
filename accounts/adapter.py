"""How django-allauth makes and greets people here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from .addresses import leads_home


class ShopAccounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts come from the shop: nobody registers here, so nobody is missing from its books."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - the signature is allauth's
        """Say no: the shop registers people, this site only signs them in."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Say whether signing in may lead to `url`: to this site alone, where allauth takes any allowed host.

        It also raises an error for some addresses that are none.
        """
        return leads_home(self.request, url)
