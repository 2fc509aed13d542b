"""Addresses that a person is led to because somebody wrote them into a link."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

# Servers refuse an address of more than some 4 000 characters, and in a link to a link it grows.
LONGEST = 2000


def leads_home(request: HttpRequest, address: str) -> bool:
    """Whether `address` leads to a page of the site that `request` came to, and is not too long to follow."""
    return len(address) <= LONGEST and url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
