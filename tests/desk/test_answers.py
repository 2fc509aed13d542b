"""The desk's page of answers: what each person did."""

import csv
import io
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from acceptance.reviews import form_for, review_of
from acceptance.selectors import facts_of
from acceptance.services import Request, record_act
from accounts.models import User
from policies.models import PolicyVersion
from tests.acceptance.pages import elements, page, words
from tests.conftest import NOW

from .conftest import address

pytestmark = pytest.mark.look


@pytest.fixture
def answer(published: PolicyVersion) -> Callable[..., None]:
    """Give a hand that answers the published version for a person: `answer(bob, accepts=False, note="…")`."""

    def put(person: User, *, accepts: bool = True, note: str = "") -> None:
        found = review_of(facts_of(person), "privacy", "en", at=NOW)
        assert found is not None
        record_act(
            person=person,
            form=form_for(person, found),
            shown=found.shown,
            accepts=accepts,
            note=note,
            request=Request(ip="192.0.2.7", user_agent="test"),
            now=NOW,
        )

    return put


def listed(content: bytes) -> list[list[str]]:
    """Give the cells of the table, row by row, without the moment."""
    rows = elements(page(content), "//tbody/tr")
    return [[" ".join(str(cell.text_content()).split()) for cell in row][1:] for row in rows]


def test_the_page_names_who_gave_which_answer(
    decider: Client,
    published: PolicyVersion,
    answer: Callable[..., None],
    alice: User,
    bob: User,
) -> None:
    answer(alice)
    answer(bob, accepts=False, note="Six years are <b>too long</b>.")

    content = decider.get(address("answers", published.pk)).content

    assert sorted(listed(content)) == [
        ["alice@example.com", "acknowledged", ""],
        ["bob@example.com", "declined", "Six years are <b>too long</b>."],
    ]


def test_a_version_that_nobody_answered_says_so(decider: Client, published: PolicyVersion) -> None:
    assert "Nobody has answered yet." in words(decider.get(address("answers", published.pk)).content)


def test_a_draft_has_no_answers(decider: Client, draft: PolicyVersion) -> None:
    response = decider.get(address("answers", draft.pk))

    assert response.status_code == 404
    assert "There is no published version at this address." in words(response.content)


def test_all_answers_can_be_had_as_a_file(
    decider: Client, published: PolicyVersion, answer: Callable[..., None], alice: User, bob: User
) -> None:
    User.objects.filter(pk=alice.pk).update(external_id="customer-7")
    alice.refresh_from_db()
    answer(alice)
    answer(bob, accepts=False, note="=HYPERLINK(1)")

    response = decider.get(address("answers_csv", published.pk))

    head, *rows = csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig")))
    assert head == [
        *("act", "at", "person", "address", "kind", "language", "channel", "entered_by", "note"),
    ]
    assert sorted(row[2:] for row in rows) == [
        [str(bob.pk), "bob@example.com", "DECLINED", "en", "WEB", "", "'=HYPERLINK(1)"],
        ["customer-7", "alice@example.com", "ACKNOWLEDGED", "en", "WEB", "", ""],
    ]
    assert (
        address("answers_csv", published.pk) in decider.get(address("answers", published.pk)).content.decode()
    )


def test_the_file_is_made_row_by_row_and_reads_no_text_of_a_policy(
    decider: Client, published: PolicyVersion, answer: Callable[..., None], alice: User
) -> None:
    answer(alice)

    with CaptureQueriesContext(connection) as asked:
        response = decider.get(address("answers_csv", published.pk))
        before = [query["sql"] for query in asked.captured_queries if "acceptance_act" in query["sql"]]
        assert response.getvalue().count(b"\r\n") == 2
    (read,) = (query["sql"] for query in asked.captured_queries if "acceptance_act" in query["sql"])

    assert before == []
    assert "body" not in read
    assert "html" not in read
