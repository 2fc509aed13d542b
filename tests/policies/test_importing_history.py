"""Importing a history: published versions with their own dates, all or nothing."""

import hashlib
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from notifications.models import Campaign
from notifications.services import plan_campaigns
from policies import services
from policies.fingerprints import version_fingerprint
from policies.instants import UnclearInstant
from policies.manuscript import UnreadableFile
from policies.models import ChangeClass, Policy, PolicyKind, PolicyVersion
from policies.rendering import EmptyText, UnprintableCharacter
from policies.selectors import load_register
from tests.conftest import NOW

from .conftest import rows_written

DAY = timedelta(days=1)
HISTORY = (
    ("1", "001.md", "2019-05-14T12:36:19-07:00", "First wording"),
    ("2", "002.md", "2020-05-25T08:24:21+02:00", "Shorter storage"),
    ("3", "003.txt", "2020-05-25T08:24:21+02:00", ""),
)


def import_history(folder: Path, **fields: Any) -> list[PolicyVersion]:
    known: dict[str, Any] = {"slug": "privacy", "language": "en", "now": NOW}
    return services.import_history(folder=folder, **(known | fields))


def test_a_history_becomes_published_versions_with_their_own_dates(
    db: None, make_history: Callable[..., Path]
) -> None:
    folder = make_history(*HISTORY)

    versions = import_history(folder, kind=PolicyKind.COOKIES, change_class=ChangeClass.EDITORIAL)

    facts = load_register().of("privacy")
    assert [entry.version_id for entry in facts] == [version.pk for version in versions]
    assert [entry.number for entry in facts] == [1, 2, 3]
    assert [entry.published_at for entry in facts] == [
        datetime(2019, 5, 14, 19, 36, 19, tzinfo=UTC),
        datetime(2020, 5, 25, 6, 24, 21, tzinfo=UTC),
        datetime(2020, 5, 25, 6, 24, 21, tzinfo=UTC),
    ]
    assert all(entry.published_at == entry.effective_at for entry in facts)
    assert [entry.reason for entry in facts] == ["First wording", "Shorter storage", ""]
    assert {(entry.kind, entry.change_class, entry.imported) for entry in facts} == {
        ("COOKIES", "EDITORIAL", True)
    }


def test_what_was_imported_answers_what_was_in_force_then(
    db: None, make_history: Callable[..., Path]
) -> None:
    import_history(make_history(*HISTORY))

    facts = load_register()
    days = [datetime(year, 6, 1, tzinfo=UTC) for year in (2018, 2019, 2020)]
    found = [facts.in_force("privacy", day) for day in days]
    assert [entry and entry.number for entry in found] == [None, 1, 3]


def test_nobody_is_told_of_what_was_imported(
    db: None, make_history: Callable[..., Path], alice: User
) -> None:
    import_history(make_history(*HISTORY))

    made = plan_campaigns(now=NOW)

    assert (made, Campaign.objects.count()) == (0, 0)


def test_an_imported_version_names_nobody_as_author_or_publisher_and_says_when_it_was_imported(
    db: None, make_history: Callable[..., Path]
) -> None:
    (version, *_more) = import_history(make_history(*HISTORY))

    stored = PolicyVersion.objects.get(pk=version.pk)
    assert (stored.author, stored.published_by, stored.imported_at) == (None, None, NOW)
    assert stored.approvals.count() == 0


def test_the_digests_of_what_was_imported_are_those_of_the_text_in_one_form(
    db: None, make_history: Callable[..., Path]
) -> None:
    body = "## Größe\n\nWir bewahren *Bestellungen* auf.\n"
    handed_over = unicodedata.normalize("NFD", f"# Datenschutz\n\n{body}").replace("\n", "\r\n")
    folder = make_history(HISTORY[0], files={"001.md": handed_over})

    (version,) = import_history(folder, language="de")

    text = version.texts.get()
    assert text.body == body
    assert text.sha256 == hashlib.sha256(body.encode()).hexdigest()
    assert version.fingerprint == version_fingerprint(PolicyVersion.objects.get(pk=version.pk))


def test_a_history_goes_on_where_the_policy_stands(
    make_version: Callable[..., PolicyVersion], make_history: Callable[..., Path]
) -> None:
    make_version(published_at=NOW - 10 * DAY)

    (version,) = import_history(make_history(("2", "b.md", (NOW - DAY).isoformat(), "")))

    assert version.number == 2


def test_a_new_version_can_be_published_on_top_of_an_imported_history(
    db: None, make_history: Callable[..., Path], make_version: Callable[..., PolicyVersion]
) -> None:
    import_history(make_history(*HISTORY))

    assert make_version().number == 4


def test_numbers_may_be_written_with_zeros_in_front(db: None, make_history: Callable[..., Path]) -> None:
    (version,) = import_history(make_history(("001", "a.md", "2020-01-01T00:00Z", "")))

    assert version.number == 1


