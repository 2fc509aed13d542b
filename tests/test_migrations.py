"""A database in use is migrated: nothing that it holds is lost, and what guards it is there afterwards.

All other tests migrate an empty database, on which hardly any migration can fail.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState, StateApps

from policies.models import NoticeRule, PolicyVersion
from policies.triggers import (
    Trigger,
    create_triggers,
    drop_triggers,
    every_trigger,
    missing_triggers,
)
from tests.used_database import ROWS, WRITTEN

pytestmark = pytest.mark.django_db

OURS = {label for label, _name in WRITTEN}
ALIAS = "used"

# By table, and each row by column.
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def database(django_db_setup: None, django_db_blocker: Any, tmp_path: Path) -> Iterator[BaseDatabaseWrapper]:
    """Give an empty database beside that of the suite, of the same make and with the same settings."""
    with django_db_blocker.unblock():
        on_server = connection.vendor == "postgresql"
        name = f"{connection.settings_dict['NAME']}_used" if on_server else str(tmp_path / "used.sqlite3")
        quoted = connection.ops.quote_name(name)
        # The test's own connection is inside a transaction, where no database can be made.
        server = connection.copy()
        if on_server:
            run_sql(server, f"DROP DATABASE IF EXISTS {quoted}")
            run_sql(server, f"CREATE DATABASE {quoted}")
        connections.settings[ALIAS] = connection.settings_dict | {"NAME": name}
        yield connections[ALIAS]
        connections[ALIAS].close()
        del connections[ALIAS], connections.settings[ALIAS]
        if on_server:
            run_sql(server, f"DROP DATABASE {quoted}")
        server.close()


def test_a_database_in_use_survives_every_migration(database: BaseDatabaseWrapper) -> None:
    executor = MigrationExecutor(database)
    state = ProjectState()

    for migration in plan(executor):
        before = rows(database)
        state = apply(executor, migration, state)
        lost = missing_rows(before, rows(database))
        assert not lost, f"{migration} lost or changed {lost}"
        database.check_constraints()
        put_to_use(database, state.apps)
    assert missing_triggers(database, every_trigger()) == []
    before = rows(database)
    # Those that were made on the way must not pass for what `migrate` makes.
    drop_triggers(database, every_trigger())
    call_command("migrate", database=ALIAS, verbosity=0)

    assert missing_rows(before, rows(database)) == []
    database.check_constraints()
    assert missing_triggers(database, every_trigger()) == []
    refuses_what_triggers_refuse(database)
    is_read_by_the_models_of_today()
    holds_what_migrations_worked_out()
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def plan(executor: MigrationExecutor) -> list[Migration]:
    """Give every migration, in the order in which a site that kept up applied them."""
    steps = executor.migration_plan([*WRITTEN, *executor.loader.graph.leaf_nodes()])
    assert not any(is_backwards for _migration, is_backwards in steps)
    return [migration for migration, _is_backwards in steps]


def apply(executor: MigrationExecutor, migration: Migration, state: ProjectState) -> ProjectState:
    """Apply one migration as `migrate` does, and give the state after it."""
    try:
        return executor.migrate([], plan=[(migration, False)], state=state)
    except Exception as error:
        error.add_note(f"This was {migration}, applied to a database in use.")
        raise


def put_to_use(database: BaseDatabaseWrapper, then: StateApps) -> None:
    """Write rows into the tables that are new, then make the triggers that this database can have.

    `migrate` makes every trigger at its end, and fails where a table is not there yet. What the triggers were
    at the time of a migration is nowhere kept, so today's are made as soon as their tables and columns are
    there: at least those that a site had then. The rows come first, since a published version takes no text.
    """
    ours = {model._meta.label_lower for model in then.get_models() if model._meta.app_label in OURS}
    assert ours <= ROWS.keys(), "Say in tests/used_database.py what a row of each new table looks like."
    known = {model._meta.label_lower: model for model in then.get_models(include_auto_created=True)}
    with transaction.atomic(using=ALIAS):
        for label, new in ROWS.items():
            model = known.get(label)
            if model and not model._base_manager.using(ALIAS).exists():
                for row in new:
                    model._base_manager.using(ALIAS).create(**row)
    absent = set(missing_triggers(database, every_trigger()))
    possible = [trigger for trigger in every_trigger() if trigger.name in absent and fits(database, trigger)]
    create_triggers(database, possible)


def fits(database: BaseDatabaseWrapper, trigger: Trigger) -> bool:
    """Say whether the tables and columns that a trigger names are there, which making it would not tell."""
    condition = trigger.condition_on(database.vendor)
    rows_of = f"{trigger.table} AS OLD, {trigger.table} AS NEW"
    try:
        with transaction.atomic(using=ALIAS):
            run_sql(database, f"SELECT 1 FROM {rows_of} WHERE {condition}")  # noqa: S608 - all of it is ours
    except DatabaseError:
        return False
    return True


def rows(database: BaseDatabaseWrapper) -> Rows:
    """Give all that the database holds."""
    tables = database.introspection.table_names()
    return {table: run_sql(database, f"SELECT * FROM {table}") for table in tables}  # noqa: S608 - they are ours


def missing_rows(before: Rows, after: Rows) -> list[tuple[str, dict[str, Any]]]:
    """Give those rows of `before` that `after` lacks, in the columns that they had."""
    return [
        (table, row)
        for table, old in before.items()
        for row in old
        if not any(row.items() <= new.items() for new in after.get(table, []))
    ]


def refuses_what_triggers_refuse(database: BaseDatabaseWrapper) -> None:
    """Try what would change or delete evidence."""
    guarded = {each.name: each.table for each in every_trigger() if each.event == "DELETE"}
    tries = {name: f"DELETE FROM {table}" for name, table in guarded.items()}  # noqa: S608 - they are ours
    tries["version_unchanged_once_published"] = "UPDATE policies_policyversion SET reason = 'Another.'"
    messages = {trigger.name: trigger.message for trigger in every_trigger()}
    for name, sql in tries.items():
        with pytest.raises(IntegrityError, match=messages[name]), transaction.atomic(using=ALIAS):
            run_sql(database, sql)


def is_read_by_the_models_of_today() -> None:
    """Read each table with all columns that the code knows now."""
    for label in OURS:
        for model in apps.get_app_config(label).get_models():
            assert list(model._base_manager.using(ALIAS).all())


def holds_what_migrations_worked_out() -> None:
    """Look at what was filled in for rows that were there already."""
    assert PolicyVersion.objects.using(ALIAS).get(published_at=None).base_number == 1
    rules = NoticeRule.objects.using(ALIAS).values_list("pk", flat=True)
    assert set(rules) == set(NoticeRule.history.using(ALIAS).values_list("id", flat=True))


def run_sql(database: BaseDatabaseWrapper, sql: str) -> list[dict[str, Any]]:
    """Run a statement and give its rows, each by column."""
    with database.cursor() as cursor:
        cursor.execute(sql)
        columns = [column[0] for column in cursor.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in (cursor.fetchall() if columns else ())]
