"""From where somebody acted can be shortened, emptied and erased, and never becomes something else."""

import ipaddress

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acceptance.models import ActContext
from accounts.models import User
from policies.models import PolicyVersion
from policies.triggers import missing_triggers
from records.addresses import shortened
from records.triggers import RECORD_TRIGGERS
from tests.acceptance.conftest import EFFECT
from tests.records.conftest import BROWSER, IP, acted

# Zeros at the places where the shortest form of an address and that of its network differ.
ODD = ["::ffff:198.51.100.7", "::1", "::2:3:4:5:6:7", "0:0:0:4::", "0:0:3:4::8", "1:0:0:4::8", "1:2:0:0:5::"]
SPARSE = st.lists(st.integers(0, 1), min_size=8, max_size=8).map(lambda groups: ":".join(map(str, groups)))
IPV6 = st.one_of(st.ip_addresses(v=6), SPARSE.map(ipaddress.IPv6Address))


@pytest.fixture
def context(alice: User, version: PolicyVersion) -> ActContext:
    """Give the circumstances of an act of Alice's."""
    acted(alice, EFFECT, accepts=True)
    return ActContext.objects.get()


def change(**columns: object) -> None:
    with transaction.atomic():
        ActContext.objects.update(**columns)


def test_every_trigger_is_there(db: None) -> None:
    assert missing_triggers(connection, RECORD_TRIGGERS) == []


@pytest.mark.parametrize(
    "columns",
    [
        {"ip": "198.51.100.78"},
        {"ip": "198.51.0.0"},
        {"ip": "192.0.2.0"},
        {"ip": "98.51.100.0"},
        {"ip": "2001:db8::"},
        {"user_agent": "Forged"},
        {"user_agent": f"{BROWSER} and more"},
        {"salt": b""},
        {"salt": b"0" * 32},
        {"email": ""},
        {"email": "else@example.com"},
        {"ip": None, "email": "else@example.com"},
    ],
)
def test_circumstances_never_become_something_else(context: ActContext, columns: dict[str, object]) -> None:
    before = ActContext.objects.values().get()

    with pytest.raises(IntegrityError, match="never changes"):
        change(**columns)

    after = ActContext.objects.values().get()
    assert {name: str(value) for name, value in after.items() if name != "salt"} == {
        name: str(value) for name, value in before.items() if name != "salt"
    }


@pytest.mark.parametrize("columns", [{"ip": shortened(IP)}, {"ip": None}, {"user_agent": ""}, {"ip": IP}])
def test_circumstances_are_shortened_and_emptied(context: ActContext, columns: dict[str, object]) -> None:
    change(**columns)

    assert ActContext.objects.values(*columns).get() == columns


def test_an_address_that_is_gone_does_not_come_back(context: ActContext) -> None:
    change(ip=None)

    with pytest.raises(IntegrityError, match="never changes"):
        change(ip=IP)


def test_of_ipv6_the_beginning_is_left_and_no_other(context: ActContext) -> None:
    ActContext.objects.all().delete()
    context.ip = "2001:db8:12:34:56:78:9a:bc"
    context.save(force_insert=True)

    for ip in ("2001:db8:13::", "2001:db8:12:34:56:78:9a:0", "198.51.100.0", "0:0:3::"):
        with pytest.raises(IntegrityError, match="never changes"):
            change(ip=ip)
    change(ip="2001:db8:12::")


def test_where_zeros_are_written_out_the_rest_is_left_and_no_other(context: ActContext) -> None:
    assert shortening(context, "::2:3:4:5:6:7") == "0:0:2::"

    ActContext.objects.all().delete()
    context.ip = "::2:3:4:5:6:7"
    context.save(force_insert=True)
    with pytest.raises(IntegrityError, match="never changes"):
        change(ip="0:0:7::")


@pytest.mark.parametrize("address", ODD)
def test_an_address_with_zeros_at_odd_places_is_shortened(context: ActContext, address: str) -> None:
    assert shortening(context, address) == shortened(address)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.ip_addresses(v=4), IPV6))
def test_whatever_address_is_shortened_the_database_lets_it(
    context: ActContext, address: ipaddress.IPv4Address | ipaddress.IPv6Address
) -> None:
    assert shortening(context, str(address)) == shortened(str(address))


def shortening(context: ActContext, address: str) -> str | None:
    """Record that the act came from an address, and give what is there once that is shortened."""
    ActContext.objects.all().delete()
    context.ip = address
    context.save(force_insert=True)
    change(ip=shortened(address))
    return ActContext.objects.get().ip
