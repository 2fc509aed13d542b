"""Notice rules: which one applies to whom, and which ones cannot be written."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from accounts.places import EEA
from policies.models import Assent, ChangeClass, NoticeRule, PolicyKind
from policies.selectors import NO_RULE, RuleBook, load_rule_book, rule_book
from policies.selectors.rules import jurisdictions

pytestmark = pytest.mark.once


def rule(jurisdiction: str = "*", **fields: Any) -> NoticeRule:
    """Give an unsaved rule for material changes of a cookie notice."""
    known: dict[str, Any] = {
        "policy_kind": PolicyKind.COOKIES,
        "change_class": ChangeClass.MATERIAL,
        "min_notice_days": 7,
        "assent": Assent.ACKNOWLEDGE,
        "source": "Counsel",
    }
    return NoticeRule(jurisdiction=jurisdiction, **(known | fields))


@pytest.fixture
def no_rules(db: None) -> None:
    """Take the rules away that a shop begins with."""
    NoticeRule.objects.all().delete()


@pytest.mark.parametrize(
    ("country", "place"),
    [("DE", "DE"), ("FR", "EU"), ("NO", "EU"), ("US", "*"), ("GB", "*"), ("", "EU")],
)
def test_the_narrowest_rule_that_is_written_wins(country: str, place: str) -> None:
    book = RuleBook([rule("*"), rule("EU"), rule("DE")])

    demand = book.demand("COOKIES", "MATERIAL", country)

    assert demand.jurisdiction == place


def test_a_person_of_the_union_falls_back_on_the_rule_for_everywhere() -> None:
    book = RuleBook([rule("*")])

    assert book.demand("COOKIES", "MATERIAL", "DE").jurisdiction == "*"


def test_a_person_whose_country_is_not_known_is_one_of_the_union() -> None:
    assert jurisdictions("") == ("", "EU", "*")
    assert jurisdictions("AT") == ("AT", "EU", "*")
    assert jurisdictions("CH") == ("CH", "*")


def test_the_economic_area_has_thirty_states() -> None:
    assert len(EEA) == 30
    assert not EEA & {"GB", "CH", "US"}


def test_without_a_rule_everyone_is_told_and_nothing_is_deemed() -> None:
    demand = RuleBook([rule("DE")]).demand("COOKIES", "MATERIAL", "US")

    assert demand is NO_RULE
    assert (demand.is_told, demand.assent, demand.is_deemed_by_use) == (True, "ACKNOWLEDGE", False)


def test_rules_of_another_kind_or_class_do_not_apply() -> None:
    book = RuleBook([rule("*")])

    assert book.demand("TERMS", "MATERIAL", "US") is NO_RULE
    assert book.demand("COOKIES", "NEUTRAL", "US") is NO_RULE


def test_a_demand_says_all_that_the_rule_says() -> None:
    written = rule("EU", min_notice_days=14, assent=Assent.AGREE, grace_days=3, is_deemed_by_use=True)

    demand = RuleBook([written]).demand("COOKIES", "MATERIAL", "DE")

    assert (demand.min_notice_days, demand.assent, demand.grace_days) == (14, "AGREE", 3)
    assert (demand.is_told, demand.is_deemed_by_use, demand.source) == (True, True, "Counsel")


@pytest.mark.parametrize("kind", PolicyKind.values)
@pytest.mark.parametrize("change_class", ChangeClass.values)
def test_a_shop_begins_with_a_rule_for_every_change_everywhere(
    db: None, kind: str, change_class: str
) -> None:
    book = load_rule_book()

    for country in ("US", "DE", ""):
        assert book.demand(kind, change_class, country) is not NO_RULE


def test_the_first_rules_never_take_the_silence_of_a_european_for_consent(db: None) -> None:
    european = NoticeRule.objects.filter(jurisdiction="EU")

    assert european.exists()
    assert not european.filter(is_deemed_by_use=True).exists()
    assert not NoticeRule.objects.filter(source="").exists()


def test_the_book_is_read_in_one_query_and_kept_for_a_second(
    db: None, warm_caches: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        rule_book()
    with django_assert_num_queries(0):
        rule_book()


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"change_class": "NEW_PURPOSE", "is_deemed_by_use": True}, "notice_rule_never_deems_a_new_purpose"),
        ({"is_told": False, "is_deemed_by_use": True}, "notice_rule_deems_only_the_told"),
        ({"assent": "SHRUG"}, "notice_rule_assent_is_known"),
        ({"min_notice_days": -1}, "min_notice_days"),
    ],
)
def test_the_database_itself_refuses_a_rule_that_must_not_be(
    no_rules: None, fields: dict[str, Any], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        rule(**fields).save()

    rule().save()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        NoticeRule.objects.update(**fields)


def test_one_place_has_one_rule_for_one_change(no_rules: None) -> None:
    rule("EU").save()

    with pytest.raises(IntegrityError), transaction.atomic():
        rule("EU", min_notice_days=30).save()

    rule("EU", change_class=ChangeClass.NEUTRAL).save()
    rule("DE").save()
    assert sorted(map(str, NoticeRule.objects.all())) == [
        "COOKIES/MATERIAL/DE",
        "COOKIES/MATERIAL/EU",
        "COOKIES/NEUTRAL/EU",
    ]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"change_class": "NEW_PURPOSE", "is_deemed_by_use": True}, "never accepted by use alone"),
        ({"is_told": False, "is_deemed_by_use": True}, "Only people who were told"),
        ({"source": ""}, "cannot be blank"),
        ({"change_class": "COSMETIC"}, "not a valid choice"),
    ],
)
def test_counsel_is_told_in_words_why_a_rule_cannot_be_written(
    no_rules: None, fields: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        rule(**fields).full_clean()

    assert said in " ".join(refused.value.messages)


def test_a_rule_that_deems_may_be_written_for_those_who_are_told(
    no_rules: None,
) -> None:
    rule(is_deemed_by_use=True).full_clean()


@pytest.mark.parametrize("days", [[], [7], [7, 14, 365]])
def test_a_rule_may_remind_three_times(db: None, days: list[int]) -> None:
    written = rule("FR", reminder_days=days)

    written.full_clean()
    written.save()

    assert load_rule_book().demand("COOKIES", "MATERIAL", "FR").reminder_days == tuple(days)


NO_DAYS: list[Any] = [[1, 2, 3, 4], [7, 7], [14, 7], [0], [366], [1.5], ["7"], [True], {"7": 1}, 7]


@pytest.mark.parametrize("days", NO_DAYS)
def test_days_that_are_none_are_refused_and_remind_nobody(db: None, days: Any) -> None:
    written = rule("FR", reminder_days=days)

    with pytest.raises(ValidationError, match="Give up to three days"):
        written.full_clean()
    written.save()

    assert load_rule_book().demand("COOKIES", "MATERIAL", "FR").reminder_days == ()