@pytest.mark.parametrize(
    ("lines", "refusal", "said"),
    [
        ([], services.ImportRefused, "manifest.csv lists no version."),
        ([("2", "a.md", "2020-01-01T00:00Z")], services.ImportRefused, "goes on with 2"),
        (
            [("1", "a.md", "2020-01-01T00:00Z"), ("3", "b.md", "2020-01-02T00:00Z")],
            services.ImportRefused,
            "The next version of “privacy” is 2, but manifest.csv goes on with 3.",
        ),
        (
            [("1", "a.md", "2020-01-01T00:00Z"), ("1", "b.md", "2020-01-02T00:00Z")],
            services.ImportRefused,
            "Version 1 of “privacy” exists already.",
        ),
        (
            [("1", "a.md", "2020-01-02T00:00Z"), ("2", "b.md", "2020-01-01T00:00Z")],
            services.ImportRefused,
            "Version 2 is dated before its predecessor.",
        ),
        (
            [("1", "a.md", "2026-03-02T09:00:01Z")],
            services.ImportRefused,
            "Version 1 is dated in the",
        ),
        ([("one", "a.md", "2020-01-01T00:00Z")], services.ImportRefused, "Line 2 of manifest.csv: “one”"),
        ([("0", "a.md", "2020-01-01T00:00Z")], services.ImportRefused, "“0” is not a version number."),
        ([("-1", "a.md", "2020-01-01T00:00Z")], services.ImportRefused, "“-1” is not a version number."),
        ([("9" * 5000, "a.md", "2020-01-01T00:00Z")], services.ImportRefused, "is not a version number."),
        ([("", "a.md", "2020-01-01T00:00Z")], services.ImportRefused, "“” is not a version number."),
        ([("1", "a.md", "2020-01-01T00:00")], UnclearInstant, "“2020-01-01T00:00” has no time zone."),
        ([("1", "a.md", "yesterday")], UnclearInstant, "“yesterday” is not a date and time."),
        ([("1", "a.md")], UnclearInstant, "“” is not a date and time."),
        ([("1", "a.md", "0001-01-01T00:00+14:00")], UnclearInstant, "out of reach"),
        ([("1", "", "2020-01-01T00:00Z")], services.ImportRefused, "“” is not the name of a file"),
        ([("1", "../a.md", "2020-01-01T00:00Z")], services.ImportRefused, "“../a.md” is not the name"),
        ([("1", "/etc/passwd", "2020-01-01T00:00Z")], services.ImportRefused, "“/etc/passwd” is not the"),
        ([("1", "sub/a.md", "2020-01-01T00:00Z")], services.ImportRefused, "“sub/a.md” is not the name"),
        ([("1", "..", "2020-01-01T00:00Z")], UnreadableFile, "is no .md, .txt or .docx file"),
        ([("1", "manifest.csv", "2020-01-01T00:00Z")], UnreadableFile, "is no .md, .txt or .docx file"),
        ([("1", "none.md", "2020-01-01T00:00Z")], UnreadableFile, "none.md cannot be read"),
        ([("1", "empty.md", "2020-01-01T00:00Z")], EmptyText, "The text is empty."),
        (
            [("1", "a.md", "2020-01-01T00:00Z"), ("2", "empty.md", "2020-01-02T00:00Z")],
            EmptyText,
            "The text is empty.",
        ),
        ([("1", "a\0.md", "2020-01-01T00:00Z")], UnprintableCharacter, "U+0000"),
        ([("x" * 200_000, "a.md", "2020-01-01T00:00Z")], services.ImportRefused, "is not CSV after line"),
    ],
)
def test_a_history_that_cannot_be_is_refused_as_a_whole(
    db: None,
    make_history: Callable[..., Path],
    lines: list[tuple[str, ...]],
    refusal: type[Exception],
    said: str,
) -> None:
    folder = make_history(*lines, files={"a.md": "One.\n", "b.md": "Two.\n", "empty.md": " \n"})
    before = rows_written()

    with pytest.raises(refusal) as refused:
        import_history(folder)

    assert said in str(refused.value)
    assert rows_written() == before


@pytest.mark.parametrize("missing", ["number", "file", "committed_at"])
def test_a_manifest_without_a_column_is_refused_by_its_name(
    db: None, make_history: Callable[..., Path], missing: str
) -> None:
    columns = tuple(column if column != missing else "other" for column in ("number", "file", "committed_at"))
    folder = make_history(("1", "a.md", "2020-01-01T00:00Z"), columns=columns)

    with pytest.raises(services.ImportRefused, match=f"manifest.csv lacks the column {missing}"):
        import_history(folder)

    assert Policy.objects.count() == 0


def test_a_folder_without_a_manifest_is_refused(db: None, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"manifest\.csv cannot be read"):
        import_history(tmp_path)


def test_what_exists_already_is_not_imported_again(db: None, make_history: Callable[..., Path]) -> None:
    folder = make_history(*HISTORY)
    import_history(folder)
    before = rows_written()

    with pytest.raises(services.ImportRefused, match="Version 1 of “privacy” exists already"):
        import_history(folder)

    assert rows_written() == before


def test_a_history_is_not_put_before_what_was_published_later(
    make_version: Callable[..., PolicyVersion], make_history: Callable[..., Path]
) -> None:
    make_version(published_at=NOW - DAY)

    with pytest.raises(services.ImportRefused, match="Version 2 is dated before its predecessor"):
        import_history(make_history(("2", "b.md", "2020-01-01T00:00Z", "")))


def test_a_history_in_an_unknown_language_is_refused(db: None, make_history: Callable[..., Path]) -> None:
    with pytest.raises(ValidationError, match="not a language of this site"):
        import_history(make_history(*HISTORY), language="tlh")

    assert Policy.objects.count() == 0
