"""The command line in processes of their own: one sentence, status 2, and nothing written."""

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from accounts.models import User
from policies.models import PolicyVersion
from policies.selectors import load_register

from .conftest import bad_files, rows_written

pytestmark = pytest.mark.once

Manage = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def manuscript(tmp_path: Path) -> Path:
    path = tmp_path / "policy.md"
    path.write_text("# Privacy\n\nWe keep orders.\n")
    return path


def refuses(process: subprocess.CompletedProcess[str], said: str) -> None:
    """Expect one sentence on the error stream, status 2, and nothing of the program's inside."""
    assert process.returncode == 2, process.stderr
    assert said in process.stderr
    assert process.stderr.count("\n") == 1
    assert "Traceback" not in process.stderr
    assert process.stdout == ""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("latin.md", "not UTF-8 (byte 2)"),
        ("blank.txt", "The text is empty."),
        ("missing.md", "cannot be read"),
        ("tracked.docx", "tracked.docx holds tracked changes."),
    ],
)
def test_a_process_that_is_given_a_bad_file_says_one_sentence_and_writes_nothing(
    committed: None, manage: Manage, tmp_path: Path, name: str, said: str
) -> None:
    before = rows_written()

    process = manage("import_policy", "privacy", bad_files(tmp_path)[name])

    refuses(process, said)
    assert rows_written() == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--language", "tlh"], "“tlh” is not a language of this site. Choose one of: en, de, fr."),
        (["--effective-at", "2099-01-01"], "“2099-01-01” has no time zone. Add one"),
    ],
)
def test_a_process_that_is_given_bad_arguments_says_one_sentence_and_writes_nothing(
    committed: None, manage: Manage, manuscript: Path, arguments: list[str], said: str
) -> None:
    before = rows_written()

    process = manage("import_policy", "privacy", manuscript, *arguments)

    refuses(process, said)
    assert rows_written() == before


def test_a_process_that_is_given_a_bad_manifest_says_one_sentence_and_writes_nothing(
    committed: None, manage: Manage, make_history: Callable[..., Path]
) -> None:
    folder = make_history(("1", "../policy.md", "2020-01-01T00:00Z", ""), files={})
    before = rows_written()

    process = manage("import_policy", "privacy", folder)

    refuses(process, "“../policy.md” is not the name of a file in the folder.")
    assert rows_written() == before


def test_a_process_refuses_to_publish_what_nobody_approved_and_writes_nothing(
    committed: None, manage: Manage, make_draft: Callable[..., PolicyVersion], approver: User
) -> None:
    draft = make_draft(effective_at=datetime(2099, 1, 1, tzinfo=UTC))
    before = rows_written()

    process = manage("publish_policy", "privacy", "--by", approver.email)

    refuses(process, "The approval of another person on exactly this text is missing.")
    assert rows_written() == before
    assert not PolicyVersion.objects.get(pk=draft.pk).is_published


def test_processes_import_approve_and_publish_on_the_same_database(
    committed: None, manage: Manage, manuscript: Path, author: User, approver: User
) -> None:
    moment = ("--effective-at", "2099-01-01T00:00+01:00")
    done = [
        manage("import_policy", "privacy", manuscript, "--author", author.email, *moment),
        manage("approve_policy", "privacy", "--by", approver.email),
        manage("publish_policy", "privacy", "--by", approver.email),
    ]

    assert [(process.returncode, process.stderr) for process in done] == [(0, "")] * 3
    assert done[-1].stdout == "Published version 1 of privacy, in force from 2098-12-31T23:00:00Z.\n"
    assert [entry.number for entry in load_register().of("privacy")] == [1]


@pytest.mark.pure
def test_a_command_without_its_arguments_says_which_ones_it_takes(manage: Manage) -> None:
    process = manage("publish_policy")

    assert process.returncode == 2
    assert "the following arguments are required: slug, --by" in process.stderr


@pytest.mark.pure
def test_a_comparison_says_the_same_in_every_process(manage: Manage, tmp_path: Path) -> None:
    """Python orders a set of words differently in each process: nothing may depend on it.

    Six paragraphs share as rare a phrase with the one that moved away as the one that it became.
    """
    words = [f"word{n}" for n in range(16)]
    became = " ".join(word if at % 2 == 0 or at == 1 else f"other{at}" for at, word in enumerate(words))
    alike = [
        " ".join(["It", *words[at : at + 3], *(f"says{at}x{n}" for n in range(9))]) for at in range(3, 14, 2)
    ]
    stays = "This one stays here as it is for good.", "That one stays here as it was before."
    old = ["## A", f"{' '.join(words)}.", stays[0], "## B", stays[1]]
    new = ["## A", stays[0], "## B", stays[1], *(f"{text}." for text in (*alike, became))]
    files = tmp_path / "old.md", tmp_path / "new.md"
    for file, paragraphs in zip(files, (old, new), strict=True):
        file.write_text("\n\n".join(paragraphs), "utf-8")

    said = {manage("redline", *files, "--format", "json", PYTHONHASHSEED=seed).stdout for seed in "123"}
    assert len(said) == 1
    assert json.loads(said.pop())["stats"]["clauses"]
