"""What the notice rules said is in the ledger, so that editing them turns no answer about the past."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from acceptance.models import EntryKind, LedgerEntry
from acceptance.services import Verdict
from acceptance.services.rules import enter_rules, wrong_rules
from policies.models import NoticeRule
from policies.triggers import create_triggers, drop_triggers, every_trigger
from tests.conftest import NOW


@pytest.fixture
def entered(db: None) -> list[dict[str, Any]]:
    """Give what was entered of the rules that came with the site."""
    assert enter_rules(now=NOW)
    return changes_of(LedgerEntry.objects.get(kind=EntryKind.RULES))


@pytest.fixture
def bare(db: None) -> Iterator[None]:
    """Take the triggers off, as who owns the database can."""
    drop_triggers(connection, every_trigger())
    yield
    create_triggers(connection, every_trigger())


def changes_of(entry: LedgerEntry) -> list[dict[str, Any]]:
    """Give what an entry says of rules."""
    body = json.loads(bytes(entry.body))
    assert (body["type"], body["entered_at"]) == ("rules", "2026-03-02T09:00:00.000000+00:00")
    return list(body["changes"])


def found() -> list[str]:
    """Give what is wrong, in sentences, all of which say that something was changed."""
    wrong = list(wrong_rules(now=NOW))
    assert {finding.verdict for finding in wrong} <= {Verdict.TAMPERED}
    return [finding.sentence for finding in wrong]


def test_all_that_a_rule_says_is_entered_and_not_who_changed_it(entered: list[dict[str, Any]]) -> None:
    rule = NoticeRule.objects.order_by("pk")[0]
    [said] = [change for change in entered if change["id"] == rule.pk]

    assert len(entered) == NoticeRule.objects.count()
    assert (said["min_notice_days"], said["assent"], said["source"]) == (
        rule.min_notice_days,
        rule.assent,
        rule.source,
    )
    assert said["change"] == "+"
    assert not [name for name in said if "user" in name]
    assert found() == []


def test_each_change_is_entered_once(entered: list[dict[str, Any]]) -> None:
    assert not enter_rules(now=NOW)
    rule = NoticeRule.objects.order_by("pk")[0]
    rule.min_notice_days = 77
    rule.save()
    NoticeRule.objects.order_by("pk")[1].delete()

    assert enter_rules(now=NOW)

    more = changes_of(LedgerEntry.objects.filter(kind=EntryKind.RULES).latest("pk"))
    assert more[0]["min_notice_days"] == 77
    assert [change["change"] for change in more] == ["~", "-"]
    assert not enter_rules(now=NOW)
    assert found() == []


def test_a_history_that_is_rewritten_is_found_out(entered: list[dict[str, Any]], bare: None) -> None:
    row = NoticeRule.history.order_by("history_id")[0]

    NoticeRule.history.filter(pk=row.pk).update(is_deemed_by_use=not row.is_deemed_by_use)

    rewritten, applied = found()
    assert rewritten.startswith(f"What notice rule {row.id} said from ")
    assert applied == f"Notice rule {row.id} does not say what its history says."


def test_another_date_of_a_change_is_found_out(entered: list[dict[str, Any]], bare: None) -> None:
    row = NoticeRule.history.order_by("history_id")[0]

    NoticeRule.history.filter(pk=row.pk).update(history_date=NOW - timedelta(days=900))

    [sentence] = found()
    assert sentence.endswith("is not as it was entered.")


def test_a_change_that_is_taken_away_is_found_out(entered: list[dict[str, Any]], bare: None) -> None:
    NoticeRule.history.filter(pk=NoticeRule.history.order_by("history_id")[0].pk).delete()

    assert "1 changes of notice rules that were entered are not there." in found()


def test_a_rule_that_can_say_more_today_is_as_it_was_entered(
    entered: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = LedgerEntry.objects.get(kind=EntryKind.RULES)
    less = json.loads(bytes(entry.body))
    for change in less["changes"]:
        del change["later_times"]
    known = {change["history"]: change for change in less["changes"]}
    monkeypatch.setattr("acceptance.services.rules.entered_changes", lambda: known)

    assert found() == []


def test_what_waits_too_long_is_said_to_be_incomplete(db: None) -> None:
    count = NoticeRule.history.count()

    [late] = wrong_rules(now=timezone.now() + timedelta(days=1))

    assert late.verdict is Verdict.INCOMPLETE
    assert late.sentence.startswith(f"{count} changes of notice rules are not in the ledger.")


def test_a_rule_that_is_changed_without_its_history_is_found_out(entered: list[dict[str, Any]]) -> None:
    changed, gone = NoticeRule.objects.order_by("pk")[:2]
    NoticeRule.objects.filter(pk=changed.pk).update(is_told=not changed.is_told)
    NoticeRule.objects.filter(pk=gone.pk)._raw_delete("default")

    assert found() == [
        f"Notice rule {changed.pk} does not say what its history says.",
        "1 notice rules are gone, and their history does not say so.",
    ]


def test_a_change_that_is_dated_back_is_entered_as_late(entered: list[dict[str, Any]]) -> None:
    row = NoticeRule.history.order_by("history_id")[0]
    row.pk, row.history_change_reason = None, ""
    row.history_date = NOW - timedelta(days=400)
    row.save()

    assert enter_rules(now=NOW)

    body = json.loads(bytes(LedgerEntry.objects.filter(kind=EntryKind.RULES).latest("pk").body))
    assert body["entered_late"] == "2026-03-02T09:00:00.000000+00:00"
