"""The gate never stands before what a person needs in any case, and knows it by the name of the view."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import ResolverMatch, URLPattern, URLResolver, get_resolver, resolve

from acceptance.middleware import is_exempt
from accounts.models import User
from policies.models import PolicyVersion
from tests.acceptance.conftest import GATE

Browse = Callable[..., Client]

pytestmark = [pytest.mark.look, pytest.mark.usefixtures("shop")]


def view(_request: HttpRequest) -> HttpResponse:
    """Stand for any view."""
    return HttpResponse()


def match(name: str, *namespaces: str) -> ResolverMatch:
    """Give the match of a view by its name and the namespaces around it, the outermost first."""
    return ResolverMatch(view, (), {}, url_name=name, namespaces=list(namespaces))


def is_stopped(client: Client, address: str = "/shop/") -> bool:
    """Whether the gate leads a reader of pages away from an address."""
    return client.get(address).status_code == 303


def names(patterns: list[URLPattern | URLResolver], *outer: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give the name of each view below some patterns, with its namespaces."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = (*outer, pattern.namespace) if pattern.namespace else outer
            yield from names(pattern.url_patterns, *inner)
        else:
            yield pattern.name or "", outer


@pytest.mark.parametrize(
    "exempt",
    [
        match("account_logout"),
        match("healthz"),
        match("readyz"),
        match("metrics"),
        match("me", "acceptance"),
        match("review", "acceptance"),
        match("policy", "policies"),
        match("anything", "policies"),
        match("anything", "desk"),
        match("index", "admin"),
        match("orders", "shop"),
        match("anything", "admin", "shop"),
    ],
)
def test_what_a_person_needs_in_any_case_is_exempt_by_its_name(exempt: ResolverMatch) -> None:
    assert is_exempt(exempt)


@pytest.mark.parametrize(
    "ordinary",
    [
        match("shelf", "shop"),
        match("checkout", "shop"),
        match("orders"),
        match("orders", "backoffice"),
        match("account_logout", "shop"),
        match("me"),
        match("review", "shop"),
        match("index", "shop", "admin"),
        match("admin"),
        match("policies"),
        match("healthz2"),
        match(""),
    ],
)
def test_what_only_sounds_like_it_is_not_exempt(ordinary: ResolverMatch) -> None:
    assert not is_exempt(ordinary)


def test_an_address_that_leads_nowhere_is_exempt() -> None:
    assert is_exempt(None)


def test_a_namespace_that_a_project_adds_is_exempt(settings: Any) -> None:
    support = match("ticket", "support")
    before = is_exempt(support)

    settings.GATE_EXEMPT_NAMESPACES = [*settings.GATE_EXEMPT_NAMESPACES, "support"]

    assert (before, is_exempt(support)) == (False, True)


def test_every_page_of_the_site_itself_is_exempt() -> None:
    site = [
        (name, spaces)
        for name, spaces in names(get_resolver("policysite.urls").url_patterns)
        if spaces[:1] != ("shop",)
    ]

    assert len(site) > 30
    assert [name for name, spaces in site if not is_exempt(match(name, *spaces))] == []


def test_every_exempt_view_exists() -> None:
    there = {":".join([*spaces, name]) for name, spaces in names(get_resolver().url_patterns)}

    assert set(site_settings.GATE_EXEMPT_VIEWS) <= there


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/policies/privacy/",
        "/policies/privacy/versions/",
        "/policies/privacy/versions/1/",
        "/policies/privacy/feed.atom",
        "/me/",
        "/me/review/privacy/",
        "/accounts/logout/",
        "/healthz",
        "/shop/orders/",
    ],
)
def test_the_closed_gate_does_not_stand_before_an_exempt_page(
    alice: User, first: PolicyVersion, browse: Browse, address: str
) -> None:
    client = browse(alice, at=GATE)

    assert is_stopped(client)
    assert client.get(address).status_code == 200


def test_the_closed_gate_does_not_keep_anybody_from_signing_out(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    client = browse(alice, at=GATE)

    response = client.post("/accounts/logout/")

    assert response.status_code == 302
    assert "_auth_user_id" not in client.session


def test_exemption_goes_by_the_name_of_the_view_not_by_the_address(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    client = browse(alice, at=GATE)

    assert is_stopped(client, "/adminpanel/")
    assert client.get("/admin/").status_code == 302
    assert resolve("/admin/").namespaces == ["admin"]


def test_an_address_that_is_not_there_stays_missing(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    assert browse(alice, at=GATE).get("/shop/nowhere/").status_code == 404
