"""What the review page says that a no and no answer lead to, and that it is so."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from acceptance.models import Act
from acceptance.selectors import deemed_of, facts_of
from accounts.models import User
from policies.models import Assent, ChangeClass, NoticeRule, PolicyVersion
from policies.selectors import load_register, load_rule_book
from tests.acceptance.conftest import EFFECT, GATE, SECOND_AT, SECOND_EFFECT
from tests.acceptance.pages import words
from tests.acceptance.records import answer, withdraw_by, withdrawal
from tests.conftest import NOW

pytestmark = [pytest.mark.look, pytest.mark.usefixtures("shop", "first")]

Browse = Callable[..., Client]
COUNTS = "If you do nothing and go on using the shop once the version is in force for you, this counts as"
ASKS_ON = "nothing counts as accepted, and in the end the shop asks for your answer before you can go on"
STAYS = "If you do nothing, your answer stays as it is."
COUNTED = "If you do nothing, what counts as accepted stays so."
BINDS = "If you decline, we record it. The version applies to you all the same"
BINDS_NOT = "If you decline, this version does not apply to you, and the shop asks for your agreement"


def said(browse: Browse, person: User, *, at: datetime = EFFECT, slug: str = "privacy") -> str:
    """Give the words of a person's review page in English."""
    return words(browse(person, at=at).get(f"/me/review/{slug}/?language=en").content)


def test_where_use_counts_it_says_so_and_where_it_does_not_it_says_that_the_shop_will_ask(
    alice: User, bob: User, browse: Browse
) -> None:
    hers, his = said(browse, alice, at=NOW), said(browse, bob, at=NOW)

    assert COUNTS in hers
    assert ASKS_ON in his
    assert BINDS in hers
    assert BINDS in his
    assert "The shop asks for your answer before you can go on, from" in his


def test_to_whoever_declined_or_withdrew_use_counts_for_nothing_and_the_page_does_not_say_it_would(
    alice: User, charlie: User, browse: Browse
) -> None:
    answer(alice, at=NOW, accepts=False)
    answer(charlie, at=NOW)
    withdraw_by(withdrawal(charlie), charlie, at=NOW)
    for person in (alice, charlie):
        page = said(browse, person)
        browse(person, at=EFFECT).get("/shop/")

        assert STAYS in page
        assert COUNTS not in page
        assert deemed_of(facts_of(person), load_register(), load_rule_book()) == []


def test_a_rule_by_which_use_agrees_is_not_said_to_count_nothing(alice: User, browse: Browse) -> None:
    NoticeRule.objects.filter(change_class=ChangeClass.MATERIAL).update(
        assent=Assent.AGREE, is_deemed_by_use=True
    )

    page = said(browse, alice, at=NOW)

    assert COUNTS in page
    assert BINDS_NOT in page


def test_where_the_gate_is_closed_already_use_does_not_count(
    alice: User, make_second: Callable[..., PolicyVersion], browse: Browse
) -> None:
    make_second()

    page = said(browse, alice, at=max(GATE, SECOND_AT))

    assert COUNTS not in page
    assert ASKS_ON in page


def test_who_agreed_is_told_that_a_no_closes_the_shop_and_it_does(
    alice: User, agreement: PolicyVersion, browse: Browse
) -> None:
    answer(alice, at=EFFECT)
    answer(alice, at=EFFECT, slug="profiling")

    page = said(browse, alice, slug="profiling")
    before = browse(alice, at=EFFECT).get("/shop/stock/").status_code
    answer(alice, at=EFFECT, slug="profiling", accepts=False)
    after = browse(alice, at=EFFECT).get("/shop/stock/").status_code

    assert BINDS_NOT in page
    assert STAYS in page
    assert "and I agree to it." in page
    assert (before, after) == (200, 303)


def test_who_is_deemed_to_accept_is_told_that_it_stays_so(alice: User, browse: Browse) -> None:
    client = browse(alice, at=NOW)
    client.get("/shop/")
    browse(alice, at=EFFECT).get("/shop/")

    assert COUNTED in said(browse, alice)


def test_what_the_page_said_of_it_is_part_of_the_act(alice: User, bob: User) -> None:
    for person in (alice, bob):
        answer(person, at=NOW)

    kept = {act.user: act.presentation.wording["consequences"] for act in Act.objects.select_related("user")}

    assert COUNTS in kept[alice]
    assert "zählt das als Annahme" not in kept[bob]
    assert kept[bob].startswith("Wenn Sie ablehnen, halten wir das fest.")


def test_who_is_deemed_to_accept_learns_on_the_withdrawal_page_how_to_end_it(
    alice: User, browse: Browse
) -> None:
    browse(alice, at=NOW).get("/shop/")
    client = browse(alice, at=EFFECT)
    client.get("/shop/")

    page = client.get("/me/withdraw/privacy/").content

    assert "you have said yes to no version of this document yourself" in words(page)
    assert "/me/review/privacy/" in page.decode()


def test_what_was_said_of_a_recalled_version_counts_for_no_other(
    alice: User,
    charlie: User,
    make_second: Callable[..., PolicyVersion],
    approver: User,
    browse: Browse,
    recall: Callable[..., Any],
) -> None:
    second = make_second()
    answer(alice, at=SECOND_AT)
    answer(charlie, at=SECOND_AT, accepts=False)
    before = [browse(person, at=SECOND_EFFECT).get("/shop/stock/").status_code for person in (alice, charlie)]
    recall(second, now=SECOND_EFFECT)

    after = [browse(person, at=SECOND_EFFECT).get("/shop/stock/").status_code for person in (alice, charlie)]

    # Neither said anything of the first version, which applies again.
    assert (before, after) == ([200, 200], [303, 303])
    for person in (alice, charlie):
        page = said(browse, person, at=SECOND_EFFECT)
        assert "You have acknowledged" not in page
        assert "You declined" not in page


def test_an_older_yes_counts_again_once_the_newer_version_is_recalled(
    alice: User, make_second: Callable[..., PolicyVersion], browse: Browse, recall: Callable[..., Any]
) -> None:
    answer(alice, at=EFFECT)
    second = make_second()
    answer(alice, at=SECOND_AT)
    recall(second, now=SECOND_EFFECT)

    page = said(browse, alice, at=SECOND_EFFECT)

    assert "You have acknowledged this version." in page
    assert browse(alice, at=SECOND_EFFECT).get("/shop/stock/").status_code == 200
    assert "I withdraw my acknowledgement of version 2" in words(
        browse(alice, at=SECOND_EFFECT).get("/me/withdraw/privacy/").content
    )
