"""A code goes to the domain that the person means (IDNA 2008), and to no other one."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def outbox(settings: Any) -> None:
    """Keep mail in this process."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def test_a_code_for_a_domain_with_a_sharp_s_goes_to_that_domain(
    client: Client, make_person: Callable[..., User]
) -> None:
    person = make_person("klaus")
    User.objects.filter(pk=person.pk).update(email="klaus@faß.example")

    client.post("/accounts/login/code/", {"email": "klaus@faß.example"})

    assert [message.to for message in mail.outbox] == [["klaus@xn--fa-hia.example"]]


def test_an_address_that_no_mail_server_takes_gets_no_code_and_no_error(
    client: Client, make_person: Callable[..., User]
) -> None:
    address = f"{'x' * 64}y@example.com"
    User.objects.filter(pk=make_person("long").pk).update(email=address)

    response = client.post("/accounts/login/code/", {"email": address})

    assert response.status_code < 500
    assert mail.outbox == []


def test_the_letter_that_confirms_a_new_address_goes_to_the_domain_that_is_meant(
    alice: User, client_of: Callable[[User], Client]
) -> None:
    client_of(alice).post("/me/address/", {"email": "alice@faß.example"})

    assert [message.to for message in mail.outbox] == [["alice@xn--fa-hia.example"]]
