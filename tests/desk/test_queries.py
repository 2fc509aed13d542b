"""How many queries the desk's pages make: always as many, however much there is to show."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from acceptance.services import count_people
from accounts.models import User
from notifications.services import plan_campaigns
from policies import services
from policies.fingerprints import version_fingerprint
from policies.models import Policy, PolicyVersion
from tests.conftest import NOW, forget_all

from .conftest import address

# The session, the person, two for their permissions, and two for what the banner asks of them.
FRAME = 6


@pytest.fixture(autouse=True)
def kept(warm_caches: None) -> None:
    """Count what a page reads itself, not what every page keeps for a second."""


def count(browser: Client, place: str) -> int:
    """Give how many queries a page makes when it is opened again."""
    forget_all()
    browser.get(place)
    with CaptureQueriesContext(connection) as queries:
        response = browser.get(place)
    assert response.status_code == 200
    return len(queries)


def test_the_overview_makes_six_however_many_policies_there_are(
    decider: Client,
    published: PolicyVersion,
    make_policy: Callable[..., Policy],
    make_version: Callable[..., PolicyVersion],
    make_draft: Callable[..., PolicyVersion],
) -> None:
    before = count(decider, address("overview"))

    for i in range(4):
        policy = make_policy(f"policy-{i}")
        make_version(policy, bodies={"en": "One.", "de": "Eins."})
        make_draft(policy)
        make_draft(policy)

    # The register, the drafts, the policies; the campaigns, the last counts, and the rules for them.
    assert before == count(decider, address("overview")) == FRAME + 6


def test_the_page_of_a_draft_makes_nineteen_however_many_texts_and_approvals_it_has(
    decider: Client,
    published: PolicyVersion,
    make_draft: Callable[..., PolicyVersion],
    make_person: Callable[..., User],
) -> None:
    draft = make_draft()
    place = address("version", draft.pk)
    before = count(decider, place)

    for language in ("de", "fr"):
        services.save_text(version_id=draft.pk, language=language, title="X", summary="", body="Y.")
    for i in range(3):
        person = make_person(f"approver-{i}", groups=("Approvers",))
        fingerprint = version_fingerprint(PolicyVersion.objects.get(pk=draft.pk))
        services.approve_version(version_id=draft.pk, approver=person, fingerprint=fingerprint, now=NOW)

    assert before == count(decider, place) == FRAME + 19


def test_the_page_of_a_published_version_makes_six_however_many_versions_there_are(
    decider: Client, published: PolicyVersion, make_version: Callable[..., PolicyVersion]
) -> None:
    place = address("version", published.pk)
    before = count(decider, place)

    for i in range(3):
        make_version(body=f"We keep orders for {i} years.", published_at=NOW + timedelta(days=i))

    assert before == count(decider, place) == FRAME + 6


def test_the_pages_of_a_campaign_and_of_reports_do_not_count_people(
    decider: Client, published: PolicyVersion, make_person: Callable[..., User]
) -> None:
    places = [address(name, published.pk) for name in ("campaign", "answers", "report", "never")]
    places.append(address("policy_report", "privacy"))
    make_person("first")
    plan_campaigns(now=NOW)
    count_people(now=NOW)
    before = [count(decider, place) for place in places]

    for i in range(5):
        make_person(f"person-{i}", country="DE" if i % 2 else "CH")
    plan_campaigns(now=NOW)
    for days in range(1, 4):
        count_people(now=NOW + timedelta(days=days))

    assert before == [count(decider, place) for place in places]
    assert before == [FRAME + queries for queries in (7, 2, 4, 2, 3)]


def test_the_editor_makes_two(writer: Client, published: PolicyVersion, draft: PolicyVersion) -> None:
    assert count(writer, address("text", draft.pk, "en")) == FRAME + 2
