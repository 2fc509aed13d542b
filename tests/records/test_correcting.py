"""A person corrects what is recorded of them: language, country, zone, and an address that is theirs."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.acceptance.pages import page, words

pytestmark = pytest.mark.once

ClientOf = Callable[[User], Client]
PAGE, ADDRESS = "/me/details/", "/me/address/"
LINK = re.compile(r"http://127.0.0.1:8000(/me/address/\S+)")


@pytest.fixture(autouse=True)
def outbox(settings: Any) -> None:
    """Keep mail in this process."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def test_language_country_and_zone_are_corrected(client_of: ClientOf, alice: User) -> None:
    sent = {"language": "de", "country": "AT", "time_zone": "Europe/Vienna"}

    response = client_of(alice).post(PAGE, sent)

    alice.refresh_from_db()
    assert response.status_code == 302
    assert (alice.language, alice.country, alice.time_zone) == ("de", "AT", "Europe/Vienna")


@pytest.mark.parametrize(
    ("field", "value"), [("language", "xx"), ("country", "Austria"), ("time_zone", "Mars/Olympus")]
)
def test_what_is_no_place_is_refused(client_of: ClientOf, alice: User, field: str, value: str) -> None:
    sent = {"language": "en", "country": "US", "time_zone": "Europe/Berlin", field: value}

    response = client_of(alice).post(PAGE, sent)

    alice.refresh_from_db()
    assert response.status_code == 422
    assert (alice.language, alice.country, alice.time_zone) == ("en", "US", "Europe/Berlin")


def test_countries_and_zones_are_chosen_by_their_names_in_the_reader_s_language(
    client_of: ClientOf, bob: User
) -> None:
    content = page(client_of(bob).get(PAGE).content)

    countries = {
        str(each.get("value")): str(each.text) for each in content.xpath("//select[@id='id_country']/option")
    }
    groups = [str(group.get("label")) for group in content.xpath("//select[@id='id_time_zone']/optgroup")]
    cities = {
        str(each.get("value")): str(each.text)
        for each in content.xpath("//select[@id='id_time_zone']//option")
    }
    assert (countries["AT"], countries["FR"], countries[""]) == (
        "Österreich",
        "Frankreich",
        "nicht angegeben",
    )
    assert "EU" not in countries
    # Their own country stands first, then all in the order of their names, umlauts among the rest.
    assert groups[:3] == ["Deutschland", "Afghanistan", "Ägypten"]
    assert (cities["Europe/Vienna"], cities["UTC"]) == ("Wien", "UTC")
    [chosen] = content.xpath("//select[@id='id_country']/option[@selected]/@value")
    assert chosen == "DE"


