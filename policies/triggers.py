"""Database triggers that keep evidence unchanged, on SQLite and on PostgreSQL.

They hold whoever writes: the ORM, a bulk update, a person at the database's own prompt. SQLite
drops a table's triggers when Django rebuilds the table to alter it, so they are made again after
every migration.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True)
class Trigger:
    """Refuses one kind of change to one table, or does something with it.

    `condition` is SQL that both databases read, about `OLD` and `NEW`; where it holds, the
    statement fails with `message` as an integrity error, or, where `does` is given, goes through once that
    statement is carried out. `{differs}` stands for the operator that tells values apart and knows null,
    and `words` says by database what else in braces stands for. Where `version` names the column of a
    version, PostgreSQL first waits for whoever is publishing that version, so that the condition sees the
    outcome; so it does for whoever is erasing the person whose column `person` names. SQLite has one writer
    at a time and needs no such wait.
    """

    name: str
    table: str
    event: str
    condition: str
    message: str = ""
    version: str = ""
    person: str = ""
    does: str = ""
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def condition_on(self, vendor: str) -> str:
        """Give the condition as a database reads it."""
        return self.condition.format(differs=DIFFERS[vendor], **self.words.get(vendor, {}))


# A statement of PostgreSQL's alone; SQLite empties a table by deleting its rows.
TRUNCATE = "TRUNCATE"

DIFFERS = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}

NAMES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
}

REFUSE = {
    "sqlite": "SELECT RAISE(ABORT, '{message}')",
    "postgresql": "RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'",
}

WAIT = "PERFORM 1 FROM policies_policyversion v WHERE v.id = {version} FOR SHARE;"
# The lock that a foreign key takes; only who erases the person, or gives them another key, holds it up.
WAIT_FOR_PERSON = "PERFORM 1 FROM accounts_user u WHERE u.id = {person} FOR KEY SHARE;"

CREATE_SQLITE = """
CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW WHEN {condition}
BEGIN {then}; END
"""

CREATE_POSTGRESQL = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    {wait}
    IF {condition} THEN {then}; END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $body$;
CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {each} EXECUTE FUNCTION {name}();
"""


def create_triggers(connection: BaseDatabaseWrapper, triggers: Iterable[Trigger]) -> None:
    """Make `triggers` on the database of `connection`, replacing those of the same name."""
    triggers = list(triggers)
    drop_triggers(connection, triggers)
    template = CREATE_SQLITE if connection.vendor == "sqlite" else CREATE_POSTGRESQL
    with connection.cursor() as cursor:
        for trigger in triggers:
            condition = trigger.condition_on(connection.vendor)
            then = trigger.does or REFUSE[connection.vendor].format(message=trigger.message)
            if trigger.event == TRUNCATE and connection.vendor == "sqlite":
                continue
            each = "STATEMENT" if trigger.event == TRUNCATE else "ROW"
            wait = WAIT.format(version=trigger.version) if trigger.version else ""
            wait += WAIT_FOR_PERSON.format(person=trigger.person) if trigger.person else ""
            parts = {"condition": condition, "then": then, "wait": wait, "each": each}
            cursor.execute(template.format(**{**vars(trigger), **parts}))


def drop_triggers(connection: BaseDatabaseWrapper, triggers: Iterable[Trigger]) -> None:
    """Remove `triggers` where they are there."""
    on_table = " ON {table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for trigger in triggers:
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}{on_table.format(table=trigger.table)}")


def make_triggers(*, app_config: AppConfig, using: str, **_kwargs: Any) -> None:
    """Make the triggers of an app, as its configuration names them, on the database `using`."""
    create_triggers(connections[using], triggers_of(app_config))


def every_trigger() -> list[Trigger]:
    """Give the triggers of the whole site."""
    return [trigger for config in apps.get_app_configs() for trigger in triggers_of(config)]


def triggers_of(config: AppConfig) -> Iterable[Trigger]:
    """Give the triggers of an app, as its configuration names them; none of an app that is not ours."""
    found: Iterable[Trigger] = getattr(config, "triggers", ())
    return found


def missing_triggers(connection: BaseDatabaseWrapper, triggers: Iterable[Trigger]) -> list[str]:
    """Give the names of those `triggers` that the database does not hold."""
    with connection.cursor() as cursor:
        cursor.execute(NAMES[connection.vendor])
        there = {row[0] for row in cursor.fetchall()}
    return [
        trigger.name
        for trigger in triggers
        if trigger.name not in there and (connection.vendor != "sqlite" or trigger.event != TRUNCATE)
    ]


def differing(columns: Iterable[str]) -> str:
    """Give the condition under which a changed row differs in one of `columns`."""
    return "(" + " OR ".join(f"OLD.{column} {{differs}} NEW.{column}" for column in columns) + ")"


def published(version_column: str) -> str:
    """Give the condition under which the version in `version_column` is published."""
    version = "SELECT 1 FROM policies_policyversion v WHERE v.published_at IS NOT NULL AND v.id = "
    return f"EXISTS ({version}{version_column})"


