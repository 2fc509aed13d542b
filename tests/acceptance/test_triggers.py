"""The database itself keeps acts, exposures and presentations as they were recorded."""

import uuid
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from acceptance.models import Act, ActContext, Exposure, ExposureKind, Presentation, Standing
from acceptance.services import record_exposures
from acceptance.triggers import ACCEPTANCE_TRIGGERS
from accounts.models import User
from policies.models import PolicyVersion
from policies.triggers import drop_triggers, missing_triggers
from tests.acceptance.conftest import EFFECT
from tests.acceptance.records import answer


@pytest.fixture
def act(alice: User, charlie: User, first: PolicyVersion) -> Act:
    """Give an act of Alice's with everything around it; Charlie exists, so that it could be made his."""
    record_exposures(user_id=alice.pk, version_ids=[first.pk], kind=ExposureKind.VIEWED, now=EFFECT)
    return answer(alice, at=EFFECT, note="Fine.")


def run(statement: str, *values: str | int) -> int:
    """Run raw SQL inside a savepoint; give the number of rows that it changed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def rows(table: str) -> list[tuple[object, ...]]:
    """Give all rows of a table as they lie there."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY 1")  # noqa: S608 - the names stand in this file
        return [tuple(row) for row in cursor.fetchall()]


def test_every_trigger_is_there(db: None) -> None:
    assert missing_triggers(connection, ACCEPTANCE_TRIGGERS) == []


def test_a_migration_makes_lost_triggers_again(db: None) -> None:
    drop_triggers(connection, ACCEPTANCE_TRIGGERS)
    assert "act_unchanged" in missing_triggers(connection, ACCEPTANCE_TRIGGERS)

    call_command("migrate", verbosity=0)

    assert missing_triggers(connection, ACCEPTANCE_TRIGGERS) == []


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'DECLINED'",
        "at = '2020-01-01 00:00:00+00:00'",
        "note = ''",
        "channel = 'PAPER'",
        "version_id = version_id + 1",
        "text_id = text_id + 1",
        "presentation_id = presentation_id + 1",
        "user_id = user_id + 1",
        "acted_by_id = acted_by_id + 1",
        "user_id = NULL, kind = 'DECLINED'",
    ],
)
def test_an_act_never_changes(act: Act, change: str) -> None:
    before = rows("acceptance_act")

    with pytest.raises(IntegrityError, match="An act never changes"):
        run(f"UPDATE acceptance_act SET {change}")  # noqa: S608 - the changes stand above

    assert rows("acceptance_act") == before


def test_an_act_keeps_its_key(act: Act) -> None:
    other = uuid.uuid4()

    with pytest.raises(IntegrityError, match="An act never changes"):
        run("UPDATE acceptance_act SET id = %s", other.hex)

    assert Act.objects.get() == act


def test_an_act_is_not_given_to_somebody_else_once_its_person_is_erased(act: Act, charlie: User) -> None:
    run("UPDATE acceptance_act SET user_id = NULL, acted_by_id = NULL")

    with pytest.raises(IntegrityError, match="An act never changes"):
        run("UPDATE acceptance_act SET user_id = %s", charlie.pk)

    assert Act.objects.get().user is None


def test_an_act_is_not_replaced_by_another_one_under_its_key(act: Act) -> None:
    before = rows("acceptance_act")
    columns = ", ".join(str(field.column) for field in Act._meta.concrete_fields)
    forged = columns.replace("kind", "'DECLINED'")

    with pytest.raises(IntegrityError, match="An act never changes"):
        run(
            f"INSERT INTO acceptance_act ({columns}) SELECT {forged} FROM acceptance_act WHERE note = 'Fine.'"  # noqa: S608 - of our own columns
            " ON CONFLICT (id) DO UPDATE SET kind = excluded.kind"
        )

    assert rows("acceptance_act") == before


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's own statement")
@pytest.mark.parametrize("table", ["act", "exposure", "presentation"])
def test_no_row_is_replaced_by_the_statement_that_deletes_without_saying_so(act: Act, table: str) -> None:
    before = rows(f"acceptance_{table}")

    with pytest.raises(IntegrityError, match="is never deleted"):
        run(f"REPLACE INTO acceptance_{table} SELECT * FROM acceptance_{table}")  # noqa: S608 - the tables stand above

    assert rows(f"acceptance_{table}") == before


@pytest.mark.skipif(connection.vendor != "postgresql", reason="TRUNCATE is PostgreSQL's own statement")
@pytest.mark.parametrize("table", ["act", "exposure", "presentation"])
def test_no_table_is_emptied_by_the_statement_that_looks_at_no_row(db: None, table: str) -> None:
    with pytest.raises(IntegrityError, match="evidence"):
        run(f"TRUNCATE acceptance_{table} CASCADE")


def test_an_act_is_never_deleted(act: Act) -> None:
    ActContext.objects.all().delete()

    with pytest.raises(IntegrityError, match="An act is never deleted"):
        run("DELETE FROM acceptance_act")

    assert Act.objects.get() == act