def test_a_zone_and_a_country_that_are_in_no_list_can_stay(client_of: ClientOf, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(country="EU", time_zone="US/Pacific")
    sent = {"language": "fr", "country": "EU", "time_zone": "US/Pacific"}

    response = client_of(alice).post(PAGE, sent)

    alice.refresh_from_db()
    assert response.status_code == 302
    assert (alice.language, alice.country, alice.time_zone) == ("fr", "EU", "US/Pacific")


def test_whoever_states_no_country_any_more_states_none(client_of: ClientOf, alice: User) -> None:
    client_of(alice).post(PAGE, {"language": "en", "country": "", "time_zone": "UTC"})

    alice.refresh_from_db()
    assert (alice.country, alice.time_zone) == ("", "UTC")


def test_nobody_makes_themselves_something_else_by_the_way(client_of: ClientOf, alice: User) -> None:
    sent = {"language": "en", "country": "US", "time_zone": "Europe/Berlin"}

    client_of(alice).post(PAGE, sent | {"is_staff": "on", "is_superuser": "on", "email": "bob@example.com"})

    alice.refresh_from_db()
    assert (alice.email, alice.is_staff, alice.is_superuser) == ("alice@example.com", False, False)


def link_sent_to(address: str) -> str:
    """Give the link in the only letter to an address."""
    (letter,) = (message for message in mail.outbox if message.to == [address])
    found = LINK.search(str(letter.body))
    assert found
    return found[1]


def test_a_new_address_counts_once_a_button_behind_the_link_is_pressed(
    client_of: ClientOf, alice: User
) -> None:
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    client = client_of(alice)

    client.post(ADDRESS, {"email": "Alice.New@Example.com"})
    link = link_sent_to("alice.new@example.com")
    assert "alice.new@example.com" in words(client.get(link).content)
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"
    client.post(link)

    alice.refresh_from_db()
    assert alice.email == "alice.new@example.com"
    assert not EmailAddress.objects.exists()
    assert mail.outbox[-1].to == ["alice@example.com"]
    assert "alice.new" not in str(mail.outbox[-1].body)
    assert client.get("/me/").status_code == 200


def test_a_link_is_good_once(client_of: ClientOf, alice: User) -> None:
    client = client_of(alice)
    client.post(ADDRESS, {"email": "second@example.com"})
    client.post(ADDRESS, {"email": "third@example.com"})
    client.post(link_sent_to("third@example.com"))

    response = client.post(link_sent_to("second@example.com"))

    assert response.status_code == 400
    assert "The address was changed since this link was made." in words(response.content)
    assert User.objects.filter(email="third@example.com").exists()


def test_a_link_is_of_no_use_to_anybody_else(client_of: ClientOf, alice: User, charlie: User) -> None:
    client_of(alice).post(ADDRESS, {"email": "new@example.com"})

    response = client_of(charlie).post(link_sent_to("new@example.com"))

    assert response.status_code == 400
    assert not User.objects.filter(email="new@example.com").exists()


@pytest.mark.parametrize("token", ["x", "eyJ9:1:2", "%00"])
def test_a_link_that_was_made_up_is_refused(client_of: ClientOf, alice: User, token: str) -> None:
    assert client_of(alice).post(f"{ADDRESS}{token}/").status_code == 400


def test_somebody_elses_address_is_neither_taken_nor_given_away(
    client_of: ClientOf, alice: User, bob: User
) -> None:
    client = client_of(alice)
    client.post(ADDRESS, {"email": "new@example.com"})
    link = link_sent_to("new@example.com")
    User.objects.filter(pk=bob.pk).update(email="new@example.com")

    taken = client.post(ADDRESS, {"email": "NEW@example.com"}, follow=True)
    late = client.post(link)

    assert "Open the link in the letter that we send" in words(taken.content)
    _first, second = mail.outbox
    assert (second.to, second.subject) == (
        ["new@example.com"],
        # In the language of whose address it is.
        "Fernhill Shoes: Zu dieser Adresse gibt es schon ein Konto",
    )
    assert "/me/" not in str(second.body)
    assert (late.status_code, User.objects.get(pk=alice.pk).email) == (400, "alice@example.com")


def test_what_is_no_address_is_refused(client_of: ClientOf, alice: User) -> None:
    assert client_of(alice).post(ADDRESS, {"email": "alice"}).status_code == 422
    assert mail.outbox == []


def test_a_mail_server_that_is_away_is_said(client_of: ClientOf, alice: User, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 9

    response = client_of(alice).post(ADDRESS, {"email": "new@example.com"}, follow=True)

    assert "The letter could not be sent." in words(response.content)


def test_nobody_sends_letters_without_end(client_of: ClientOf, alice: User) -> None:
    client = client_of(alice)

    for number in range(12):
        client.post(ADDRESS, {"email": f"new{number}@example.com"})

    assert len(mail.outbox) == 10


def test_the_page_of_the_sign_in_package_leads_here(client_of: ClientOf, alice: User) -> None:
    response = client_of(alice).post("/accounts/email/", {"email": "new@example.com", "action_add": ""})

    assert (response.status_code, response.headers["Location"]) == (302, PAGE)


def test_the_own_page_leads_there(client_of: ClientOf, alice: User) -> None:
    shown = words(client_of(alice).get("/me/").content)

    for link in ("My details", "Everything held about you", "Be erased"):
        assert link in shown
