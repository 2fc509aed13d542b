"""Importing the history of a file in a git repository: its texts, each once, with the commits' dates."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from notifications.services import plan_campaigns
from policies import services
from policies.fingerprints import version_fingerprint
from policies.models import ChangeClass, PolicyKind, PolicyText, PolicyVersion
from policies.selectors import load_register
from tests.conftest import NOW

from .conftest import rows_written
from .repositories import WrittenRepository

pytestmark = pytest.mark.once

DAYS = [f"2020-01-0{day}T12:00:00+01:00" for day in range(1, 10)]


@pytest.fixture
def repository(db: None, tmp_path: Path) -> WrittenRepository:
    return WrittenRepository(tmp_path / "policies")


def import_repository(folder: Path, **fields: Any) -> list[PolicyVersion]:
    known: dict[str, Any] = {"slug": "privacy", "file": "privacy.md", "language": "en", "now": NOW}
    return services.import_repository(folder=folder, **(known | fields))


def bodies() -> list[str]:
    """Give the bodies of all versions in their order."""
    return [text.body.strip() for text in PolicyText.objects.order_by("version__number")]


def test_each_commit_that_changed_the_file_becomes_a_published_version(repository: WrittenRepository) -> None:
    repository.commit("2020-01-01T23:30:00-07:00", "First wording", privacy="# Privacy\n\nOne.\n")
    repository.commit("2020-01-03T00:00:00Z", "Something else", terms="# Terms\n\nOne.\n")
    repository.commit("2020-01-05T12:00:00+01:00", "Größe\n\nWith a body.", privacy="# Privacy\n\nTwo.\n")

    versions = import_repository(
        repository.folder, kind=PolicyKind.COOKIES, change_class=ChangeClass.EDITORIAL
    )

    facts = load_register().of("privacy")
    assert [entry.version_id for entry in facts] == [version.pk for version in versions]
    assert [(entry.number, entry.reason) for entry in facts] == [(1, "First wording"), (2, "Größe")]
    assert [entry.published_at for entry in facts] == [
        datetime(2020, 1, 2, 6, 30, tzinfo=UTC),
        datetime(2020, 1, 5, 11, tzinfo=UTC),
    ]
    assert all(entry.published_at == entry.effective_at for entry in facts)
    assert {(entry.kind, entry.change_class, entry.imported) for entry in facts} == {
        ("COOKIES", "EDITORIAL", True)
    }
    assert bodies() == ["One.", "Two."]
    assert versions[0].fingerprint == version_fingerprint(PolicyVersion.objects.get(pk=versions[0].pk))


def test_nobody_is_told_of_a_history_from_a_repository(repository: WrittenRepository, alice: User) -> None:
    repository.commit(DAYS[0], privacy="One.\n")

    import_repository(repository.folder)

    assert plan_campaigns(now=NOW) == 0


def test_a_bare_repository_and_a_file_in_a_folder_are_read_too(
    repository: WrittenRepository, tmp_path: Path
) -> None:
    repository.write("One.\n", "legal/en/[privacy].md")
    repository.commit(DAYS[0])
    repository.git("clone", "--quiet", "--bare", ".", str(tmp_path / "bare.git"))

    import_repository(tmp_path / "bare.git", file="./legal//en/[privacy].md")

    assert bodies() == ["One."]


def test_what_is_in_the_working_tree_alone_is_not_published(repository: WrittenRepository) -> None:
    repository.commit(DAYS[0], privacy="One.\n")
    repository.write("Two.\n")

    import_repository(repository.folder)

    assert bodies() == ["One."]


def test_a_commit_that_leaves_the_text_as_it_was_brings_no_version(repository: WrittenRepository) -> None:
    repository.commit(DAYS[0], privacy="# Privacy\n\nGröße.\n")
    repository.commit(DAYS[1], privacy="# Privacy\r\n\r\nGro\u0308ße. \r\n\r\n")
    repository.commit(DAYS[2], privacy="---\nlayout: page\n---\n# Privacy\n\nGröße.\n")
    (repository.folder / "privacy.md").chmod(0o755)
    repository.commit(DAYS[3])
    repository.commit(DAYS[4], privacy="# Our privacy\n\nGröße.\n")

    import_repository(repository.folder)

    assert [text.title for text in PolicyText.objects.order_by("pk")] == ["Privacy", "Our privacy"]


def test_a_revert_is_a_version_and_so_is_what_comes_back_changed(repository: WrittenRepository) -> None:
    repository.commit(DAYS[0], privacy="One.\n")
    repository.commit(DAYS[1], privacy="Two.\n")
    repository.git("revert", "--no-edit", "HEAD", at=DAYS[2])
    repository.commit(DAYS[3], privacy=None)
    repository.commit(DAYS[4], privacy="One.\n")
    repository.commit(DAYS[5], privacy="")
    repository.commit(DAYS[6], privacy="Three.\n")

    import_repository(repository.folder)

    assert bodies() == ["One.", "Two.", "One.", "Three."]


def test_a_text_is_dated_when_it_was_merged(repository: WrittenRepository) -> None:
    repository.commit(DAYS[0], "First", privacy="One.\n")
    repository.git("checkout", "--quiet", "-b", "proposal")
    repository.commit(DAYS[1], "Proposed", privacy="Two?\n")
    repository.commit(DAYS[2], "Better", privacy="Two.\n")
    repository.git("checkout", "--quiet", "main")
    repository.git("merge", "--quiet", "--no-ff", "-m", "Merge the proposal", "proposal", at=DAYS[4])
    repository.git("checkout", "--quiet", "-b", "aside")
    repository.commit(DAYS[5], "Of something else", terms="One.\n")
    repository.git("checkout", "--quiet", "main")
    repository.git("merge", "--quiet", "--no-ff", "-m", "Merge what is aside", "aside", at=DAYS[6])

    versions = import_repository(repository.folder)

    assert [version.reason for version in versions] == ["First", "Merge the proposal"]
    assert versions[1].published_at == datetime.fromisoformat(DAYS[4])
    assert bodies() == ["One.", "Two."]


def test_a_file_is_followed_under_its_former_names_but_for_a_kind_that_is_not_read(
    repository: WrittenRepository,
) -> None:
    text = "".join(f"We keep orders of the year {year}.\n" for year in range(2000, 2020))
    repository.write(f"<p>{text}", "privacy.html")
    repository.commit(DAYS[0])
    repository.git("mv", "privacy.html", "old.txt")
    repository.write(text, "old.txt")
    repository.commit(DAYS[1], "As a text")
    repository.git("mv", "old.txt", "privacy.md")
    repository.write(f"{text}*More.*\n")
    repository.commit(DAYS[2], "As Markdown")
    repository.write("Another one.\n", "old.txt")
    repository.commit(DAYS[3], "Another file of the former name")

    versions = import_repository(repository.folder)

    assert [version.reason for version in versions] == ["As a text", "As Markdown"]


def test_a_later_import_takes_over_only_what_came_after(repository: WrittenRepository) -> None:
    repository.commit(DAYS[0], privacy="One.\n")
    repository.commit(DAYS[1], privacy="Two.\n")
    import_repository(repository.folder)
    repository.commit(DAYS[2], privacy="Two.\n\n")
    repository.commit(DAYS[3], privacy="One.\n")

    later, nothing = import_repository(repository.folder), import_repository(repository.folder)

    assert [version.number for version in later] == [3]
    assert nothing == []
    assert bodies() == ["One.", "Two.", "One."]


def test_a_history_goes_on_only_where_the_newest_version_is_in_it(
    repository: WrittenRepository, make_version: Callable[..., PolicyVersion]
) -> None:
    make_version(published_at=datetime(2020, 1, 1, tzinfo=UTC), body="One.\n")
    repository.commit(DAYS[0], privacy="One.\n")
    repository.commit(DAYS[1], privacy="Two.\n")
    before = rows_written()

    with pytest.raises(services.ImportRefused, match="Version 1 of “privacy” is not in this history"):
        import_repository(repository.folder)

    assert rows_written() == before


def test_a_history_that_a_manifest_began_goes_on_from_the_repository(
    repository: WrittenRepository, make_history: Callable[..., Path]
) -> None:
    manifest = make_history(("1", "a.md", DAYS[0], "First"), files={"a.md": "One.\n"})
    services.import_history(slug="privacy", folder=manifest, language="en", now=NOW)
    repository.commit(DAYS[0], privacy="One.\n")
    repository.commit(DAYS[1], privacy="Two.\n")

    (version,) = import_repository(repository.folder)

    assert (version.number, bodies()) == (2, ["One.", "Two."])


def test_dates_that_run_backwards_are_refused_by_their_commits(repository: WrittenRepository) -> None:
    first = repository.commit(DAYS[3], privacy="One.\n")
    second = repository.commit(DAYS[2], privacy="Two.\n")

    with pytest.raises(services.ImportRefused) as refused:
        import_repository(repository.folder)

    assert str(refused.value).startswith(
        f"Commit {second[:10]} ({DAYS[2]}) is dated before commit {first[:10]} ({DAYS[3]}), which it follows."
    )


def test_dates_of_commits_that_bring_no_version_may_run_backwards(repository: WrittenRepository) -> None:
    repository.commit(DAYS[3], privacy="One.\n")
    repository.commit(DAYS[2], privacy="One.\n\n")
    repository.commit(DAYS[3], privacy="Two.\n")

    assert len(import_repository(repository.folder)) == 2
