"""`manage.py read_bounces --pipe`: the mail server hands one message over, and is never told to bounce it."""

import io
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError

from notifications.mailboxes import LARGEST
from notifications.models import EventSource, MailEvent, Notice, NoticeState, Suppression
from notifications.services import reports
from notifications.verp import envelope_sender

from .processes import MANAGE, database_url
from .records import states
from .reports import ALICE, line, read, sample

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("bounces")]


def pipe(raw: bytes, monkeypatch: pytest.MonkeyPatch) -> str:
    """Hand one message over as a mail server does."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    return read("--pipe")


def test_a_piped_report_is_recorded(accepted: Notice, monkeypatch: pytest.MonkeyPatch) -> None:
    said = pipe(sample("postfix", envelope_sender(accepted.pk)), monkeypatch)

    assert said == line(1, recorded=1)
    assert MailEvent.objects.get().source == EventSource.PIPE
    assert states() == {NoticeState.BOUNCED: 1}


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (b"Subject: I am away\n\n", "no_report"),
        (sample("postfix"), "refused"),
        (b"x" * (LARGEST + 1), "too_large"),
    ],
    ids=["no report", "forged", "too large"],
)
def test_a_piped_message_that_counts_for_nothing_is_taken_all_the_same(
    db: None, monkeypatch: pytest.MonkeyPatch, raw: bytes, word: str
) -> None:
    assert pipe(raw, monkeypatch) == line(1, **{word: 1})


def test_a_piped_message_that_cannot_be_kept_is_to_come_again(
    accepted: Notice, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    raw = sample("postfix", envelope_sender(accepted.pk))
    monkeypatch.setattr(reports, "record_event", lambda **_report: int("broken"))
    with pytest.raises(CommandError) as broken:
        pipe(raw, monkeypatch)
    settings.BOUNCE_ADDRESS = ""
    with pytest.raises(CommandError) as unset:
        pipe(raw, monkeypatch)

    assert (broken.value.returncode, unset.value.returncode) == (75, 75)


def as_process(raw: bytes, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Hand one message to the command as a process of its own, as a mail server does."""
    ours = {
        "DATABASE_URL": database_url(),
        "SECRET_KEY": django_settings.SECRET_KEY,
        "BOUNCE_ADDRESS": "bounces@fernhill.example",
    }
    return subprocess.run(
        [*MANAGE, "read_bounces", "--pipe"],
        cwd=django_settings.BASE_DIR,
        env=os.environ | ours | environment,
        input=raw,
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_as_a_process_it_records_the_report_and_ends_well(committed: None, accepted: Notice) -> None:
    ended = as_process(sample("postfix", envelope_sender(accepted.pk)))

    assert (ended.returncode, ended.stdout.decode()) == (0, line(1, recorded=1))
    assert list(Suppression.objects.values_list("address", flat=True)) == ALICE


def test_while_the_database_is_away_the_mail_server_is_asked_to_try_again(bounces: None) -> None:
    raw = sample("postfix", envelope_sender(4711))

    ended = as_process(raw, DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")

    assert ended.returncode == 75
