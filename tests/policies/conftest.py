"""What the tests of policies share: approving hands, folders of history, and real processes."""

import csv
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import quote

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.db import connection
from hypothesis import HealthCheck, settings
from pytest_django import Settings

from accounts.models import User
from policies import services
from policies.fingerprints import version_fingerprint
from policies.models import Approval, PolicyVersion
from tests.conftest import NOW

# The same examples on every run, however busy the machine is: a failure is then a change of the code.
# `--hypothesis-profile=explore` draws other ones, and more of them.
CALM = [HealthCheck.too_slow]
settings.register_profile("policysite", derandomize=True, deadline=None, suppress_health_check=CALM)
settings.register_profile("explore", max_examples=5_000, deadline=None, suppress_health_check=CALM)
settings.load_profile("policysite")


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    """Hash passwords in no time: their strength is not what these tests are about."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


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


def database_url() -> str:
    """Give the address of the database that the test itself uses."""
    place = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{place['NAME']}"
    password = f":{quote(place['PASSWORD'])}" if place["PASSWORD"] else ""
    host, port = place["HOST"] or "127.0.0.1", place["PORT"] or 5432
    return f"postgresql://{quote(place['USER'])}{password}@{host}:{port}/{place['NAME']}"


def rows_written() -> dict[str, int]:
    """Give how many rows each table of policies and its history holds: what a refusal must not change."""
    return {
        model._meta.db_table: model._default_manager.count()
        for model in apps.get_app_config("policies").get_models()
    }
