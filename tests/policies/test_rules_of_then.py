"""The notice rules as they were at an instant, whatever became of them since."""

from datetime import datetime, timedelta

import pytest

from policies.models import NoticeRule
from policies.selectors import load_rule_book, load_rule_book_at
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
KEY = ("PRIVACY_NOTICE", "MATERIAL", "*")


def edit(rule: NoticeRule, at: datetime, **fields: int) -> None:
    """Edit a rule at an instant, as the history has it."""
    for name, value in fields.items():
        setattr(rule, name, value)
    rule._history_date = at  # type: ignore[attr-defined]  # the way of simple_history
    rule.save()


def test_what_came_with_the_site_holds_before_and_after_it_was_set_up() -> None:
    assert load_rule_book_at(NOW - 9000 * DAY).demands == load_rule_book().demands
    assert load_rule_book_at(NOW + 9000 * DAY).demands == load_rule_book().demands


def test_an_edit_counts_from_its_moment(rules_without_a_past: None) -> None:
    rule = NoticeRule.objects.get(policy_kind=KEY[0], change_class=KEY[1], jurisdiction=KEY[2])
    before = rule.grace_days
    NoticeRule.history.filter(id=rule.pk).update(history_date=NOW - 100 * DAY)

    edit(rule, NOW, grace_days=before + 5)

    assert load_rule_book_at(NOW - DAY).demands[KEY].grace_days == before
    assert load_rule_book_at(NOW).demands[KEY].grace_days == before + 5


def test_a_rule_that_is_written_later_did_not_hold_before_and_one_that_was_deleted_did(
    rules_without_a_past: None,
) -> None:
    rule = NoticeRule.objects.get(policy_kind=KEY[0], change_class=KEY[1], jurisdiction=KEY[2])
    NoticeRule.history.update(history_date=NOW - 100 * DAY)
    written = NoticeRule(
        policy_kind=KEY[0],
        change_class=KEY[1],
        jurisdiction="CH",
        min_notice_days=9,
        assent="NONE",
        source="-",
    )
    edit(written, NOW)
    rule._history_date = NOW  # type: ignore[attr-defined]  # the way of simple_history
    rule.delete()

    before, after = load_rule_book_at(NOW - DAY).demands, load_rule_book_at(NOW + DAY).demands
    assert (KEY in before, KEY in after) == (True, False)
    assert [(KEY[0], KEY[1], "CH") in demands for demands in (before, after)] == [False, True]
