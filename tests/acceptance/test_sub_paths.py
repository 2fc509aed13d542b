"""The gate below a sub-path and below language prefixes: it leads to the review page, once, and back."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.test import Client
from django.urls import set_script_prefix

from accounts.models import User
from policies.models import PolicyVersion
from tests.acceptance.conftest import GATE
from tests.acceptance.pages import accepting
from tests.acceptance.urls import urlpatterns as shop_and_site

pytestmark = pytest.mark.look

Browse = Callable[..., Client]

# Every address begins with a language: /en/shop/, /de/me/review/privacy/.
urlpatterns = i18n_patterns(*shop_and_site)


@pytest.fixture(params=["", "/en", "/de"])
def prefix(request: Any, settings: Any, shop: None) -> str:
    """Put all addresses below a language, or below none."""
    if request.param:
        settings.ROOT_URLCONF = "tests.acceptance.test_sub_paths"
    return str(request.param)


@pytest.fixture(params=["", "/policies-site"])
def below(request: Any, settings: Any) -> Any:
    """Serve the site below a path of a larger one, or at the top."""
    settings.FORCE_SCRIPT_NAME = request.param or None
    # As the server does with each request; the test client leaves it out.
    set_script_prefix(f"{request.param}/")
    yield request.param
    set_script_prefix("/")


def follow(client: Client, below: str, address: str) -> Any:
    """Ask for an address as the server does, which takes off what the site is below."""
    assert address.startswith(below)
    return client.get(address.removeprefix(below), headers={"accept-language": "en"})


def test_the_gate_leads_to_the_review_page_once_and_back(
    alice: User, first: PolicyVersion, browse: Browse, prefix: str, below: str
) -> None:
    client = browse(alice, at=GATE)
    shelf = f"{below}{prefix}/shop/stock/?size=42"

    led = follow(client, below, shelf).headers["Location"]
    review = follow(client, below, led)
    back = client.post(led.removeprefix(below), accepting(review.content)).headers["Location"]

    assert urlsplit(led).path == f"{below}{prefix}/me/review/privacy/"
    assert parse_qs(urlsplit(led).query) == {"next": [shelf]}
    assert (review.status_code, back) == (200, shelf)
    assert follow(client, below, back).status_code == 200


def test_what_a_person_was_sending_goes_to_where_it_was_going(
    alice: User, first: PolicyVersion, browse: Browse, prefix: str, below: str
) -> None:
    client = browse(alice, at=GATE)

    led = client.post(f"{prefix}/shop/checkout/", {"shoe": "Larch"}).headers["Location"]
    back = client.post(led.removeprefix(below), accepting(follow(client, below, led).content)).headers[
        "Location"
    ]
    offered = follow(client, below, back)

    assert back.startswith(f"{below}{prefix}/me/unsent/")
    assert f'action="{below}{prefix}/shop/checkout/"' in offered.content.decode()
    assert client.post(f"{prefix}/shop/checkout/", {"shoe": "Larch"}).content == b"Ordered."
    assert follow(client, below, back).status_code == 404


@pytest.mark.parametrize(
    "address", ["/me/", "/me/review/privacy/", "/accounts/logout/", "/policies/privacy/"]
)
def test_what_is_exempt_stays_so(
    alice: User, first: PolicyVersion, browse: Browse, prefix: str, below: str, address: str
) -> None:
    assert browse(alice, at=GATE).get(f"{prefix}{address}").status_code == 200
