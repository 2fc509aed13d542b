"""How many questions a request asks of the database: none, where the answer is known already."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from acceptance.models import ExposureKind
from acceptance.services import record_exposures
from accounts.models import User
from policies.models import PolicyVersion
from policies.selectors import html_of
from tests.acceptance.conftest import DAY, EFFECT, GATE, SECOND_AT
from tests.acceptance.pages import accepting
from tests.acceptance.records import answer
from tests.conftest import forget_all

Browse = Callable[..., Client]

pytestmark = pytest.mark.usefixtures("warm_caches", "shop")

# The session and the person, which every request with a cookie reads.
WHO = 2
# What the person may do, which decides whether the frame of a page links to the desk.
MAY = 2


@pytest.fixture(autouse=True)
def cold_texts() -> None:
    """Let go of the texts, which are kept for ever because they never change."""
    html_of.cache_clear()


def asked_by(client: Client, address: str, **data: Any) -> list[str]:
    """Give the queries of one request, which must go well."""
    with CaptureQueriesContext(connection) as queries:
        response = client.post(address, data) if data else client.get(address)
    assert response.status_code in (200, 302)
    # A savepoint asks nothing.
    return [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]


def ours(queries: list[str]) -> list[str]:
    """Give those queries that the gate could have asked: of our tables, but not who is signed in."""
    return [sql for sql in queries if '"acceptance_' in sql or '"policies_' in sql]


def test_the_public_page_asks_twice_when_cold_and_never_when_warm(
    first: PolicyVersion, browse: Browse
) -> None:
    client = browse(None, at=EFFECT)

    counts = [len(asked_by(client, "/policies/privacy/")) for _ in range(3)]

    assert counts == [2, 0, 0]


@pytest.mark.parametrize(
    ("address", "worked_out", "kept"),
    [
        # The register.
        ("/", 1, 1),
        # The register and the summaries; where they are still to be worked out, two texts and a row to keep.
        ("/policies/privacy/versions/", 5, 2),
        # The same, and the text that is shown, which is one of the two.
        ("/policies/privacy/versions/2/", 5, 3),
        # The register, the comparison, and both texts in any case; what was worked out is kept, what was
        # kept is summed up.
        ("/policies/privacy/compare/1...2/", 5, 5),
    ],
)
def test_no_public_page_asks_when_warm(
    make_second: Callable[..., PolicyVersion], browse: Browse, *, address: str, worked_out: int, kept: int
) -> None:
    make_second()
    client = browse(None, at=SECOND_AT)
    first_reader = asked_by(client, address)
    forget_all()
    html_of.cache_clear()

    another_process = asked_by(client, address)
    warm = asked_by(client, address)

    assert (len(first_reader), len(another_process)) == (worked_out, kept)
    assert warm == []


@pytest.mark.parametrize("address", ["/shop/stock/", "/shop/"])
def test_the_warm_gate_asks_nothing_of_who_has_acknowledged(
    alice: User, first: PolicyVersion, browse: Browse, address: str
) -> None:
    answer(alice, at=EFFECT)
    # As in a process that has not recorded it.
    forget_all()
    client = browse(alice, at=GATE)
    cold = asked_by(client, address)

    warm = asked_by(client, address)

    assert ours(warm) == []
    # The standing, the exposures, the register and the rules.
    assert len(ours(cold)) == 4
    assert len(cold) - len(warm) == 4


def test_a_request_costs_as_much_with_the_warm_gate_as_without_it(
    alice: User, first: PolicyVersion, browse: Browse, settings: Any
) -> None:
    answer(alice, at=EFFECT)
    guarded = browse(alice, at=GATE)
    asked_by(guarded, "/shop/stock/")
    with_gate = asked_by(guarded, "/shop/stock/")

    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != "acceptance.middleware.Gate"]
    open_shop = browse(alice, at=GATE)
    without = asked_by(open_shop, "/shop/stock/")

    assert len(with_gate) == len(without) == WHO


def test_the_warm_gate_asks_nothing_of_who_is_deemed_to_accept(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    record_exposures(user_id=alice.pk, version_ids=[first.pk], kind=ExposureKind.NOTIFIED, now=EFFECT)
    client = browse(alice, at=EFFECT + DAY)
    first_use = asked_by(client, "/shop/stock/")

    warm = asked_by(client, "/shop/stock/")

    assert any("INSERT" in sql for sql in ours(first_use))
    assert ours(warm) == []


def test_the_gate_asks_nothing_about_a_stranger(first: PolicyVersion, browse: Browse) -> None:
    client = browse(None, at=GATE)

    assert asked_by(client, "/shop/stock/") == []
    assert asked_by(client, "/shop/") == []


def test_a_person_who_owes_an_answer_is_looked_up_each_time_and_nothing_is_written_twice(
    bob: User, first: PolicyVersion, browse: Browse
) -> None:
    client = browse(bob, at=EFFECT)
    for _ in range(2):
        asked_by(client, "/shop/")

    again = ours(asked_by(client, "/shop/"))

    assert len(again) == 2
    assert all(sql.startswith("SELECT") for sql in again)


@pytest.mark.parametrize("address", ["/shop/orders/", "/healthz"])
def test_an_exempt_page_without_a_banner_asks_nothing_of_who_owes_an_answer(
    bob: User, first: PolicyVersion, browse: Browse, address: str
) -> None:
    client = browse(bob, at=GATE)

    assert ours(asked_by(client, address)) == []


def test_reading_a_text_again_writes_nothing(alice: User, first: PolicyVersion, browse: Browse) -> None:
    answer(alice, at=EFFECT)
    client = browse(alice, at=EFFECT)
    opened = asked_by(client, "/policies/privacy/")

    again = ours(asked_by(client, "/policies/privacy/"))

    assert any("INSERT" in sql for sql in opened)
    assert len(again) == 1
    assert again[0].startswith("SELECT")


def test_one_s_own_page(alice: User, first: PolicyVersion, agreement: PolicyVersion, browse: Browse) -> None:
    client = browse(alice, at=EFFECT)
    few = asked_by(client, "/me/")
    answer(alice, at=EFFECT)
    answer(alice, at=EFFECT, slug="profiling")

    many = asked_by(client, "/me/")

    # The register, the rules, the standing, the exposures, the acts, what was taken over, the choice about
    # reminders, and for what applies to them again acts, exposures and what was taken over.
    assert len(few) == len(many) <= WHO + MAY + 10


def test_the_review_page(alice: User, make_second: Callable[..., PolicyVersion], browse: Browse) -> None:
    answer(alice, at=EFFECT)
    make_second()
    client = browse(alice, at=SECOND_AT)
    opened = asked_by(client, "/me/review/privacy/")

    again = asked_by(client, "/me/review/privacy/")

    # The standing, the exposures, the view that is on record; the register and the rules, each twice.
    assert len(again) <= WHO + MAY + 7
    # The view is recorded while the person is held; both texts are read for the comparison, which is looked
    # for and kept.
    assert len(opened) == len(again) + 6


def test_an_answer(alice: User, first: PolicyVersion, browse: Browse) -> None:
    client = browse(alice, at=EFFECT)
    sent = accepting(client.get("/me/review/privacy/").content)

    taken = asked_by(client, "/me/review/privacy/", **sent)
    again = asked_by(client, "/me/review/privacy/", **sent)

    assert len(taken) <= 30
    assert len(again) < len(taken)
    assert not any("INSERT" in sql for sql in ours(again))


def test_the_desk_s_page_of_answers_asks_as_much_for_one_act_as_for_many(
    make_person: Callable[..., User], approver: User, first: PolicyVersion, browse: Browse
) -> None:
    answer(make_person("person0"), at=EFFECT)
    client = browse(approver, at=EFFECT)
    asked_by(client, f"/desk/versions/{first.pk}/answers/")
    few = asked_by(client, f"/desk/versions/{first.pk}/answers/")
    for number in range(1, 8):
        answer(make_person(f"person{number}"), at=EFFECT)

    many = asked_by(client, f"/desk/versions/{first.pk}/answers/")

    assert len(few) == len(many)
    assert len(many) <= 16