def published_text(text_column: str, version_column: str) -> str:
    """Give the condition under which a text belongs to a version that is published."""
    text = "SELECT 1 FROM policies_policytext t WHERE t.version_id = "
    return f"({published(version_column)} AND EXISTS ({text}{version_column} AND t.id = {text_column}))"


def never_emptied(*tables: str) -> list[Trigger]:
    """Give the triggers that keep whole tables from being emptied at once."""
    message = "A table that holds evidence is never emptied."
    return [Trigger(f"{table}_never_emptied", table, TRUNCATE, "TRUE", message) for table in tables]


def relinked(column: str) -> str:
    """Give the condition under which a link to a person was changed to anything but nobody."""
    return f"(OLD.{column} {{differs}} NEW.{column} AND NEW.{column} IS NOT NULL)"


# Of a rule's history all columns but who edited it.
RULE_COLUMNS = [
    *("history_id", "history_date", "history_change_reason", "history_type", "id", "policy_kind"),
    *("change_class", "jurisdiction", "min_notice_days", "is_told", "assent", "grace_days", "later_times"),
    *("reminder_days", "quiet_from", "quiet_until", "is_deemed_by_use", "source"),
]

POLICY_TRIGGERS = [
    *never_emptied(
        "policies_policyversion",
        "policies_policytext",
        "policies_approval",
        "policies_recall",
        "policies_historicalnoticerule",
    ),
    Trigger(
        "version_unchanged_once_published",
        "policies_policyversion",
        "UPDATE",
        "OLD.published_at IS NOT NULL",
        "A published version never changes. Publish a new version instead.",
    ),
    Trigger(
        "version_kept_once_published",
        "policies_policyversion",
        "DELETE",
        "OLD.published_at IS NOT NULL",
        "A published version is never deleted. Recall it instead.",
    ),
    Trigger(
        "text_unchanged_once_published",
        "policies_policytext",
        "UPDATE",
        f"({published('OLD.version_id')} OR {published('NEW.version_id')})",
        "A published text never changes. Publish a new version instead.",
        "OLD.version_id",
    ),
    Trigger(
        "text_kept_once_published",
        "policies_policytext",
        "DELETE",
        published("OLD.version_id"),
        "A published text is never deleted. Recall its version instead.",
        "OLD.version_id",
    ),
    Trigger(
        "text_not_added_once_published",
        "policies_policytext",
        "INSERT",
        published("NEW.version_id"),
        "A published version takes no further text. Publish a new version instead.",
        "NEW.version_id",
    ),
    Trigger(
        "approval_unchanged",
        "policies_approval",
        "UPDATE",
        "TRUE",
        "An approval never changes.",
    ),
    Trigger(
        "approval_kept_once_published",
        "policies_approval",
        "DELETE",
        published("OLD.version_id"),
        "An approval of a published version is never deleted.",
        "OLD.version_id",
    ),
    Trigger(
        "approval_not_added_once_published",
        "policies_approval",
        "INSERT",
        published("NEW.version_id"),
        "A published version takes no further approval.",
        "NEW.version_id",
    ),
    Trigger(
        "approval_not_by_the_author",
        "policies_approval",
        "INSERT",
        "EXISTS (SELECT 1 FROM policies_policyversion v"
        " WHERE v.id = NEW.version_id AND v.author_id = NEW.approver_id)",
        "A version is approved by another person than its author.",
    ),
    Trigger(
        "recall_of_a_published_version",
        "policies_recall",
        "INSERT",
        f"NOT {published('NEW.version_id')}",
        "Only a published version can be recalled.",
    ),
    Trigger("recall_unchanged", "policies_recall", "UPDATE", "TRUE", "A recall never changes."),
    Trigger("recall_kept", "policies_recall", "DELETE", "TRUE", "A recall is never deleted."),
    Trigger(
        "rule_history_unchanged",
        "policies_historicalnoticerule",
        "UPDATE",
        f"({differing(RULE_COLUMNS)} OR {relinked('history_user_id')})",
        "What a notice rule said never changes. Edit the rule instead.",
    ),
    Trigger(
        "rule_history_kept",
        "policies_historicalnoticerule",
        "DELETE",
        "TRUE",
        "What a notice rule said is never deleted.",
    ),
    Trigger(
        "policy_address_unchanged_once_published",
        "policies_policy",
        "UPDATE",
        "OLD.slug <> NEW.slug AND EXISTS (SELECT 1 FROM policies_policyversion v"
        " WHERE v.policy_id = OLD.id AND v.published_at IS NOT NULL)",
        "The address of a policy with a published version never changes.",
    ),
    Trigger(
        "policy_kind_unchanged_once_published",
        "policies_policy",
        "UPDATE",
        "OLD.kind <> NEW.kind AND EXISTS (SELECT 1 FROM policies_policyversion v"
        " WHERE v.policy_id = OLD.id AND v.published_at IS NOT NULL)",
        "The kind of a policy with a published version never changes, because its rules hang on it.",
    ),
]
