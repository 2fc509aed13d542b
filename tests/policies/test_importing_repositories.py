"""Importing the history of a file in a git repository: its texts, each once, with the commits' dates."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from notifications.services import plan_campaigns
from policies import repository as reading
from policies import services
from policies.fingerprints import version_fingerprint
from policies.manuscript import UnreadableFile
from policies.models import ChangeClass, PolicyKind, PolicyText, PolicyVersion
from policies.refusal import Refusal
from policies.repository import RepositoryRefused
from policies.selectors import load_register
from tests.conftest import NOW

from .conftest import rows_written
from .repositories import WrittenRepository

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


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        ("Two.\n", "2026-03-02T09:00:01Z", "is dated in the future."),
        (b"Gr\xf6\xdfe", DAYS[1], "privacy.md is not UTF-8 (byte 2)."),
        (b"a\x00b", DAYS[1], "Line 1 holds the control character U+0000. Remove it."),
        (b"x" * 2_000_001, DAYS[1], "privacy.md is over 2 MB."),
        (b"x" * 20_000_001, DAYS[1], "It is over 20 MB."),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", DAYS[1], "Git LFS"),
    ],
)
def test_one_bad_commit_refuses_the_whole_history_by_its_key(
    repository: WrittenRepository, text: str | bytes, at: str, said: str
) -> None:
    repository.commit(DAYS[0], privacy="One.\n")
    bad = repository.commit(at, privacy=text)
    before = rows_written()

    with pytest.raises(services.ImportRefused) as refused:
        import_repository(repository.folder)

    assert said in str(refused.value)
    assert bad[:10] in str(refused.value)
    assert rows_written() == before


@pytest.mark.parametrize(
    ("fields", "refusal", "said"),
    [
        ({"file": "none.md"}, RepositoryRefused, "No commit holds a file none.md."),
        ({"file": "--output=x.md"}, RepositoryRefused, "“--output=x.md” is no path inside a repository."),
        ({"file": "/etc/privacy.md"}, RepositoryRefused, "is no path inside a repository."),
        ({"file": "a/../privacy.md"}, RepositoryRefused, "is no path inside a repository."),
        ({"file": "a\nb.md"}, RepositoryRefused, "is no path inside a repository."),
        ({"file": "half\udcff.md"}, RepositoryRefused, "is no path inside a repository."),
        ({"file": "*.md"}, RepositoryRefused, "No commit holds a file *.md."),
        ({"file": "link.md"}, RepositoryRefused, "No commit holds a file link.md."),
        ({"file": "folder.md"}, RepositoryRefused, "No commit holds a file folder.md."),
        ({"file": "empty.md"}, services.ImportRefused, "empty.md was empty in every commit."),
        ({"file": "privacy.pdf"}, UnreadableFile, "privacy.pdf is neither"),
        ({"file": ""}, UnreadableFile, "is neither"),
        ({"language": "tlh"}, ValidationError, "not a language of this site"),
        ({"slug": "no slug"}, ValidationError, "slug"),
    ],
)
def test_what_names_no_history_is_refused_and_nothing_is_written(
    repository: WrittenRepository, fields: dict[str, Any], refusal: type[Exception], said: str
) -> None:
    (repository.folder / "link.md").symlink_to("privacy.md")
    repository.write("One.\n", "folder.md/privacy.md")
    repository.commit(DAYS[0], privacy="One.\n", empty=" \n")
    before = rows_written()

    with pytest.raises(refusal) as refused:
        import_repository(repository.folder, **fields)

    assert said in str(refused.value)
    assert rows_written() == before


def test_a_folder_that_is_no_whole_repository_is_refused(
    repository: WrittenRepository, tmp_path: Path
) -> None:
    with pytest.raises(RepositoryRefused, match="has no commit"):
        import_repository(repository.folder)
    repository.commit(DAYS[0], privacy="One.\n")
    repository.commit(DAYS[1], privacy="Two.\n")
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.folder}", str(tmp_path / "shallow"))
    inner = repository.folder / "inner"
    inner.mkdir()

    with pytest.raises(RepositoryRefused, match="holds a part of its history only"):
        import_repository(tmp_path / "shallow")
    for folder in (tmp_path, inner, tmp_path / "missing", repository.folder / "privacy.md"):
        with pytest.raises(RepositoryRefused, match="is no git repository"):
            import_repository(folder)


def test_a_repository_that_lost_an_object_is_refused(repository: WrittenRepository) -> None:
    repository.commit(DAYS[0], privacy="One.\n")
    blob = repository.git("rev-parse", "HEAD:privacy.md")
    (repository.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()

    with pytest.raises(Refusal, match="The repository is damaged or incomplete"):
        import_repository(repository.folder)


def test_where_git_is_missing_or_does_not_answer_a_sentence_says_so(
    repository: WrittenRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit(DAYS[0], privacy="One.\n")
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setattr(reading, "SECONDS", 0.1)

    monkeypatch.setenv("PATH", str(slow.parent))
    with pytest.raises(RepositoryRefused, match="git gave no answer within"):
        import_repository(repository.folder)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(RepositoryRefused, match="The program git is missing"):
        import_repository(repository.folder)


def test_more_commits_than_can_be_read_are_refused(
    repository: WrittenRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in range(3):
        repository.commit(DAYS[day], privacy=f"{day}.\n")
    monkeypatch.setattr(reading, "COMMITS_LIMIT", 2)

    with pytest.raises(RepositoryRefused, match="More than 2 commits changed the file"):
        import_repository(repository.folder)


def test_nothing_that_a_repository_names_is_run(
    repository: WrittenRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hooks, filters, textconv, external diffs, monitors, pagers, signatures and remotes name programs."""
    ran = tmp_path / "ran"
    trap = tmp_path / "trap"
    trap.write_text(f'#!/bin/sh\necho "$0 $*" >>{ran}\ncat\n')
    trap.chmod(0o755)
    repository.commit(DAYS[0], privacy="One.\n")
    repository.git("mv", "privacy.md", "policy.md")
    repository.commit(DAYS[1])
    repository.write("*.md filter=trap diff=trap\n", ".git/info/attributes")
    for name in ("post-checkout", "post-index-change", "pre-auto-gc", "reference-transaction"):
        (repository.folder / ".git" / "hooks").mkdir(exist_ok=True)
        (repository.folder / ".git" / "hooks" / name).write_bytes(trap.read_bytes())
        (repository.folder / ".git" / "hooks" / name).chmod(0o755)
    blob = repository.git("rev-parse", "HEAD:policy.md")
    (repository.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    for name, value in {
        "core.fsmonitor": trap,
        "core.pager": trap,
        "core.sshCommand": trap,
        "pager.rev-list": "true",
        "filter.trap.smudge": trap,
        "filter.trap.clean": trap,
        "diff.trap.textconv": trap,
        "diff.trap.command": trap,
        "diff.external": trap,
        "gpg.program": trap,
        "log.showSignature": "true",
        "alias.rev-list": f"!{trap}",
        "extensions.partialClone": "origin",
        "core.repositoryFormatVersion": "1",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::{trap}",
        "protocol.ext.allow": "always",
        "protocol.allow": "always",
    }.items():
        repository.git("config", name, str(value))
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(trap))

    with pytest.raises(Refusal, match="The repository is damaged or incomplete"):
        import_repository(repository.folder, file="policy.md")

    assert not ran.exists(), ran.read_text()
    # The trap is set: git as anybody asks it springs it.
    monkeypatch.delenv("GIT_DIR")
    asked = ["git", "status"]
    subprocess.run(
        asked, cwd=repository.folder, capture_output=True, stdin=subprocess.DEVNULL, timeout=20, check=False
    )
    assert ran.exists()
