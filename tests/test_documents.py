"""The documents: what they name is there, and what is there they name."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand

from demo.cast import DESK, NAMED, PASSWORD, address
from policies.models import NoticeRule, PolicyKind
from policies.triggers import every_trigger

pytestmark = pytest.mark.once

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
DOCUMENTS = [README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
APPS = ("accounts", "acceptance", "demo", "notifications", "policies", "policysite", "records")

FENCE = re.compile(r"^ *```\w*\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
CODE_SPAN = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
OPTION = re.compile(r"(?<!\S)--[a-z][a-z-]*")
SUBSTITUTION = re.compile(r"\$\([^)]*\)")
PATH = re.compile(rf"(?:{'|'.join((*APPS, 'docs', 'scripts', 'static', 'templates', 'tests'))})/[\w./-]*")

# The options that Django gives to every command.
COMMON = set(BaseCommand().create_parser("manage.py", "any")._option_string_actions)

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def code_in(document: Path) -> list[str]:
    """Give what a document sets as code: the lines of its blocks, continued ones joined, and its spans."""
    text = document.read_text()
    blocks = [line for block in FENCE.findall(text) for line in block.replace("\\\n", " ").splitlines()]
    return blocks + [" ".join(span.split()) for span in CODE_SPAN.findall(FENCE.sub("", text))]


def table_below(document: Path, heading: str) -> list[list[str]]:
    """Give the rows of the first table below a heading, without its head."""
    section = document.read_text().partition(f"## {heading}\n")[2]
    lines = section[section.index("\n|") + 1 :].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def anchors_of(document: Path) -> set[str]:
    """Give the names under which a document's headings can be linked to."""
    words = (re.sub(r"[^\w\- ]", "", heading).lower() for heading in HEADING.findall(document.read_text()))
    return {heading.replace(" ", "-") for heading in words}


