"""`manage.py redline` compares two files, in three forms, without a database, or says why it cannot."""

import json
from collections.abc import Callable, Mapping
from io import StringIO
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from lxml import html as lxml_html

from policies import rendering
from policies.management.commands.redline import WRITERS
from policies.redline import ENGINE
from policies.refusal import Refusal
from policies.rendering import TEXT_LIMIT

from .test_rendering import refuse_activity

pytestmark = pytest.mark.pure

OLD = """---
title: Privacy policy
version: 4
---

# Privacy policy

We may keep orders for six years – and nothing else.

## Contact

Write to us at any time.

A person answers within two days, and signs with their own name.
"""
NEW = """---
title: Privacy policy
version: 5
---

# Privacy policy

A person answers within two days, and signs with their own name.

We must keep orders for ten years – and nothing else.

## Contact

Write to us at any time. 字
"""
# What takes Markdown converters long: openings that nothing closes, and quotations in quotations.
PATHOLOGICAL = {
    "brackets": "[" * 60_000,
    "declarations": "<![" * 20_000,
    "quotations": ">" * 10_000 + " We keep orders.",
    "digits": f"Ref {'1' * 20_000}abc, we may.",
    "points": f"Ref {'1.' * 20_000}1abc, we may.",
    "a mailbox without an end": f"Write to {'a-' * 20_000} @ us, you may.",
    "flags": "🇩🇪" * 30_000,
    "quotations, line by line": "\n".join(f"{'> ' * depth}We keep orders." for depth in range(1, 300)),
}


