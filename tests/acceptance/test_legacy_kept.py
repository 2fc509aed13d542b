"""What was taken over from an older system is kept as it is, by the database and by the ledger."""

from collections.abc import Callable, Iterator

import pytest
from django.db import IntegrityError, connection, transaction

from acceptance.models import EntryKind, LedgerEntry, LegacyAcceptance
from acceptance.services import import_acceptances, read_rows
from acceptance.services.comparing import wrong_legacy
from acceptance.triggers import ACCEPTANCE_TRIGGERS
from accounts.models import User
from policies.models import PolicyVersion
from policies.triggers import create_triggers, drop_triggers
from tests.acceptance.conftest import SECOND_EFFECT
from tests.conftest import NOW


def run(statement: str) -> int:
    """Run raw SQL inside a savepoint."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.rowcount)


CHANGES = [
    "source = 'x'",
    "at = '2020-01-01 00:00:00+00:00'",
    "version_id = NULL",
    "user_id = (SELECT id FROM accounts_user WHERE email = 'charlie@example.com')",
    "imported_at = '2027-01-01 00:00:00+00:00'",
]


@pytest.fixture
def taken(alice: User, charlie: User, first: PolicyVersion) -> LegacyAcceptance:
    """Give what was taken over of Alice; Charlie exists, so that it could be made his."""
    lines = ["email,at,version,source\n", "alice@example.com,2026-03-03T09:00Z,1,Old shop\n"]
    import_acceptances(slug="privacy", rows=read_rows(lines), skip_bad=False, tell=print, now=SECOND_EFFECT)
    return LegacyAcceptance.objects.get()


@pytest.fixture
def bare(taken: LegacyAcceptance) -> Iterator[None]:
    """Take the triggers off, as who owns the database can."""
    drop_triggers(connection, ACCEPTANCE_TRIGGERS)
    yield
    create_triggers(connection, ACCEPTANCE_TRIGGERS)


@pytest.mark.parametrize("change", [*CHANGES, "salt = id", "salt = ''"])
def test_the_database_keeps_it_as_it_is(taken: LegacyAcceptance, change: str) -> None:
    if connection.vendor == "postgresql":
        change = change.replace("salt = id", r"salt = '\x00'")

    with pytest.raises(IntegrityError, match="never changes"):
        run(f"UPDATE acceptance_legacyacceptance SET {change}")  # noqa: S608 - the changes stand above


def test_the_database_deletes_none(taken: LegacyAcceptance) -> None:
    with pytest.raises(IntegrityError, match="never deleted"):
        run("DELETE FROM acceptance_legacyacceptance")


@pytest.mark.parametrize(
    "change", [*CHANGES, "salt = ''", *(f"{change}, salt = ''" for change in CHANGES if "user_id" in change)]
)
def test_whatever_is_changed_behind_the_site_s_back_is_found_out(bare: None, change: str) -> None:
    run(f"UPDATE acceptance_legacyacceptance SET {change}")  # noqa: S608 - the changes stand above

    assert {finding.verdict.name for finding in wrong_legacy()} == {"TAMPERED"}


def test_a_row_that_is_gone_is_missed(bare: None) -> None:
    run("DELETE FROM acceptance_legacyacceptance")

    assert [finding.sentence for finding in wrong_legacy()] == [
        "1 acceptances that were taken over are in the ledger alone."
    ]


def test_of_an_erased_person_a_row_is_left_that_still_verifies(taken: LegacyAcceptance) -> None:
    LegacyAcceptance.objects.update(user=None, salt=b"")

    assert LegacyAcceptance.objects.get().user is None
    assert list(wrong_legacy()) == []


def test_it_names_a_published_version_of_its_policy_or_none(
    taken: LegacyAcceptance, agreement: PolicyVersion, make_draft: Callable[..., PolicyVersion]
) -> None:
    for version in (agreement, make_draft()):
        entry = LedgerEntry.objects.create(kind=EntryKind.LEGACY, body=b"{}", entered_at=NOW)
        forged = LegacyAcceptance(
            user=None, policy=taken.policy, version=version, at=NOW, source="x", imported_at=NOW, entry=entry
        )
        with pytest.raises(IntegrityError, match="a published version of its policy"), transaction.atomic():
            forged.save(force_insert=True)
