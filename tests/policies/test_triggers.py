"""Invariant 1: what is published never changes, whoever asks the database."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from accounts.models import User
from policies import services
from policies.models import Approval, NoticeRule, Policy, PolicyKind, PolicyText, PolicyVersion, Recall
from policies.triggers import (
    POLICY_TRIGGERS,
    RULE_COLUMNS,
    TRUNCATE,
    Trigger,
    create_triggers,
    drop_triggers,
    missing_triggers,
)
from tests.conftest import NOW

TRIGGER_NAMES = [trigger.name for trigger in POLICY_TRIGGERS]


def run_sql(statement: str, values: Sequence[Any] = ()) -> int:
    """Run one statement as a person at the database's own prompt would; give how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


@contextmanager
def refused_by(name: str) -> Iterator[None]:
    """Expect the trigger `name` to refuse what the block does, and undo the block."""
    message = next(trigger.message for trigger in POLICY_TRIGGERS if trigger.name == name)
    with pytest.raises(IntegrityError, match=message), transaction.atomic():
        yield


def copy_of(row: Model, **changed: Any) -> Model:
    """Give an unsaved copy of `row` with other values in some of its columns."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return type(row)(**(values | {"id": None} | changed))


@pytest.fixture
def published(make_version: Callable[..., PolicyVersion]) -> PolicyVersion:
    return make_version()


@pytest.fixture
def draft(published: PolicyVersion, make_draft: Callable[..., PolicyVersion]) -> PolicyVersion:
    return make_draft()


@pytest.fixture
def recalled(published: PolicyVersion, approver: User) -> Recall:
    return services.recall_version(
        version_id=published.pk, reason="A wrong annex.", recalled_by=approver, now=NOW
    )


def test_every_trigger_is_there_after_the_migrations(db: None) -> None:
    missing = missing_triggers(connection, POLICY_TRIGGERS)

    assert missing == []


def test_the_names_of_the_triggers_are_unique(db: None) -> None:
    assert len(set(TRIGGER_NAMES)) == len(TRIGGER_NAMES)


@pytest.mark.parametrize(
    "change",
    [
        "reason = 'Another reason.'",
        "number = 7",
        "number = NULL, published_at = NULL",
        "published_at = NULL, number = NULL, fingerprint = ''",
        "effective_at = '2030-01-01 00:00:00+00:00'",
        "fingerprint = 'forged'",
        "author_id = NULL",
        "reason = reason",
    ],
)
def test_a_published_version_never_changes(published: PolicyVersion, change: str) -> None:
    statement = f"UPDATE policies_policyversion SET {change} WHERE id = %s"  # noqa: S608 - written above

    with refused_by("version_unchanged_once_published"):
        run_sql(statement, [published.pk])

    stored = PolicyVersion.objects.get(pk=published.pk)
    assert (stored.number, stored.reason, stored.fingerprint) == (1, published.reason, published.fingerprint)


def test_a_draft_still_changes(published: PolicyVersion, draft: PolicyVersion) -> None:
    touched = run_sql("UPDATE policies_policyversion SET reason = 'Another.' WHERE id = %s", [draft.pk])

    assert touched == 1
    assert PolicyVersion.objects.get(pk=draft.pk).reason == "Another."


def test_the_orm_cannot_change_a_published_version_either(published: PolicyVersion) -> None:
    published.reason = "Another reason."

    with refused_by("version_unchanged_once_published"):
        published.save()
    with refused_by("version_unchanged_once_published"):
        PolicyVersion.objects.update(reason="Another reason.")
    with refused_by("version_unchanged_once_published"):
        PolicyVersion.objects.bulk_update([published], ["reason"])


def test_a_published_version_is_never_deleted(published: PolicyVersion) -> None:
    run_sql("DELETE FROM policies_approval WHERE version_id <> %s", [published.pk])

    with refused_by("version_kept_once_published"):
        run_sql("DELETE FROM policies_policyversion WHERE id = %s", [published.pk])

    assert PolicyVersion.objects.filter(pk=published.pk).exists()


def test_an_unfinished_draft_can_be_deleted(published: PolicyVersion, draft: PolicyVersion) -> None:
    PolicyText.objects.filter(version=draft).delete()

    PolicyVersion.objects.filter(pk=draft.pk).delete()

    assert not PolicyVersion.objects.filter(pk=draft.pk).exists()


@pytest.mark.parametrize("column", ["title", "summary", "body", "html", "sha256", "renderer", "language"])
def test_a_published_text_never_changes(published: PolicyVersion, draft: PolicyVersion, column: str) -> None:
    statement = f"UPDATE policies_policytext SET {column} = 'fr' WHERE version_id = %s"  # noqa: S608 - as above

    with refused_by("text_unchanged_once_published"):
        run_sql(statement, [published.pk])

    assert run_sql(statement, [draft.pk]) == 1


def test_a_text_moves_neither_into_a_published_version_nor_out_of_it(
    published: PolicyVersion, draft: PolicyVersion
) -> None:
    statement = "UPDATE policies_policytext SET version_id = %s, language = 'fr' WHERE version_id = %s"

    with refused_by("text_unchanged_once_published"):
        run_sql(statement, [published.pk, draft.pk])
    with refused_by("text_unchanged_once_published"):
        run_sql(statement, [draft.pk, published.pk])


def test_a_published_text_is_never_deleted(published: PolicyVersion, draft: PolicyVersion) -> None:
    with refused_by("text_kept_once_published"):
        PolicyText.objects.filter(version=published).delete()

    deleted, _by_model = PolicyText.objects.filter(version=draft).delete()
    assert deleted == 1


def test_a_published_version_takes_no_further_text(published: PolicyVersion, draft: PolicyVersion) -> None:
    text = PolicyText.objects.get(version=published)

    with refused_by("text_not_added_once_published"):
        copy_of(text, language="fr").save()

    copy_of(text, language="fr", version_id=draft.pk).save()
    assert PolicyText.objects.filter(version=draft).count() == 2


def test_an_approval_never_changes_even_on_a_draft(
    draft: PolicyVersion, approve: Callable[..., Approval]
) -> None:
    approve(draft)

    with refused_by("approval_unchanged"):
        Approval.objects.filter(version=draft).update(fingerprint="forged")


def test_an_approval_of_a_published_version_is_never_deleted(
    published: PolicyVersion, draft: PolicyVersion, approve: Callable[..., Approval]
) -> None:
    approve(draft)

    with refused_by("approval_kept_once_published"):
        Approval.objects.filter(version=published).delete()

    assert Approval.objects.filter(version=draft).delete()[0] == 1


def test_a_published_version_takes_no_further_approval(
    published: PolicyVersion, draft: PolicyVersion, second_approver: User
) -> None:
    given = {"approver": second_approver, "fingerprint": published.fingerprint, "approved_at": NOW}

    with refused_by("approval_not_added_once_published"):
        Approval.objects.create(version=published, **given)

    Approval.objects.create(version=draft, **given)
    assert Approval.objects.filter(version=draft).count() == 1


def test_an_approval_moves_neither_into_a_published_version_nor_out_of_it(
    published: PolicyVersion, draft: PolicyVersion, approve: Callable[..., Approval]
) -> None:
    approve(draft)

    for version in (published, draft):
        with refused_by("approval_unchanged"):
            Approval.objects.update(version=version)


def test_the_database_takes_no_approval_by_the_author(
    draft: PolicyVersion, author: User, approver: User
) -> None:
    given = {"version": draft, "fingerprint": draft.fingerprint, "approved_at": NOW}

    with refused_by("approval_not_by_the_author"):
        Approval.objects.create(approver=author, **given)

    Approval.objects.create(approver=approver, **given)
    assert Approval.objects.get(version=draft).approver == approver


def test_a_draft_takes_no_recall(published: PolicyVersion, draft: PolicyVersion, approver: User) -> None:
    given = {"reason": "A wrong annex.", "recalled_by": approver, "recalled_at": NOW}

    with refused_by("recall_of_a_published_version"):
        Recall.objects.create(version=draft, **given)

    Recall.objects.create(version=published, **given)
    assert Recall.objects.get().version == published


def test_a_recall_neither_changes_nor_goes_away(recalled: Recall) -> None:
    with refused_by("recall_unchanged"):
        Recall.objects.update(reason="No longer so.")
    with refused_by("recall_kept"):
        Recall.objects.all().delete()

    assert Recall.objects.get().reason == "A wrong annex."


def test_a_recall_leaves_the_recalled_version_as_it_was(published: PolicyVersion, recalled: Recall) -> None:
    stored = PolicyVersion.objects.get(pk=published.pk)

    assert (stored.published_at, stored.fingerprint) == (published.published_at, published.fingerprint)


def test_the_address_and_the_kind_of_a_policy_never_change_once_a_version_is_published(
    published: PolicyVersion, make_policy: Callable[..., Policy]
) -> None:
    unpublished = make_policy("terms")

    with refused_by("policy_address_unchanged_once_published"):
        Policy.objects.filter(pk=published.policy_id).update(slug="moved")
    with refused_by("policy_kind_unchanged_once_published"):
        Policy.objects.filter(pk=published.policy_id).update(kind=PolicyKind.TERMS)

    Policy.objects.filter(pk=published.policy_id).update(name="Renamed")
    Policy.objects.filter(pk=unpublished.pk).update(slug="moved", kind=PolicyKind.TERMS)
    assert sorted(Policy.objects.values_list("slug", "kind", "name")) == [
        ("moved", PolicyKind.TERMS, "Privacy policy"),
        ("privacy", PolicyKind.PRIVACY_NOTICE, "Renamed"),
    ]


@pytest.mark.parametrize("table", ["policies_policytext", "policies_policyversion"])
def test_a_published_row_gives_way_to_no_other_row(
    published: PolicyVersion, draft: PolicyVersion, table: str
) -> None:
    # SQLite's REPLACE deletes without a word to the triggers, unless the connection asks for it.
    verb = "UPDATE OR REPLACE" if connection.vendor == "sqlite" else "UPDATE"
    rows = (
        PolicyText.objects.order_by("pk") if table.endswith("text") else PolicyVersion.objects.order_by("pk")
    )
    first, second = rows

    with pytest.raises(IntegrityError), transaction.atomic():
        run_sql(f"{verb} {table} SET id = %s WHERE id = %s", [first.pk, second.pk])

    assert rows.count() == 2


@pytest.mark.parametrize(
    "table",
    [
        "policies_policyversion",
        "policies_policytext",
        "policies_approval",
        "policies_recall",
        "policies_historicalnoticerule",
    ],
)
def test_no_table_that_holds_evidence_is_emptied_at_once(recalled: Recall, table: str) -> None:
    # PostgreSQL refuses to empty a table for another reason while foreign keys wait for the commit.
    connection.check_constraints()
    verb, more = ("TRUNCATE", "CASCADE") if connection.vendor == "postgresql" else ("DELETE FROM", "")

    with pytest.raises(IntegrityError, match="never"), transaction.atomic():
        run_sql(f"{verb} {table} {more}")

    assert (PolicyText.objects.count(), Approval.objects.count(), Recall.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    "change",
    [
        "assent = 'NONE'",
        "min_notice_days = 0",
        "is_deemed_by_use = NOT is_deemed_by_use",
        "reminder_days = '[1]'",
        "quiet_from = '10:00:00'",
        "history_date = '2020-01-01 00:00:00+00:00'",
        "history_type = '-'",
        "history_change_reason = NULL",
        "id = id + 100",
        "history_id = history_id + 100",
        "history_user_id = (SELECT id FROM accounts_user)",
    ],
)
def test_what_a_rule_said_never_changes(alice: User, change: str) -> None:
    before = list(NoticeRule.history.values())

    with refused_by("rule_history_unchanged"):
        run_sql(f"UPDATE policies_historicalnoticerule SET {change}")  # noqa: S608 - the changes stand above

    assert list(NoticeRule.history.values()) == before


def test_no_column_of_what_a_rule_said_is_left_out_but_who_edited_it() -> None:
    columns = {field.column for field in NoticeRule.history.model._meta.concrete_fields}

    assert columns == {*RULE_COLUMNS, "history_user_id"}


def test_what_a_rule_said_is_never_deleted(edited: NoticeRule) -> None:
    before = NoticeRule.history.count()

    with refused_by("rule_history_kept"):
        run_sql("DELETE FROM policies_historicalnoticerule WHERE history_type = '~'")
    with refused_by("rule_history_kept"):
        NoticeRule.history.all().delete()
    # It would take the last of two edits that say the same away.
    edited.save()
    with refused_by("rule_history_kept"):
        call_command("clean_duplicate_history", "policies.NoticeRule", verbosity=0)

    assert NoticeRule.history.count() == before + 1


def test_a_rule_is_edited_and_deleted_and_what_it_said_stays(edited: NoticeRule, author: User) -> None:
    key = edited.pk

    edited.delete()

    said = NoticeRule.history.filter(id=key).order_by("history_id")
    assert list(said.values_list("history_type", "grace_days")) == [("+", 14), ("~", 5), ("-", 5)]


def test_who_edited_a_rule_can_be_cut_from_it(edited: NoticeRule, author: User) -> None:
    before = NoticeRule.history.filter(history_user=author).values().get()

    author.delete()

    said = NoticeRule.history.filter(history_id=before["history_id"]).values().get()
    assert said == before | {"history_user_id": None}


@pytest.fixture
def edited(author: User) -> NoticeRule:
    """Give a rule whose days of grace the author has shortened."""
    rule = NoticeRule.objects.get(policy_kind="PRIVACY_NOTICE", change_class="MATERIAL", jurisdiction="EU")
    rule.grace_days = 5
    rule._history_user = author  # type: ignore[attr-defined]  # the way of simple_history
    rule.save()
    return rule


@pytest.mark.parametrize("trigger", POLICY_TRIGGERS, ids=TRIGGER_NAMES)
def test_a_trigger_that_went_missing_is_noticed_and_made_again_by_a_migration(
    db: None, trigger: Trigger
) -> None:
    drop_triggers(connection, [trigger])
    is_made_here = trigger.event != TRUNCATE or connection.vendor == "postgresql"

    assert missing_triggers(connection, POLICY_TRIGGERS) == [trigger.name] * is_made_here

    call_command("migrate", verbosity=0)
    assert missing_triggers(connection, POLICY_TRIGGERS) == []


def test_a_trigger_bites_again_once_its_table_was_rebuilt(published: PolicyVersion) -> None:
    drop_triggers(connection, POLICY_TRIGGERS)
    untouched = "UPDATE policies_policyversion SET reason = reason WHERE id = %s"
    assert run_sql(untouched, [published.pk]) == 1

    call_command("migrate", verbosity=0)

    with refused_by("version_unchanged_once_published"):
        run_sql(untouched, [published.pk])


def test_making_the_triggers_twice_leaves_one_of_each(published: PolicyVersion) -> None:
    create_triggers(connection, POLICY_TRIGGERS)
    create_triggers(connection, POLICY_TRIGGERS)

    assert missing_triggers(connection, POLICY_TRIGGERS) == []
    with refused_by("version_unchanged_once_published"):
        PolicyVersion.objects.update(reason="Another reason.")
