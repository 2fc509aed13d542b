"""The desk's page of the version that governed a person at an instant."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from policies.models import PolicyVersion
from tests.acceptance.pages import elements, folded, links, page, words
from tests.acceptance.records import answer
from tests.conftest import NOW

from .conftest import address, errors, rows

pytestmark = pytest.mark.look

EFFECT = NOW + timedelta(days=31)
QUESTION = {"person": "Alice@Example.com", "policy": "privacy", "at": "2026-05-01T12:00"}


def ask(browser: Client, **changes: str) -> bytes:
    """Give the page that answers."""
    response = browser.post(address("governing"), QUESTION | changes)
    assert response.status_code == 200
    return response.content


def reasons(content: bytes) -> list[list[str]]:
    """Give the cells of the table of reasons."""
    return [[folded(cell) for cell in elements(row, "./td")] for row in elements(page(content), "//tbody/tr")]


def test_the_page_answers_with_the_version_the_reasons_and_the_evidence(
    decider: Client, published: PolicyVersion, alice: User, bob: User
) -> None:
    theirs = [answer(person, at=NOW) for person in (alice, bob)]

    content = ask(decider)

    [[why, when, evidence]] = reasons(content)
    assert "Privacy policy, version 1" in words(content)
    assert "/policies/privacy/versions/1/" in links(content)
    assert why.startswith("Version 1 was in effect for the person, who had acknowledged it.")
    assert "March 2, 2026" in when
    assert evidence.startswith("acknowledged, March 2, 2026")
    assert evidence.endswith(str(theirs[0].pk))
    assert str(theirs[1].pk) not in content.decode()
    assert "bob@example.com" not in words(content)


def test_before_the_version_took_effect_none_governed(
    decider: Client, published: PolicyVersion, alice: User
) -> None:
    now, later = ask(decider, at=""), ask(decider)

    assert "No version governed." in words(now)
    assert [row[0] for row in reasons(now)] == ["Version 1 had not taken effect yet."]
    assert "No version governed." not in words(later)


def test_a_policy_that_published_nothing_says_so(decider: Client, draft: PolicyVersion, alice: User) -> None:
    assert reasons(ask(decider)) == [["Nothing of this policy had been published."]]


def test_the_instant_is_meant_in_the_zone_of_who_asks(
    make_person: Callable[..., User],
    client_of: Callable[[User], Client],
    published: PolicyVersion,
    alice: User,
) -> None:
    lawyer = client_of(make_person("lawyer", groups=("Approvers",), time_zone="America/New_York"))

    early, late = (ask(lawyer, at=f"{EFFECT:%Y-%m-%d}T{time}") for time in ("04:59", "05:00"))

    assert ("No version governed." in words(early), "No version governed." in words(late)) == (True, False)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"person": "nobody@example.com"}, "Nobody has this address. Check how it is written."),
        ({"policy": "terms"}, "Select a valid choice. That choice is not one of the available choices."),
        ({"at": "soon"}, "Enter a valid date/time."),
        ({"at": "9999-12-31T23:59"}, "The year 9999 is out of reach. Choose a nearer moment."),
        ({"person": "a" * 255}, "Ensure this value has at most 254 characters (it has 255)."),
        ({"person": "alice\0@example.com"}, "Null characters are not allowed."),
    ],
)
def test_a_question_about_nothing_is_refused_beside_its_field(
    decider: Client, published: PolicyVersion, alice: User, changes: dict[str, str], sentence: str
) -> None:
    response = decider.post(address("governing"), QUESTION | changes)

    assert (response.status_code, errors(response.content)) == (422, [sentence])
    assert reasons(response.content) == []


def test_asking_changes_nothing_and_is_kept_by_no_browser(
    decider: Client, published: PolicyVersion, alice: User
) -> None:
    before = rows()

    response = decider.post(address("governing"), QUESTION)

    assert rows() == before
    assert "no-store" in response.headers["Cache-Control"]


def test_the_desk_leads_there(decider: Client, db: None) -> None:
    assert address("governing") in links(decider.get(address("overview")).content)
    assert decider.get(address("governing")).status_code == 200
