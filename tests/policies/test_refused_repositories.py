"""Repositories whose history is refused as a whole, and of which nothing is ever run."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from policies import repository as reading
from policies import services
from policies.manuscript import UnreadableFile
from policies.refusal import Refusal
from policies.repository import RepositoryRefused

from .conftest import rows_written
from .repositories import WrittenRepository
from .test_importing_repositories import DAYS, import_repository

pytestmark = pytest.mark.once


@pytest.fixture
def repository(db: None, tmp_path: Path) -> WrittenRepository:
    return WrittenRepository(tmp_path / "policies")


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
        ({"file": "privacy.pdf"}, UnreadableFile, "privacy.pdf is no .md"),
        ({"file": ""}, UnreadableFile, "is no .md"),
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
