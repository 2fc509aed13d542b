"""A person sees and takes away everything that is held of them, and nothing of anybody else."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from policies.models import PolicyVersion
from records.selectors import HOLDINGS, held_of
from tests.acceptance.conftest import EFFECT
from tests.acceptance.pages import words
from tests.records.conftest import ADDRESS, BROWSER, EARLIER, IP, NAME, acted

pytestmark = pytest.mark.once

ClientOf = Callable[[User], Client]
PAGE, FILE = "/me/export/", "/me/export.json"


def exported(client: Client) -> dict[str, list[dict[str, object]]]:
    """Give what the file holds, table by table."""
    held: dict[str, list[dict[str, object]]] = json.loads(client.get(FILE).content)["held"]
    return held


@pytest.mark.parametrize("address", [PAGE, FILE])
def test_only_who_is_signed_in_gets_it(client: Client, db: None, address: str) -> None:
    response = client.get(address)

    assert (response.status_code, response.headers["Location"]) == (302, f"/accounts/login/?next={address}")


def test_the_file_is_an_attachment_that_nobody_keeps_on_the_way(client_of: ClientOf, alice: User) -> None:
    response = client_of(alice).get(FILE)

    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Content-Disposition"].startswith('attachment; filename="testserver-')
    assert "no-store" in response.headers["Cache-Control"]
    assert "no-store" in client_of(alice).get(PAGE).headers["Cache-Control"]


def test_the_file_holds_everything(client_of: ClientOf, wilhelmina: User, version: PolicyVersion) -> None:
    held = exported(client_of(wilhelmina))

    assert held["account"][0]["email"] == ADDRESS
    agreed = next(act for act in held["acts"] if act["kind"] == "ACKNOWLEDGED")
    assert agreed["text__sha256"] == version.texts.get().sha256
    assert str(agreed["text_address"]).endswith("/policies/privacy/versions/1/")
    assert "statement" in agreed["presentation__wording"]  # type: ignore[operator]  # JSON
    assert {each["ip"] for each in held["circumstances"]} == {IP}
    assert {each["user_agent"] for each in held["circumstances"]} == {BROWSER}
    assert all(len(str(each["salt"])) == 64 for each in held["circumstances"])
    assert {each["kind"] for each in held["exposures"]} == {"NOTIFIED", "RETURNED", "SHOWN"}
    assert held["reminder_choices"][0]["is_wanted"] is False
    assert held["standings"][0]["accepted_version__number"] == 1
    assert held["notices"][0]["address"] == ADDRESS
    assert ADDRESS in str(held["notices"][0]["reply"])
    assert ADDRESS in str(held["mail_reports"][0]["diagnostic"])
    assert {each["address"] for each in held["suppressed_addresses"]} == {ADDRESS, EARLIER}
    assert held["email_addresses"][0]["email"] == EARLIER
    assert held["administration_entries"][0]["object_repr"] == ADDRESS
    assert held["erasure_requests"][0]["refusal"] == ""
    assert NAME in str(held["legal_holds"][0]["reason"])
    # Whoever is signed in has an account that is switched on: no end of it is noted any more.
    assert set(held) == {
        "account",
        "suppressed_addresses",
        "administration_entries",
        "email_addresses",
        "circumstances",
        "acts",
        "acts_entered",
        "exposures",
        "reminder_choices",
        "standings",
        "mail_reports",
        "notices",
        "erasure_requests",
        "legal_holds",
    }


def test_the_page_shows_the_same_in_words(client_of: ClientOf, wilhelmina: User) -> None:
    shown = words(client_of(wilhelmina).get(PAGE).content)

    assert "http://127.0.0.1:8000/policies/privacy/versions/1/" in shown
    for value in (ADDRESS, EARLIER, IP, BROWSER, f"I am {NAME}, and moved.", "acknowledged", "came back"):
        assert value in shown


def test_nothing_of_anybody_else_is_in_it(
    client_of: ClientOf, wilhelmina: User, keeper: User, alice: User
) -> None:
    acted(alice, EFFECT, accepts=True, note="Alice's", ip="203.0.113.9", browser="Opera")
    files = {person: client_of(person).get(FILE).content.decode().lower() for person in (alice, keeper)}
    own = client_of(wilhelmina).get(FILE).content.decode().lower()

    assert "alice" not in own
    assert "keeper" not in own
    assert "203.0.113.9" not in own
    for text in files.values():
        assert NAME not in text
        assert IP not in text


def test_what_somebody_did_at_the_desk_is_theirs_too(
    client_of: ClientOf, approver: User, author: User, version: PolicyVersion
) -> None:
    approved, wrote = exported(client_of(approver)), exported(client_of(author))

    assert approved["approvals"][0]["version__number"] == 1
    assert approved["versions"][0]["number"] == 1
    assert wrote["versions"][0]["policy__slug"] == "privacy"
    assert "approvals" not in wrote
    assert approved["groups"] == [{"group__name": "Approvers"}, {"group__name": "Publishers"}]


def test_it_asks_each_table_once_however_much_there_is(
    client_of: ClientOf, wilhelmina: User, version: PolicyVersion
) -> None:
    for number in range(6):
        acted(wilhelmina, EFFECT + timedelta(hours=number + 1), accepts=bool(number % 2))

    with CaptureQueriesContext(connection) as asked:
        held_of(wilhelmina)

    # Two of them ask for the addresses of the person first.
    assert len(asked) <= len(HOLDINGS) + 8


def test_the_gate_is_not_in_the_way(
    client_of: ClientOf, alice: User, agreement: PolicyVersion, freeze: Callable[..., None]
) -> None:
    freeze(EFFECT)
    client = client_of(alice)

    addresses = (PAGE, FILE, "/me/details/", "/me/erasure/")
    assert [client.get(address).status_code for address in addresses] == [200] * 4
