"""The desk's pages of answers and reports: for legal staff alone."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from acceptance.models import Act
from accounts.models import User
from policies.models import PolicyVersion
from tests.acceptance.conftest import EFFECT
from tests.acceptance.pages import elements, folded, links, page, words
from tests.acceptance.records import answer

pytestmark = pytest.mark.look

Browse = Callable[..., Client]


def address(version_id: int) -> str:
    """Give the address of a version's answers."""
    return f"/desk/versions/{version_id}/answers/"


def people(content: bytes) -> list[str]:
    """Give who is named in the rows of the page."""
    return [folded(cell) for cell in elements(page(content), "//tbody/tr/td[2]")]


def test_legal_staff_see_the_acts(
    alice: User, bob: User, approver: User, first: PolicyVersion, browse: Browse
) -> None:
    answer(alice, at=EFFECT)
    answer(bob, at=EFFECT, accepts=False, note="Zu lange.")

    response = browse(approver, at=EFFECT).get(address(first.pk))

    assert response.status_code == 200
    rows = [
        [folded(cell) for cell in elements(row, "./td")[1:]]
        for row in elements(page(response.content), "//tbody/tr")
    ]
    assert sorted(rows) == [
        ["alice@example.com", "acknowledged", ""],
        ["bob@example.com", "declined", "Zu lange."],
    ]


def test_a_version_that_nobody_answered_says_so(approver: User, first: PolicyVersion, browse: Browse) -> None:
    response = browse(approver, at=EFFECT).get(address(first.pk))

    assert "Nobody has answered yet." in words(response.content)


def test_a_person_who_was_erased_is_named_by_nobody(
    alice: User, approver: User, first: PolicyVersion, browse: Browse
) -> None:
    answer(alice, at=EFFECT)
    Act.objects.update(user=None, acted_by=None)

    response = browse(approver, at=EFFECT).get(address(first.pk))

    assert "alice@example.com" not in response.content.decode()
    assert "erased" in words(response.content)


def test_a_reason_is_shown_as_text(alice: User, approver: User, first: PolicyVersion, browse: Browse) -> None:
    answer(alice, at=EFFECT, accepts=False, note="<script>alert(1)</script>")

    response = browse(approver, at=EFFECT).get(address(first.pk))

    assert elements(page(response.content), "//td//script") == []
    assert "<script>alert(1)</script>" in words(response.content)


def test_fifty_acts_stand_on_a_page_and_the_next_begins_after_the_last(
    make_person: Callable[..., User], approver: User, first: PolicyVersion, browse: Browse
) -> None:
    for number in range(51):
        answer(make_person(f"person{number}"), at=EFFECT)
    client = browse(approver, at=EFFECT)

    start = client.get(address(first.pk)).content
    [following] = [link for link in links(start) if link.startswith("?after=")]
    rest = client.get(address(first.pk) + following).content
    beyond = [client.get(address(first.pk), {"after": key}).content for key in ("nonsense", str(uuid4()))]

    listed = [people(content) for content in (start, rest)]
    assert [len(found) for found in listed] == [50, 1]
    assert len(set().union(*listed)) == 51
    assert [people(content) for content in beyond] == [listed[0], listed[0]]


def test_charlie_has_no_access_and_nothing_is_asked_of_the_database_about_the_version(
    alice: User, charlie: User, approver: User, first: PolicyVersion, browse: Browse
) -> None:
    answer(alice, at=EFFECT)
    clients = {person.email: browse(person, at=EFFECT) for person in (charlie, approver)}

    with CaptureQueriesContext(connection) as asked:
        refused = clients[charlie.email].get(address(first.pk))

    assert refused.status_code == 403
    assert "alice@example.com" not in refused.content.decode()
    assert not any("acceptance_act" in query["sql"] for query in asked.captured_queries)
    assert clients[approver.email].get(address(first.pk)).status_code == 200


def test_charlie_learns_nothing_of_which_versions_there_are(
    charlie: User, first: PolicyVersion, browse: Browse
) -> None:
    client = browse(charlie, at=EFFECT)

    answers = [client.get(address(version_id)) for version_id in (first.pk, 999_999)]

    assert [found.status_code for found in answers] == [403, 403]
    assert words(answers[0].content) == words(answers[1].content)


def test_a_stranger_is_led_to_the_sign_in_page_without_a_query(first: PolicyVersion, browse: Browse) -> None:
    client = browse(None, at=EFFECT)

    with CaptureQueriesContext(connection) as asked:
        response = client.get(address(first.pk))

    assert (response.status_code, len(asked)) == (302, 0)
    assert response.headers["Location"] == f"/accounts/login/?next={address(first.pk)}"


def test_a_draft_and_an_unknown_version_have_no_answers(
    approver: User, make_draft: Callable[..., PolicyVersion], browse: Browse
) -> None:
    draft = make_draft()
    client = browse(approver, at=EFFECT)

    assert [client.get(address(version_id)).status_code for version_id in (draft.pk, 999_999)] == [404, 404]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_the_page_is_only_read(approver: User, first: PolicyVersion, browse: Browse, method: str) -> None:
    response = browse(approver, at=EFFECT).generic(method, address(first.pk))

    assert response.status_code == 405
