"""The address that reports come to: it names one notice, and nobody else can make one."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as chance
from hypothesis import strategies as st

from notifications.verp import envelope_sender, notice_of

pytestmark = [pytest.mark.pure, pytest.mark.usefixtures("bounces")]

IN_TEST = chance(suppress_health_check=[HealthCheck.function_scoped_fixture])


@IN_TEST
@given(st.integers(1, 2**63 - 1))
def test_an_address_leads_back_to_its_notice_whatever_became_of_its_case(notice_id: int) -> None:
    address = envelope_sender(notice_id)

    assert notice_of(address) == notice_of(address.upper()) == notice_id
    assert len(address.partition("@")[0]) <= 64


def test_an_address_looks_as_mail_servers_expect_it() -> None:
    local, _, domain = envelope_sender(4711).partition("@")

    assert local.startswith("bounces+4711-")
    assert len(local) == len("bounces+4711-") + 16
    assert domain == "fernhill.example"


@IN_TEST
@given(st.integers(1, 2**63 - 1), st.integers(1, 2**63 - 1))
def test_the_code_of_one_notice_is_none_for_another(one: int, other: int) -> None:
    forged = envelope_sender(one).replace(f"+{one}-", f"+{other}-")

    assert notice_of(forged) == (one if one == other else None)


@IN_TEST
@given(st.text(max_size=80))
def test_no_text_upsets_the_reader(text: str) -> None:
    assert notice_of(text) is None
    assert notice_of(f"bounces+{text}@fernhill.example") is None


@pytest.mark.parametrize(
    "change",
    [
        lambda address: address.replace("+4711", "+04711"),
        lambda address: address.replace("+4711", "+\u0664711"),
        lambda address: address.replace("bounces+", "notices+"),
        lambda address: address.replace("fernhill", "fernhil"),
        lambda address: address.replace("@", "a@"),
        lambda address: address.replace("@", "@@"),
        lambda address: address.partition("@")[0],
        lambda address: f"{address}\n",
        lambda address: f"x+{address}",
    ],
)
def test_an_address_that_was_changed_is_nobodys(change: Callable[[str], str]) -> None:
    assert notice_of(change(envelope_sender(4711))) is None


def test_with_another_key_of_the_site_an_address_is_nobodys(settings: Any) -> None:
    address = envelope_sender(4711)

    settings.SECRET_KEY = "another key of at least thirty-two characters"

    assert notice_of(address) is None


def test_a_domain_beyond_ascii_is_written_as_mail_servers_want_it(settings: Any) -> None:
    settings.BOUNCE_ADDRESS = "bounces@müller.example"

    address = envelope_sender(7)

    assert address.endswith("@xn--mller-kva.example")
    assert notice_of(address) == 7


def test_without_an_address_for_reports_the_sender_is_the_plain_one_and_nothing_is_a_notices(
    settings: Any,
) -> None:
    address = envelope_sender(7)

    settings.BOUNCE_ADDRESS = ""

    assert envelope_sender(7) == "notices@fernhill.example"
    assert notice_of(address) is notice_of("notices@fernhill.example") is None
