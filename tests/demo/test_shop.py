"""The sample shop's pages."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from tests.acceptance.pages import words

pytestmark = pytest.mark.look


@pytest.fixture(autouse=True)
def opened(settings: Settings) -> None:
    """Open the shop, whatever DEMO_SHOP said when the settings were read."""
    settings.ROOT_URLCONF, settings.DEMO_SHOP = "tests.browser.urls", True


def test_anybody_can_look_at_the_shelf(client: Client, db: None) -> None:
    response = client.get("/shop/")

    shown = words(response.content)
    assert response.status_code == 200
    assert "Larch walking shoe, € 129" in shown
    assert "Order" not in shown


def test_a_customer_can_order(client_of: Callable[[User], Client], alice: User) -> None:
    response = client_of(alice).post("/shop/checkout/", follow=True)

    assert response.redirect_chain == [("/shop/", 302)]
    assert "Ordered. This shop is a sample: nothing will be sent." in words(response.content)


def test_a_customer_finds_the_order_history(client_of: Callable[[User], Client], alice: User) -> None:
    assert "There are no orders." in words(client_of(alice).get("/shop/orders/").content)


@pytest.mark.parametrize(("method", "path"), [("post", "/shop/checkout/"), ("get", "/shop/orders/")])
def test_who_is_not_signed_in_is_led_to_the_sign_in(client: Client, db: None, method: str, path: str) -> None:
    response = getattr(client, method)(path)

    assert response["Location"] == f"/accounts/login/?next={path}"


def test_opening_the_address_of_the_checkout_orders_nothing(
    client_of: Callable[[User], Client], alice: User
) -> None:
    assert client_of(alice).get("/shop/checkout/").status_code == 405


def test_the_menu_leads_to_the_shop(client: Client, db: None) -> None:
    assert 'href="/shop/"' in client.get("/").content.decode()
