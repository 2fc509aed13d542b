"""What counsel can change at the administration, and what nobody changes any more."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from policies.models import Policy, PolicyKind, PolicyVersion

pytestmark = pytest.mark.look


@pytest.fixture
def administration(make_person: Callable[..., User], client: Client) -> Client:
    """Give a client signed in as somebody who may change everything there."""
    client.force_login(make_person("root", is_staff=True, is_superuser=True))
    return client


def change(client: Client, policy: Policy, **fields: str) -> str:
    """Send the form of a policy with other `fields`; gives the page that comes back."""
    address = reverse("admin:policies_policy_change", args=[policy.pk])
    known = {"slug": policy.slug, "kind": policy.kind, "name": policy.name, "default_language": "en"}
    return client.post(address, known | fields, follow=True).content.decode()


def test_a_policy_that_published_keeps_its_address_and_its_kind_and_takes_another_name(
    administration: Client, make_version: Callable[..., PolicyVersion]
) -> None:
    policy = make_version().policy

    page = change(administration, policy, slug="moved", kind=PolicyKind.TERMS, name="Renamed")

    policy.refresh_from_db()
    assert (policy.slug, policy.kind, policy.name) == ("privacy", PolicyKind.PRIVACY_NOTICE, "Renamed")
    assert "was changed successfully" in page


def test_a_policy_that_published_nothing_can_still_become_another(
    administration: Client, make_policy: Callable[..., Policy]
) -> None:
    policy = make_policy()

    change(administration, policy, slug="moved", kind=PolicyKind.TERMS)

    policy.refresh_from_db()
    assert (policy.slug, policy.kind) == ("moved", PolicyKind.TERMS)
