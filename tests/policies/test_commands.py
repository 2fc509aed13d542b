"""The command line: the same services as the desk, and status 2 for what cannot be."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from policies.models import Approval, Policy, PolicyVersion
from policies.selectors import load_register
from tests.conftest import NOW

from .conftest import bad_files, rows_written
from .documents import document, paragraph
from .documents import run as words
from .repositories import WrittenRepository


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the commands of this process read the instant at which tests happen."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def manuscript(tmp_path: Path) -> Path:
    path = tmp_path / "policy.md"
    path.write_text("# Privacy\n\nWe keep orders.\n")
    return path


def run(*arguments: str | Path | int) -> str:
    """Run a command in this process and give what it says."""
    output = StringIO()
    call_command(str(arguments[0]), *map(str, arguments[1:]), stdout=output)
    return output.getvalue()


def refused(*arguments: str | Path | int) -> str:
    """Run a command that refuses with status 2, and give its sentence."""
    with pytest.raises(CommandError) as refusal:
        run(*arguments)
    assert refusal.value.returncode == 2
    return str(refusal.value)


def test_a_policy_goes_from_a_file_to_publication_at_the_command_line(
    db: None, manuscript: Path, author: User, approver: User
) -> None:
    moment = "2026-04-15T00:00+02:00"
    imported = run(
        *("import_policy", "privacy", manuscript, "--author", author.email, "--effective-at", moment),
        *("--reason", "A new supplier.", "--summary", "Less is kept.", "--change-class", "BENEFICIAL"),
    )
    draft = PolicyVersion.objects.get()

    approved = run("approve_policy", "privacy", "--by", approver.email)
    published = run("publish_policy", "privacy", "--by", approver.email.upper())

    (entry,) = load_register().of("privacy")
    assert f"Imported draft {draft.pk} of privacy." in imported
    assert f"Approved draft {draft.pk} of privacy: {draft.fingerprint}." in approved
    assert published == "Published version 1 of privacy, in force from 2026-04-14T22:00:00Z.\n"
    assert (entry.change_class, entry.reason) == ("BENEFICIAL", "A new supplier.")
    assert entry.effective_at == datetime(2026, 4, 14, 22, tzinfo=UTC)


def test_a_folder_is_imported_as_history(db: None, make_history: Callable[..., Path]) -> None:
    folder = make_history(("1", "a.md", "2020-01-01T00:00Z", ""), ("2", "b.txt", "2021-01-01T00:00Z", ""))

    said = run("import_policy", "privacy", folder, "--change-class", "EDITORIAL", "--kind", "TERMS")

    assert said == "Imported 2 published versions of privacy.\n"
    assert [entry.change_class for entry in load_register().of("privacy")] == ["EDITORIAL", "EDITORIAL"]


def test_a_word_document_becomes_a_draft(db: None, tmp_path: Path) -> None:
    path = tmp_path / "policy.docx"
    path.write_bytes(
        document(paragraph(words("Privacy"), style="Titel"), paragraph(words("We keep orders.")))
    )

    run("import_policy", "privacy", path)

    text = PolicyVersion.objects.get().texts.get()
    assert (text.title, text.body) == ("Privacy", "We keep orders.\n")


def test_the_history_of_a_file_in_a_repository_is_imported_and_goes_on_later(
    db: None, tmp_path: Path
) -> None:
    repository = WrittenRepository(tmp_path / "policies")
    repository.commit("2020-01-01T00:00:00Z", privacy="One.\n")
    asked = ("import_policy", "privacy", repository.folder, "--file", "privacy.md")

    first, nothing = run(*asked), run(*asked)
    repository.commit("2021-01-01T00:00:00Z", privacy="Two.\n")
    later = run(*asked)

    assert first == "Imported 1 published versions of privacy.\n"
    assert nothing == "Nothing new: the newest version of privacy is there.\n"
    assert later == "Imported 1 published versions of privacy, after version 1.\n"


def test_a_repository_without_a_file_and_a_file_without_a_repository_are_refused(
    db: None, tmp_path: Path, manuscript: Path
) -> None:
    repository = WrittenRepository(tmp_path / "policies")
    repository.commit("2020-01-01T00:00:00Z", privacy="One.\n")
    before = rows_written()

    assert refused("import_policy", "privacy", repository.folder).endswith(
        "policies holds no manifest.csv. Of a git repository, name a file with --file."
    )
    assert "policy.md is no git repository." in refused(
        "import_policy", "privacy", manuscript, "--file", "privacy.md"
    )
    assert rows_written() == before


def test_a_history_is_neutral_unless_it_is_said_what_it_means(
    db: None, make_history: Callable[..., Path], manuscript: Path
) -> None:
    run("import_policy", "privacy", make_history(("1", "a.md", "2020-01-01T00:00Z", "")))
    run("import_policy", "terms", manuscript)

    classes = PolicyVersion.objects.order_by("pk").values_list("change_class", flat=True)
    assert list(classes) == ["NEUTRAL", "MATERIAL"]


def test_a_draft_is_approved_as_it_stands_after_another_one_was_published(
    make_draft: Callable[..., PolicyVersion], approve: Callable[..., Approval], approver: User
) -> None:
    first, second = make_draft(), make_draft(body="Another text.")
    approve(first)
    run("publish_policy", "privacy", "--by", approver.email, "--draft", first.pk)

    run("approve_policy", "privacy", "--by", approver.email)
    undone = refused("publish_policy", "privacy", "--by", approver.email)
    wrong = refused("approve_policy", "privacy", "--by", approver.email, "--holds", 2)
    run("approve_policy", "privacy", "--by", approver.email, "--holds", 1)
    said = run("publish_policy", "privacy", "--by", approver.email)

    assert undone.startswith("Version 1 was published after this draft was begun")
    assert wrong.startswith("Another version was published meanwhile")
    assert said.startswith("Published version 2 of privacy")
    assert PolicyVersion.objects.get(pk=second.pk).number == 2


def test_where_there_are_several_drafts_one_must_be_chosen(
    make_draft: Callable[..., PolicyVersion], approver: User
) -> None:
    first, second = make_draft(), make_draft()

    said = refused("approve_policy", "privacy", "--by", approver.email)
    run("approve_policy", "privacy", "--by", approver.email, "--draft", second.pk)

    assert said == f"“privacy” has several drafts ({first.pk}, {second.pk}). Choose one with --draft."
    assert Approval.objects.get().version == second


@pytest.mark.parametrize("command", ["approve_policy", "publish_policy"])
def test_an_unknown_policy_draft_or_address_is_refused(
    make_draft: Callable[..., PolicyVersion], approver: User, command: str
) -> None:
    draft = make_draft()
    by = ("--by", approver.email)

    assert refused(command, "terms", *by) == "There is no policy “terms”. There are: privacy."
    assert "“privacy” has no such draft." in refused(command, "privacy", *by, "--draft", draft.pk + 1)
    assert refused(command, "privacy", "--by", "nobody@example.com") == (
        "Nobody has the address nobody@example.com."
    )


def test_a_site_without_policies_says_so(db: None, approver: User) -> None:
    said = refused("publish_policy", "privacy", "--by", approver.email)

    assert said == "There is no policy “privacy”. There are: none yet."


def test_what_the_services_refuse_the_commands_refuse_in_the_same_words(
    make_draft: Callable[..., PolicyVersion], author: User, approver: User
) -> None:
    make_draft()

    assert "policies.approve_version" in refused("approve_policy", "privacy", "--by", author.email)
    assert "policies.publish_version" in refused("publish_policy", "privacy", "--by", author.email)
    assert refused("publish_policy", "privacy", "--by", approver.email) == (
        "The approval of another person on exactly this text is missing."
    )


def test_a_draft_cannot_be_approved_by_its_author(
    db: None, manuscript: Path, author: User, approver: User
) -> None:
    run("import_policy", "privacy", manuscript, "--author", approver.email)

    assert refused("approve_policy", "privacy", "--by", approver.email) == (
        "You wrote this draft. Ask another person to approve it."
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--language", "tlh"], "“tlh” is not a language of this site. Choose one of: en, de, fr."),
        (["--author", "nobody@example.com"], "Nobody has the address nobody@example.com."),
        (["--draft", "4711"], "“privacy” has no draft 4711. Leave --draft out to start one."),
        (
            ["--effective-at", "2026-03-01T00:00Z"],
            "The effective moment March 1, 2026, 1 a.m. CET has passed",
        ),
        (["--effective-at", "2026-05-01T00:00"], "“2026-05-01T00:00” has no time zone."),
        (["--effective-at", "May"], "“May” is not a date and time."),
        (["--effective-at", "9999-12-31T23:59-12:00"], "The year 9999 is out of reach."),
        (["--reason", "half \udcff"], "Line 1 holds the control character U+DCFF. Remove it."),
    ],
)
def test_a_draft_that_cannot_be_imported_is_refused_and_nothing_is_written(
    db: None, manuscript: Path, arguments: list[str], said: str
) -> None:
    before = rows_written()

    assert refused("import_policy", "privacy", manuscript, *arguments).startswith(said)
    assert rows_written() == before


def test_an_address_that_is_none_is_refused_with_the_name_of_the_field(db: None, manuscript: Path) -> None:
    assert refused("import_policy", "../etc", manuscript).startswith("slug: ")
    assert Policy.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("empty.md", "The text is empty. Write or paste it, then save again."),
        ("blank.txt", "The text is empty. Write or paste it, then save again."),
        ("latin.md", "latin.md is not UTF-8 (byte 2). Save it as UTF-8, then try again."),
        ("large.md", "large.md is over 2 MB. Shorten or split it."),
        ("policy.pdf", "policy.pdf is no .md, .txt or .docx file."),
        ("nul.txt", "Line 1 holds the control character U+0000. Remove it."),
        ("heading.md", "The text is empty. Write or paste it, then save again."),
        ("broken.docx", "damaged. Open it in Word and save it as .docx again."),
        ("old.docx", "old.docx is encrypted, or in the older form. Save it as .docx without a password."),
        ("tracked.docx", "Accept or reject all of them, then save it again."),
        ("missing.md", "missing.md cannot be read: No such file or directory."),
    ],
)
def test_a_file_that_cannot_be_imported_is_refused_and_nothing_is_written(
    db: None, tmp_path: Path, name: str, said: str
) -> None:
    before = rows_written()

    assert refused("import_policy", "privacy", bad_files(tmp_path)[name]).endswith(said)
    assert rows_written() == before
