"""A time-stamping authority stamps checkpoints; its tokens are kept, verified, and given out with packs."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from acceptance.models import TimestampToken
from acceptance.services import Verdict, stamp_ledger
from acceptance.timestamps import NoToken
from acceptance.triggers import ACCEPTANCE_TRIGGERS
from accounts.models import User
from demo.sink import Sink
from notifications.services import enter_handovers, plan_campaigns, run_due
from policies.models import PolicyVersion
from policies.triggers import create_triggers, drop_triggers
from tests.acceptance.authorities import Authority, serving
from tests.acceptance.conftest import EFFECT
from tests.acceptance.ledgers import HOUR, seal, verdicts
from tests.acceptance.records import answer
from tests.conftest import NOW
from tests.notifications.records import at
from tests.records.packs import files_of, found, person_pack

pytestmark = [
    # A test's own transaction is open while it runs, and PostgreSQL seals nothing that an open one wrote.
    pytest.mark.once,
    pytest.mark.skipif(
        shutil.which("openssl") is None, reason="openssl, which plays the authority, is missing"
    ),
]


@pytest.fixture
def authority(settings: Any, tmp_path: Path) -> Iterator[Authority]:
    """Give an authority that the site is set to ask."""
    folder = tmp_path / "authority"
    folder.mkdir()
    with serving(folder) as served:
        settings.TIMESTAMP_AUTHORITY, settings.TIMESTAMP_ROOTS = served.address, served.roots
        yield served


def test_a_checkpoint_is_stamped_once(answered: User, authority: Authority) -> None:
    assert stamp_ledger(now=EFFECT) is None
    seal(EFFECT)

    token = stamp_ledger(now=EFFECT)
    assert token
    assert stamp_ledger(now=EFFECT) is None
    assert len(authority.asked) == 1
    assert abs(token.stamped_at - datetime.now(UTC)) < timedelta(minutes=5)
    assert verdicts(EFFECT) == set()


def test_a_pack_holds_the_earliest_stamp_over_each_act(
    answered: User, bob: User, authority: Authority, tmp_path: Path
) -> None:
    seal(EFFECT)
    stamp_ledger(now=EFFECT)
    answer(bob, at=EFFECT + HOUR, accepts=True)
    seal(EFFECT + HOUR)
    stamp_ledger(now=EFFECT + HOUR)

    files = files_of(person_pack(answered))

    stamps = [path for path in files if path.endswith(".tsr")]
    first = TimestampToken.objects.earliest("pk")
    assert stamps == [f"stamps/{first.checkpoint.size}.tsr"]
    assert found(files, tmp_path / "pack.zip") == []
    assert f"openssl ts -verify -in {stamps[0]}" in files["README.txt"].decode()
    for path in stamps:
        note, token = path.replace(".tsr", ".txt"), tmp_path / "token"
        token.write_bytes(files[path])
        (tmp_path / "note").write_bytes(files[note])
        arguments = ["-in", str(token), "-data", str(tmp_path / "note"), "-CAfile", authority.roots]
        subprocess.run(["openssl", "ts", "-verify", *arguments], check=True, capture_output=True)


def test_a_pack_holds_the_earliest_stamp_over_what_the_person_was_sent(
    alice: User, first: PolicyVersion, authority: Authority, mailbox: Sink, tmp_path: Path
) -> None:
    plan_campaigns(now=NOW)
    run_due(clock=at(NOW))
    enter_handovers(now=NOW)
    seal(EFFECT)
    stamp_ledger(now=EFFECT)

    files = files_of(person_pack(alice))

    assert f"stamps/{TimestampToken.objects.get().checkpoint.size}.tsr" in files
    assert not [path for path in files if path.startswith("acts/")]
    assert found(files, tmp_path / "pack.zip") == []


def test_another_stamp_in_a_pack_is_found_out(answered: User, authority: Authority) -> None:
    from records import verify  # noqa: PLC0415 - the name reads better where it is used

    seal(EFFECT)
    stamp_ledger(now=EFFECT)
    files = files_of(person_pack(answered))
    (path,) = (name for name in files if name.startswith("stamps/") and name.endswith(".json"))
    check = verify.Check("", b"")
    for name, content in (
        (path.replace(".json", ".tsr"), b"another"),
        (path.replace(".json", ".txt"), files[path.replace(".json", ".txt")].replace(b"\n", b"\n1", 1)),
    ):
        check.files, before = files | {name: content}, len(check.changed)
        check.hold(path, check.stamp, path, files[path])
        assert len(check.changed) == before + 1, name


@pytest.mark.parametrize("answered_with", [b"", b"no token", b"\x30\x05\x30\x03\x02\x01\x02"])
def test_what_is_no_token_is_not_kept(answered: User, authority: Authority, answered_with: bytes) -> None:
    seal(EFFECT)
    authority.answer = answered_with

    with pytest.raises(NoToken):
        stamp_ledger(now=EFFECT)
    assert not TimestampToken.objects.exists()


def test_a_token_about_something_else_is_not_kept(answered: User, bob: User, authority: Authority) -> None:
    seal(EFFECT)
    first = stamp_ledger(now=EFFECT)
    assert first
    answer(bob, at=EFFECT + HOUR, accepts=True)
    seal(EFFECT + HOUR)
    authority.answer = bytes(first.token)

    with pytest.raises(NoToken):
        stamp_ledger(now=EFFECT + HOUR)


def test_a_stamp_that_was_changed_is_tampering(answered: User, authority: Authority) -> None:
    seal(EFFECT)
    stamp_ledger(now=EFFECT)
    drop_triggers(connection, ACCEPTANCE_TRIGGERS)
    try:
        TimestampToken.objects.update(stamped_at=EFFECT)
        assert verdicts(EFFECT) == {Verdict.TAMPERED}
    finally:
        create_triggers(connection, ACCEPTANCE_TRIGGERS)


def test_an_authority_that_is_away_is_said_to_be(answered: User, settings: Any, tmp_path: Path) -> None:
    settings.TIMESTAMP_AUTHORITY, settings.LEDGER_KEY_FILE = "", str(tmp_path / "key")
    with pytest.raises(CommandError, match="TIMESTAMP_AUTHORITY"):
        call_command("seal_ledger", "--stamp")
    # Nobody listens at the port of TCP's own tests.
    settings.TIMESTAMP_AUTHORITY = "http://127.0.0.1:1/"
    with pytest.raises(CommandError, match="does not answer") as ended:
        call_command("seal_ledger", "--stamp")
    assert ended.value.returncode == Verdict.UNDECIDED