Manage = Callable[..., CompletedProcess[str]]
Kinds = Mapping[str, type | tuple[type, ...]]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Give a hand that writes a file: `write("old.md", "# Privacy")`."""

    def make(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


@pytest.fixture
def files(write: Callable[..., Path]) -> tuple[Path, Path]:
    """Give two files to compare."""
    return write("old.md", OLD), write("new.md", NEW)


@pytest.fixture
def nowhere(tmp_path: Path) -> str:
    """Give the address of a database that cannot be opened, because its folder is not there."""
    return f"sqlite:///{tmp_path / 'no folder' / 'no.sqlite3'}"


def redline(*arguments: str | Path) -> tuple[str, str]:
    """Run the command in this process, and give what it prints and what it says beside that."""
    output, errors = StringIO(), StringIO()
    call_command("redline", *map(str, arguments), stdout=output, stderr=errors)
    return output.getvalue(), errors.getvalue()


def refused(*arguments: str | Path) -> str:
    """Run a command that refuses with status 2, and give its sentence."""
    with pytest.raises(CommandError) as refusal:
        redline(*arguments)
    assert refusal.value.returncode == 2
    return str(refusal.value)


def answer_or_refusal(*arguments: str | Path) -> tuple[str, CommandError | None]:
    """Run a command and give what it prints, or the refusal with which it ends."""
    try:
        return redline(*arguments)[0], None
    except CommandError as refusal:
        return "", refusal


def of_kind(record: Any, kinds: Kinds) -> bool:
    """Whether a JSON object holds these names, with values of these kinds."""
    return kinds.keys() <= record.keys() and all(isinstance(record[name], kinds[name]) for name in kinds)


def test_a_terminal_that_takes_ascii_alone_gets_numbers_and_no_traceback(
    manage: Manage, files: tuple[Path, Path], nowhere: str
) -> None:
    done = manage("redline", *files, DATABASE_URL=nowhere, PYTHONIOENCODING="ascii")

    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u5b57" in done.stdout


def test_the_html_is_ascii_that_any_page_can_take(
    manage: Manage, files: tuple[Path, Path], nowhere: str
) -> None:
    done = manage("redline", *files, "--format", "html", DATABASE_URL=nowhere, PYTHONIOENCODING="ascii")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()
    refuse_activity(done.stdout)
    tree = lxml_html.fragment_fromstring(done.stdout)
    assert [str(found.text_content()) for found in tree.iter("del", "ins") if found.get("class") is None] == [
        *("may", "must", "six", "ten"),
        " 字",
    ]
    assert "Previous change" not in done.stdout


def test_the_json_has_the_shape_that_is_promised(
    manage: Manage, files: tuple[Path, Path], nowhere: str
) -> None:
    done = manage("redline", *files, "--format", "json", DATABASE_URL=nowhere)

    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert of_kind(found, {"engine": str, "stats": dict, "risky": list, "blocks": list})
    assert found["engine"] == ENGINE
    assert found["stats"] == {
        "clauses": 2,
        "clauses_changed": 2,
        "words_added": 3,
        "words_removed": 2,
        "moves": 1,
        "is_equal": False,
    }
    assert [(risk["kind"], risk["old"], risk["new"]) for risk in found["risky"]] == [
        ("word", "may", "must"),
        ("duration", "six years", "ten years"),
    ]
    blocks: Kinds = {
        "op": str,
        "tag": str,
        "old_index": (int, type(None)),
        "new_index": (int, type(None)),
        "spans": list,
    }
    assert all(of_kind(block, blocks) for block in found["blocks"])
    assert [
        (block["op"], block["tag"], block["old_index"], block["new_index"]) for block in found["blocks"]
    ] == [
        ("equal", "h2", 0, 0),
        ("move", "p", 4, 1),
        ("modify", "p", 1, 2),
        ("equal", "h3", 2, 3),
        ("modify", "p", 3, 4),
    ]
    assert found["blocks"][2]["spans"] == [
        *(["=", "We "], ["-", "may"], ["+", "must"], ["=", " keep orders for "]),
        *(["-", "six"], ["+", "ten"], ["=", " years – and nothing else."]),
    ]


def test_the_text_says_what_was_deleted_and_inserted(
    manage: Manage, files: tuple[Path, Path], nowhere: str
) -> None:
    done = manage("redline", *files, "--format", "text", DATABASE_URL=nowhere)

    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "2 of 2 clauses changed, 3 words added, 2 removed, 1 passage moved."
    assert lines[2:5] == [
        "Look closely at:",
        "- may → must (Privacy policy)",
        "- six years → ten years (Privacy policy)",
    ]
    assert (
        "Changed: We [Deleted: may] [Inserted: must] keep orders for [Deleted: six] [Inserted: ten] years"
        " – and nothing else."
    ) in lines


def test_text_is_the_form_unless_another_is_asked_for(files: tuple[Path, Path]) -> None:
    assert redline(*files) == redline(*files, "--format", "text")


@pytest.mark.parametrize("form", WRITERS)
def test_front_matter_is_no_part_of_the_text(files: tuple[Path, Path], form: str) -> None:
    printed, _said = redline(*files, "--format", form)

    assert "version" not in printed
    assert "title:" not in printed


@pytest.mark.parametrize("form", WRITERS)
def test_two_texts_that_read_the_same_are_a_success_without_a_change(
    write: Callable[..., Path], form: str
) -> None:
    old, new = write("old.md", OLD), write("new.md", OLD.replace("version: 4", "version: 5"))

    printed, said = redline(old, new, "--format", form)

    assert ("No change." in printed) == (form == "text")
    assert said == ("" if form == "text" else "No change.\n")
    if form == "json":
        assert json.loads(printed)["stats"]["is_equal"] is True
    if form == "html":
        assert "<del" not in printed
        assert "<ins" not in printed


def test_a_file_that_is_missing_is_one_sentence_and_status_2(
    manage: Manage, files: tuple[Path, Path], nowhere: str
) -> None:
    done = manage("redline", files[0], "missing.md", DATABASE_URL=nowhere)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "CommandError: missing.md cannot be read: No such file or directory.\n"


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"Gr\xf6\xdfe", "bad.md is not UTF-8 (byte 2). Save it as UTF-8, "),
        (b"x" * (TEXT_LIMIT + 1), "bad.md is over 2 MB. Shorten or split it."),
        (b"", "The text is empty."),
        (b"---\ntitle: Privacy\n---\n \n", "The text is empty."),
        (b"One.\nTw\x07o.", "Line 2 holds the control character U+0007. Remove it."),
        (b"a\x00b", "Line 1 holds the control character U+0000. Remove it."),
    ],
    ids=["not UTF-8", "over 2 MB", "empty", "nothing but front matter", "a bell", "a zero"],
)
def test_a_file_that_cannot_be_compared_is_refused_with_a_sentence(
    *, files: tuple[Path, Path], write: Callable[..., Path], content: bytes, sentence: str, side: int
) -> None:
    given = list(files)
    given[side] = write("bad.md", content)

    assert refused(*given).startswith(sentence)


def test_a_folder_is_no_file(files: tuple[Path, Path], tmp_path: Path) -> None:
    assert refused(files[0], tmp_path) == f"{tmp_path} cannot be read: Is a directory."


@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_pathological_markdown_is_answered_or_refused_by_name(
    *, files: tuple[Path, Path], write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(rendering, "SECONDS", 0.5, raising=False)
    bad = write("bad.md", PATHOLOGICAL[name])

    answer, refusal = answer_or_refusal(files[0], bad)

    if refusal:
        assert refusal.returncode == 2
        assert isinstance(refusal.__cause__, Refusal)
        assert str(refusal).startswith("The text ")
    else:
        assert "Inserted:" in answer
