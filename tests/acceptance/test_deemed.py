"""Going on counts as acceptance for who was told, where the rule says so, and is never stored."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from acceptance.models import Act, ActKind, ExposureKind, Standing
from acceptance.selectors import asked_about, deemed_of, facts_of
from acceptance.services import record_exposures
from accounts.models import User
from policies.models import ChangeClass, NoticeRule, PolicyVersion
from policies.selectors import load_register, load_rule_book
from tests.acceptance.conftest import DAY, EFFECT, GATE, SECOND_EFFECT
from tests.acceptance.pages import accepting, banners, folded, page, words
from tests.acceptance.record_books import RULES, entry, facts, register_of, rule, rules_of
from tests.acceptance.records import answer, exposures_of
from tests.conftest import NOW

Browse = Callable[..., Client]
OWN_CLAUSE = "The shop's own update clause"
DEEMING = rules_of(rule(deemed=True, source="The clause."))

pytestmark = pytest.mark.usefixtures("shop")


def tell(person: User, version: PolicyVersion, *, at: datetime = NOW) -> None:
    """Record that a person was told of a version by mail."""
    record_exposures(user_id=person.pk, version_ids=[version.pk], kind=ExposureKind.NOTIFIED, now=at)


def deemed_numbers(person: User) -> list[int]:
    """Give the numbers of the versions that a person is deemed to have accepted."""
    found = deemed_of(facts_of(person), load_register(), load_rule_book())
    return [deemed.publication.number for deemed in found]


def test_the_first_use_after_effect_by_who_was_told_ends_the_asking(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    tell(alice, first)
    before = browse(alice, at=EFFECT - DAY).get("/shop/")

    after = browse(alice, at=EFFECT).get("/shop/")

    assert (len(banners(before.content)), len(banners(after.content))) == (1, 0)
    assert deemed_numbers(alice) == [1]


def test_whose_use_counts_is_told_so_for_a_week_with_a_way_to_answer(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    tell(alice, first)
    said = "version 1 applies to you now. You were told of it, and that you go on using the shop counts"

    pages = [browse(alice, at=EFFECT + days * DAY).get("/shop/").content for days in (-1, 0, 6, 7)]

    told = [[folded(found) for found in page(content).find_class("counted")] for content in pages]
    assert [len(found) for found in told] == [0, 1, 1, 0]
    assert said in told[1][0]
    assert b"/me/review/privacy/" in pages[1]
    answer(alice, at=EFFECT + DAY)
    assert not page(browse(alice, at=EFFECT + DAY).get("/shop/").content).find_class("counted")


def test_being_shown_the_banner_counts_as_being_told(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    browse(alice, at=NOW).get("/shop/")

    browse(alice, at=EFFECT).get("/shop/")

    assert deemed_numbers(alice) == [1]


def test_use_before_effect_is_no_acceptance(alice: User, first: PolicyVersion, browse: Browse) -> None:
    tell(alice, first)

    browse(alice, at=EFFECT - DAY).get("/shop/")

    assert deemed_numbers(alice) == []


def test_use_by_who_was_never_told_is_no_acceptance(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    browse(alice, at=EFFECT).get("/shop/stock/")
    browse(alice, at=EFFECT).get("/shop/stock/")

    assert deemed_numbers(alice) == []
    assert browse(alice, at=GATE).get("/shop/").status_code == 303


def test_reading_the_text_alone_is_no_acceptance(alice: User, first: PolicyVersion, browse: Browse) -> None:
    client = browse(alice, at=EFFECT)
    client.get("/me/review/privacy/")
    client.get("/shop/stock/")

    assert exposures_of(alice) == [(1, "VIEWED")]
    assert deemed_numbers(alice) == []


def test_where_the_rule_forbids_it_use_is_no_acceptance(
    bob: User, first: PolicyVersion, browse: Browse
) -> None:
    tell(bob, first)

    response = browse(bob, at=EFFECT).get("/shop/")

    assert (1, "USED") in exposures_of(bob)
    assert deemed_numbers(bob) == []
    assert len(banners(response.content)) == 1
    assert browse(bob, at=GATE).get("/shop/").status_code == 303


def test_whose_country_is_not_known_is_not_deemed_to_accept(
    make_person: Callable[..., User], first: PolicyVersion, browse: Browse
) -> None:
    stateless = make_person("stateless", country="")
    tell(stateless, first)

    browse(stateless, at=EFFECT).get("/shop/")

    assert deemed_numbers(stateless) == []


def test_a_new_purpose_is_never_accepted_by_use(
    alice: User, agreement: PolicyVersion, browse: Browse
) -> None:
    tell(alice, agreement)

    response = browse(alice, at=EFFECT).get("/shop/")

    assert response.status_code == 303
    assert deemed_numbers(alice) == []


def test_who_declined_is_not_deemed_to_accept_by_going_on(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    tell(alice, first)
    answer(alice, at=NOW, accepts=False)

    response = browse(alice, at=EFFECT).get("/shop/")

    assert (1, "USED") in exposures_of(alice)
    assert deemed_numbers(alice) == []
    assert len(banners(response.content)) == 1


def test_declining_after_the_first_use_ends_what_was_deemed(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    tell(alice, first)
    browse(alice, at=EFFECT).get("/shop/")
    before = deemed_numbers(alice)

    answer(alice, at=EFFECT + DAY, accepts=False)

    assert (before, deemed_numbers(alice)) == ([1], [])


def test_who_declined_one_version_and_then_the_next_is_deemed_to_accept_neither(
    alice: User, first: PolicyVersion, make_second: Callable[..., PolicyVersion], browse: Browse
) -> None:
    tell(alice, first)
    browse(alice, at=EFFECT).get("/shop/")
    answer(alice, at=EFFECT + DAY, accepts=False)
    make_second()

    answer(alice, at=SECOND_EFFECT, accepts=False)

    assert deemed_numbers(alice) == []


def test_an_act_takes_the_place_of_what_was_deemed(alice: User, first: PolicyVersion, browse: Browse) -> None:
    tell(alice, first)
    client = browse(alice, at=EFFECT)
    client.get("/shop/")
    before = deemed_numbers(alice)

    client.post("/me/review/privacy/", accepting(client.get("/me/review/privacy/").content))

    assert (before, deemed_numbers(alice)) == ([1], [])
    assert Act.objects.get().kind == ActKind.ACKNOWLEDGED


def test_what_is_deemed_is_never_stored(alice: User, first: PolicyVersion, browse: Browse) -> None:
    tell(alice, first)

    browse(alice, at=EFFECT).get("/shop/")

    assert deemed_numbers(alice) == [1]
    assert not Act.objects.exists()
    assert not Standing.objects.exists()
    assert not any("DEEMED" in kind for kind in (*ActKind.values, *ExposureKind.values))


def test_a_rule_that_changes_changes_what_was_deemed(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    tell(alice, first)
    browse(alice, at=EFFECT).get("/shop/")
    before = deemed_numbers(alice)

    NoticeRule.objects.update(is_deemed_by_use=False)

    assert (before, deemed_numbers(alice)) == ([1], [])


def test_one_s_own_page_names_the_rule_and_both_moments(
    alice: User, charlie: User, first: PolicyVersion, browse: Browse
) -> None:
    tell(alice, first)
    browse(alice, at=EFFECT).get("/shop/")

    hers = words(browse(alice, at=EFFECT).get("/me/").content)
    his = words(browse(charlie, at=EFFECT).get("/me/").content)

    assert "What counts as accepted because you went on using the shop" in hers
    assert OWN_CLAUSE in hers
    assert "Nothing is asked of you." in hers
    assert OWN_CLAUSE not in his


def test_the_review_page_says_that_use_counts_and_still_takes_an_answer(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    tell(alice, first)
    client = browse(alice, at=EFFECT)
    client.get("/shop/")

    content = client.get("/me/review/privacy/").content

    assert "this counts as acceptance. You can still answer below." in words(content)
    assert client.post("/me/review/privacy/", accepting(content)).status_code == 302


def test_going_on_under_one_version_says_nothing_about_the_next(
    alice: User, first: PolicyVersion, make_second: Callable[..., PolicyVersion], browse: Browse
) -> None:
    tell(alice, first)
    browse(alice, at=EFFECT).get("/shop/")

    tell(alice, make_second(change_class=ChangeClass.NEW_PURPOSE), at=SECOND_EFFECT - 30 * DAY)

    assert deemed_numbers(alice) == [1]
    assert browse(alice, at=SECOND_EFFECT).get("/shop/").status_code == 303


def test_use_before_being_told_is_no_acceptance() -> None:
    late = facts(exposures={(1, ExposureKind.NOTIFIED): NOW + DAY, (1, ExposureKind.USED): NOW})
    prompt = facts(exposures={(1, ExposureKind.NOTIFIED): NOW, (1, ExposureKind.USED): NOW})
    register = register_of(entry(1))

    assert deemed_of(late, register, DEEMING) == []
    assert asked_about("privacy", late, register, DEEMING, NOW + DAY)
    [found] = deemed_of(prompt, register, DEEMING)
    assert (found.told_at, found.used_at, found.source) == (NOW, NOW, "The clause.")
    assert asked_about("privacy", prompt, register, DEEMING, NOW + DAY) is None


def test_the_earlier_of_mail_and_banner_is_the_moment_of_being_told() -> None:
    person = facts(
        exposures={
            (1, ExposureKind.NOTIFIED): NOW + DAY,
            (1, ExposureKind.SHOWN): NOW - DAY,
            (1, ExposureKind.VIEWED): NOW - 2 * DAY,
            (1, ExposureKind.USED): NOW,
        }
    )

    [found] = deemed_of(person, register_of(entry(1)), DEEMING)

    assert found.told_at == NOW - DAY


def test_what_is_deemed_is_listed_in_the_order_of_first_use() -> None:
    register = register_of(entry(1), entry(2, effective_at=NOW + 40 * DAY))
    person = facts(
        exposures={
            (2, ExposureKind.NOTIFIED): NOW,
            (2, ExposureKind.USED): NOW + 41 * DAY,
            (1, ExposureKind.NOTIFIED): NOW,
            (1, ExposureKind.USED): NOW + DAY,
            (9, ExposureKind.NOTIFIED): NOW,
        }
    )

    found = deemed_of(person, register, DEEMING)

    assert [deemed.publication.number for deemed in found] == [1, 2]
    assert deemed_of(person, register, RULES) == []