def test_saving_an_act_again_as_it_is_does_no_harm(act: Act) -> None:
    before = rows("acceptance_act")

    assert run("UPDATE acceptance_act SET kind = kind, user_id = user_id") == 1

    assert rows("acceptance_act") == before


def test_the_link_to_an_erased_person_is_cut_and_nothing_else(act: Act) -> None:
    before = Act.objects.values().get()

    assert run("UPDATE acceptance_act SET user_id = NULL, acted_by_id = NULL") == 1

    assert Act.objects.values().get() == before | {"user_id": None, "acted_by_id": None}


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'USED'",
        "at = '2020-01-01 00:00:00+00:00'",
        "version_id = version_id + 1",
        "user_id = user_id + 1",
        "id = id + 1",
        "user_id = NULL, kind = 'USED'",
    ],
)
def test_an_exposure_never_changes(act: Act, change: str) -> None:
    before = rows("acceptance_exposure")

    with pytest.raises(IntegrityError, match="An exposure never changes"):
        run(f"UPDATE acceptance_exposure SET {change}")  # noqa: S608 - the changes stand above

    assert rows("acceptance_exposure") == before


def test_an_exposure_is_never_deleted(act: Act) -> None:
    with pytest.raises(IntegrityError, match="An exposure is never deleted"):
        run("DELETE FROM acceptance_exposure")

    assert Exposure.objects.count() == 1


def test_the_link_from_an_exposure_to_an_erased_person_is_cut(act: Act) -> None:
    before = Exposure.objects.values().get()

    assert run("UPDATE acceptance_exposure SET user_id = NULL") == 1

    assert Exposure.objects.values().get() == before | {"user_id": None}


@pytest.mark.parametrize("column", ["sha256", "surface", "language", "markup", "release"])
def test_a_presentation_never_changes(act: Act, column: str) -> None:
    before = rows("acceptance_presentation")

    with pytest.raises(IntegrityError, match="A presentation never changes"):
        run(f"UPDATE acceptance_presentation SET {column} = 'other'")  # noqa: S608 - the columns stand above

    assert rows("acceptance_presentation") == before


def test_the_wording_of_a_presentation_never_changes(act: Act) -> None:
    with pytest.raises(IntegrityError, match="A presentation never changes"):
        run("UPDATE acceptance_presentation SET wording = '{}'")

    assert Presentation.objects.get() == act.presentation


def test_a_presentation_is_never_deleted(act: Act) -> None:
    with pytest.raises(IntegrityError, match="A presentation is never deleted"):
        run("DELETE FROM acceptance_presentation")

    assert Presentation.objects.get() == act.presentation


def test_an_act_on_a_draft_is_refused(act: Act, make_draft: Callable[..., PolicyVersion]) -> None:
    draft = make_draft(act.version.policy)
    text = draft.texts.get(language="en")

    with (
        pytest.raises(IntegrityError, match="An act names a text of the published version"),
        transaction.atomic(),
    ):
        Act.objects.create(
            user=act.user, version=draft, text=text, kind=act.kind, at=act.at, presentation=act.presentation
        )

    assert Act.objects.get() == act


def test_an_act_on_a_text_of_another_version_is_refused(
    act: Act, make_second: Callable[..., PolicyVersion]
) -> None:
    second = make_second()

    with (
        pytest.raises(IntegrityError, match="An act names a text of the published version"),
        transaction.atomic(),
    ):
        Act.objects.create(
            user=act.user,
            version=second,
            text=act.text,
            kind=act.kind,
            at=act.at,
            presentation=act.presentation,
        )

    assert Act.objects.get() == act


def test_an_exposure_to_a_draft_is_refused(
    alice: User, first: PolicyVersion, make_draft: Callable[..., PolicyVersion]
) -> None:
    draft = make_draft(first.policy)

    with pytest.raises(IntegrityError, match="Only a published version"), transaction.atomic():
        record_exposures(user_id=alice.pk, version_ids=[draft.pk], kind=ExposureKind.VIEWED, now=EFFECT)

    assert not Exposure.objects.exists()


def test_the_context_of_an_act_is_erased_without_touching_the_act(act: Act) -> None:
    before = rows("acceptance_act")

    assert run("DELETE FROM acceptance_actcontext") == 1

    assert rows("acceptance_act") == before


def test_the_context_of_an_act_may_be_emptied_without_touching_the_act(act: Act) -> None:
    before = rows("acceptance_act")

    assert run("UPDATE acceptance_actcontext SET ip = NULL, user_agent = ''") == 1

    assert rows("acceptance_act") == before


def test_a_person_is_erased_and_what_they_did_stands(act: Act, alice: User) -> None:
    about = (act.version_id, act.text.sha256, act.presentation.sha256, act.kind, act.at)

    ActContext.objects.filter(act__user=alice).delete()
    Act.objects.filter(user=alice).update(user=None, acted_by=None)
    Exposure.objects.filter(user=alice).update(user=None)
    alice.delete()

    kept = Act.objects.get()
    assert (kept.version_id, kept.text.sha256, kept.presentation.sha256, kept.kind, kept.at) == about
    assert Exposure.objects.count() == 1
    assert not Standing.objects.exists()