def settings_read() -> dict[str, str | None]:
    """Give every name that is read from the environment, with its default; None where it is worked out."""
    found = {}
    for node in ast.walk(ast.parse((ROOT / "policysite" / "settings.py").read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("env."):
            name, default = node.args
            found[ast.literal_eval(name)] = words_of(default)
    return found


def words_of(default: ast.expr) -> str | None:
    """Give a default as one writes it into the environment; None where it is no plain value."""
    if not isinstance(default, ast.Constant):
        return None
    return str(default.value).lower() if isinstance(default.value, bool) else str(default.value)


def settings_in_readme() -> dict[str, str]:
    """Give the defaults in the table of settings, by name."""
    return {row[0].strip("`"): row[1] for row in table_below(README, "Settings")}


def settings_in_example() -> dict[str, str]:
    """Give the values in the example of an environment file, by name."""
    lines = re.findall(r"^#([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    return dict(lines)


def test_every_setting_stands_in_the_readme_and_no_other() -> None:
    assert settings_in_readme().keys() == settings_read().keys()


def test_every_setting_stands_in_the_example_and_no_other() -> None:
    assert settings_in_example().keys() == settings_read().keys()


def test_the_example_holds_nothing_but_comments() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()

    assert [line for line in lines if line and not line.startswith("#")] == []


@pytest.mark.parametrize(
    ("name", "default"), [(name, value) for name, value in settings_read().items() if value is not None]
)
def test_the_documents_name_the_default_of_a_setting(name: str, default: str) -> None:
    told = settings_in_readme()[name]

    assert settings_in_example()[name] == default
    assert told == f"`{default}`" if default else told.startswith(("empty", "made"))


@each_document
def test_every_command_that_is_named_exists_with_its_options(document: Path) -> None:
    for code in code_in(document):
        for name, rest in re.findall(r"manage\.py (\w+)([^#]*)", SUBSTITUTION.sub("", code)):
            assert set(OPTION.findall(rest)) <= options_of(name), code


def test_the_table_of_commands_names_every_option_of_ours() -> None:
    ours = {name for name, app in get_commands().items() if app in APPS}
    rows = [(CODE_SPAN.findall(row[0])[0].split()[1], row) for row in table_below(README, "Commands")]
    told = {name: set(OPTION.findall(" ".join(row).replace("`", " "))) for name, row in rows if name in ours}

    assert {name: options - COMMON for name, options in told.items()} == {
        name: options_of(name) - COMMON for name in ours
    }


def options_of(name: str) -> set[str]:
    """Give the options of a management command."""
    assert name in get_commands(), f"there is no command {name}"
    command = load_command_class(get_commands()[name], name)
    return set(OPTION.findall(" ".join(command.create_parser("manage.py", name)._option_string_actions)))


@each_document
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {target for code in code_in(document) for target in re.findall(r"\bmake ([a-z]+)", code)}

    assert named <= targets


@each_document
def test_every_link_and_picture_leads_to_a_file_and_a_heading_of_it(document: Path) -> None:
    for link in LINK.findall(FENCE.sub("", document.read_text())):
        if link.startswith(("https://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.is_file(), f"{link} leads nowhere"
        assert not anchor or anchor in anchors_of(target), f"{path} has no heading {anchor}"


@each_document
def test_every_path_that_is_named_is_there(document: Path) -> None:
    paths = [code for code in code_in(document) if PATH.fullmatch(code)]

    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_what_operations_quote_is_what_the_program_says() -> None:
    sources = [path.read_text() for app in APPS for path in (ROOT / app).rglob("*.py")]
    quoted = [code for code in code_in(ROOT / "docs" / "operations.md") if is_sentence(code)]

    assert len(quoted) > 10
    for sentence in quoted:
        # A gap in the quotation stands for what the program puts there.
        pattern = re.compile(".{1,40}".join(re.escape(part) for part in sentence.split("…")))
        assert any(pattern.search(source) for source in sources), sentence


def is_sentence(code: str) -> bool:
    """Whether a piece of code is a sentence: it begins with a capital and ends as one does."""
    return bool(re.fullmatch(r"[A-Z][a-z]+ .+[.…]", code))


@pytest.mark.django_db
def test_the_rules_in_the_documents_are_those_of_a_new_database() -> None:
    told = set(rules_in_document())

    assert told == {
        (
            rule.policy_kind,
            rule.change_class,
            rule.jurisdiction,
            str(rule.min_notice_days),
            "yes" if rule.is_told else "no",
            rule.assent,
            str(rule.grace_days),
            ", ".join(str(day) for day in rule.reminder_days) or "none",
            "yes" if rule.is_deemed_by_use else "no",
            rule.source,
        )
        for rule in NoticeRule.objects.order_by("pk")
    }


def rules_in_document() -> Iterator[tuple[str, ...]]:
    """Give the rows of the table of rules, one for each kind of policy that a row is about."""
    for row in table_below(ROOT / "docs" / "notice-rules.md", "The rules that a new database has"):
        kind, *rest = (cell.strip("`") for cell in row)
        for one in PolicyKind.values if kind == "each kind" else [kind]:
            yield one, *rest


def test_every_trigger_is_told_of_and_no_other() -> None:
    rows = table_below(ROOT / "docs" / "architecture.md", "What the database keeps")
    told = [name for row in rows for name in CODE_SPAN.findall(row[0])]

    assert sorted(told) == sorted(trigger.name for trigger in every_trigger())


def test_the_readme_names_the_people_of_the_demo_and_their_password() -> None:
    rows = table_below(README, "What the demo shows")
    named = {row[0].strip("`") for row in rows}

    assert f"`{PASSWORD}`" in README.read_text()
    assert {address(name) for name in NAMED} <= named <= {address(name) for name in (*DESK, *NAMED)}


def test_the_changelog_tells_of_this_release() -> None:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert project["version"] == settings.RELEASE
    assert f"## [{settings.RELEASE}]" in (ROOT / "CHANGELOG.md").read_text()
