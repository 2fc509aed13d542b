"""What the tests of policies share: approving hands, folders of history, and real processes."""

import csv
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.db import connection

from accounts.models import User
from policies import services
from policies.fingerprints import version_fingerprint
from policies.models import Approval, PolicyText, PolicyVersion
from policies.rendering import TEXT_LIMIT
from policies.selectors import Publication, TextEntry
from tests.conftest import NOW

from .documents import document, paragraph

DAY = timedelta(days=1)


@pytest.fixture
def second_approver(make_person: Callable[..., User]) -> User:
    """Give another lawyer who approves."""
    return make_person("second", groups=("Approvers",))


@pytest.fixture
def approve(approver: User) -> Callable[..., Approval]:
    """Give a hand that approves a draft as it stands: `approve(draft, by=second_approver)`."""

    def sign(draft: PolicyVersion, *, by: User = approver) -> Approval:
        current = PolicyVersion.objects.get(pk=draft.pk)
        return services.approve_version(
            version_id=draft.pk, approver=by, fingerprint=version_fingerprint(current), now=NOW
        )

    return sign


@pytest.fixture
def first(make_version: Callable[..., PolicyVersion]) -> PolicyVersion:
    """Give the first version, in force since yesterday, in two languages."""
    return make_version(
        bodies={"en": "One.", "de": "Eins."}, published_at=NOW - 2 * DAY, effective_at=NOW - DAY
    )


@pytest.fixture
def ready(
    first: PolicyVersion, make_draft: Callable[..., PolicyVersion], approve: Callable[..., Approval]
) -> PolicyVersion:
    """Give a second version against which nothing stands."""
    draft = make_draft(bodies={"en": "Two.", "de": "Zwei."})
    approve(draft)
    return draft


@pytest.fixture
def make_history(tmp_path: Path) -> Callable[..., Path]:
    """Give a factory of folders with `manifest.csv`: `make_history(("1", "a.md", "2020-01-01T00:00Z"))`.

    Every file that a line names is written, unless `files` says which ones are there.
    """

    def make(
        *lines: Iterable[str],
        columns: tuple[str, ...] = ("number", "file", "committed_at", "subject"),
        files: dict[str, str] | None = None,
    ) -> Path:
        folder = tmp_path / "history"
        folder.mkdir()
        with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as manifest:
            csv.writer(manifest).writerows([columns, *lines])
        named = {name for _number, name, *_more in lines}
        for name, words in (
            files if files is not None else dict.fromkeys(named, "# Privacy\n\nText.\n")
        ).items():
            (folder / name).write_text(words, encoding="utf-8", newline="")
        return folder

    return make


@pytest.fixture
def manage() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Give a hand that runs `manage.py` in a process of its own, on the test's database.

    `manage("check", EMAIL_PORT="abc")`: named arguments are environment variables.
    """

    def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *map(str, arguments)]
        return subprocess.run(
            command,
            cwd=django_settings.BASE_DIR,
            env=os.environ | {"DATABASE_URL": database_url()} | environment,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    return run


def bad_files(folder: Path) -> dict[str, Path]:
    """Write the files that nobody can import, by what is wrong with them."""
    contents = {
        "empty.md": b"",
        "blank.txt": b" \r\n\t\n",
        "latin.md": b"Gr\xf6\xdfe",
        "large.md": b"x" * (TEXT_LIMIT + 1),
        "policy.pdf": b"%PDF",
        "nul.txt": b"a\x00b",
        "heading.md": b"# Privacy\n",
        "broken.docx": b"PK\x03\x04",
        "old.docx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "tracked.docx": document(paragraph('<w:ins w:id="1"/>')),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return {name: folder / name for name in (*contents, "missing.md")}


def database_url() -> str:
    """Give the address of the database that the test itself uses."""
    place = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{place['NAME']}"
    password = f":{quote(place['PASSWORD'])}" if place["PASSWORD"] else ""
    host, port = place["HOST"] or "127.0.0.1", place["PORT"] or 5432
    return f"postgresql://{quote(place['USER'])}{password}@{host}:{port}/{place['NAME']}"


def publish(draft: PolicyVersion, published_by: User, *, now: datetime = NOW) -> PolicyVersion:
    """Publish a draft as a person."""
    return services.publish_version(version_id=draft.pk, published_by=published_by, now=now)


def save(draft: PolicyVersion, **fields: Any) -> PolicyText:
    """Save the draft's English text, with only the named fields other than plain."""
    known = {"language": "en", "title": "Privacy policy", "summary": "", "body": "We keep orders."}
    return services.save_text(version_id=draft.pk, **(known | fields))


def edit(draft: PolicyVersion, **fields: Any) -> PolicyVersion:
    """Edit the draft as a whole, with only the named fields other than before."""
    known = {
        "change_class": draft.change_class,
        "reason": draft.reason,
        "effective_at": draft.effective_at,
        "exception_reason": draft.exception_reason,
        "now": NOW,
    }
    return services.edit_version(version_id=draft.pk, **(known | fields))


def text_entry(language: str = "en", **fields: Any) -> TextEntry:
    """Give a published text as the register holds it."""
    known: dict[str, Any] = {
        "text_id": 1,
        "title": "Privacy policy",
        "summary": "",
        "reason": "",
        "renderer": "",
    }
    return TextEntry(language=language, sha256="0" * 64, **(known | fields))


def publication(number: int = 1, **fields: Any) -> Publication:
    """Give a publication as the register holds it: published and in force from day 0 on."""
    known: dict[str, Any] = {
        "version_id": number,
        "policy_id": 1,
        "slug": "privacy",
        "name": "Privacy policy",
        "kind": "PRIVACY_NOTICE",
        "default_language": "en",
        "number": number,
        "change_class": "MATERIAL",
        "reason": "",
        "published_at": NOW,
        "effective_at": NOW,
        "imported": False,
        "recalled_at": None,
        "texts": {"en": text_entry()},
    }
    return Publication(**(known | fields))


def rows_written() -> dict[str, int]:
    """Give how many rows each table of policies and its history holds: what a refusal must not change."""
    return {
        model._meta.db_table: model._default_manager.count()
        for model in apps.get_app_config("policies").get_models()
    }
