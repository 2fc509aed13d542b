"""Start-up: a wrong setting stops it, by its name."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

Manage = Callable[..., subprocess.CompletedProcess[str]]


def test_the_site_starts_with_the_settings_of_this_test(manage: Manage) -> None:
    process = manage("check")

    assert (process.returncode, process.stdout) == (0, "System check identified no issues (0 silenced).\n")


@pytest.mark.pure
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("EMAIL_PORT", "abc", "Not a valid integer."),
        ("EMAIL_USE_TLS", "perhaps", "Not a valid boolean."),
        ("DATABASE_URL", "mysql://root@127.0.0.1/shop", "must begin with sqlite:// or postgresql://"),
        ("ALLOWED_HOSTS", "", "It is empty."),
        ("MAIL_FROM", "nobody", "'nobody' is not an e-mail address like Shop <notices@shop.example>."),
        ("SECRET_KEY", "guess", "at least 32 characters"),
        # It was a switch once; it is a number of proxies.
        ("BEHIND_PROXY", "true", "Not a valid integer."),
    ],
)
def test_a_wrong_setting_stops_start_up_with_its_name(
    manage: Manage, name: str, value: str, said: str
) -> None:
    process = manage("check", **{name: value})

    assert process.returncode == 2
    assert name in process.stderr
    assert said in process.stderr
    assert "Traceback" not in process.stderr
    assert process.stdout == ""


def test_a_relative_path_of_a_database_is_the_same_file_for_all_processes(manage: Manage) -> None:
    shown = "from django.conf import settings; print(settings.DATABASES['default']['NAME'])"

    process = manage("shell", "--no-imports", "--command", shown, DATABASE_URL="sqlite:///var/shop.sqlite3")

    assert process.stdout.strip() == str(Path(__file__).resolve().parents[2] / "var" / "shop.sqlite3")
