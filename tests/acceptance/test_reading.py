"""Reading changes nothing but exposures and kept comparisons: GET and HEAD leave every other row alone."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from policies.models import PolicyVersion
from tests.acceptance.conftest import SECOND_AT, SECOND_EFFECT
from tests.acceptance.records import ADDED_BY_READING, answer, everything, our_tables

Browse = Callable[..., Client]

pytestmark = [pytest.mark.look, pytest.mark.usefixtures("shop")]

PAGES = [
    "/",
    "/policies/privacy/",
    "/policies/privacy/?in_force_at=2026-05-01T00:00Z",
    "/policies/privacy/?language=de",
    "/policies/privacy/versions/",
    "/policies/privacy/versions/1/",
    "/policies/privacy/versions/2/",
    "/policies/privacy/compare/1...2/",
    "/policies/privacy/feed.atom",
    "/me/",
    "/me/review/privacy/",
    "/me/review/privacy/?answer=accept&ticked=on",
    "/desk/",
    "/desk/policies/new/",
    "/desk/versions/{draft}/",
    "/desk/versions/{draft}/texts/en/",
    "/desk/versions/{draft}/changes/en/",
    "/desk/versions/{draft}/review/",
    "/desk/versions/{draft}/approve/",
    "/desk/versions/{draft}/publish/",
    "/desk/versions/{second}/",
    "/desk/versions/{second}/recall/",
    "/desk/versions/{second}/answers/",
    "/desk/governing/",
    "/desk/versions/{second}/campaign/",
    "/desk/policies/privacy/drafts/",
    "/accounts/login/",
    "/accounts/logout/",
    "/accounts/login/code/",
    "/healthz",
    "/shop/",
    "/shop/stock/",
    "/shop/checkout/",
    "/shop/orders/",
]


@pytest.mark.parametrize("address", PAGES)
def test_reading_a_page_changes_nothing_but_exposures_and_kept_comparisons(
    alice: User,
    author: User,
    make_second: Callable[..., PolicyVersion],
    make_draft: Callable[..., PolicyVersion],
    browse: Browse,
    *,
    address: str,
) -> None:
    second = make_second()
    answer(alice, at=SECOND_AT)
    address = address.format(draft=make_draft(second.policy).pk, second=second.pk)
    readers = [browse(person, at=SECOND_EFFECT) for person in (None, alice, author)]
    before = everything()

    answers = [getattr(reader, method)(address) for reader in readers for method in ("get", "head")]

    assert everything() == before
    assert {found.status_code for found in answers} <= {200, 302, 303, 403, 405}


def test_every_table_of_ours_is_watched(db: None) -> None:
    watched = set(everything())

    assert watched == {model._meta.label for model in our_tables()} - {
        model._meta.label for model in ADDED_BY_READING
    }
    assert {"acceptance.Act", "acceptance.Standing", "notifications.Notice", "policies.Policy"} <= watched
    assert {"accounts.User", "policies.HistoricalPolicyVersion"} <= watched
