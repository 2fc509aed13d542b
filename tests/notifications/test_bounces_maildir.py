"""`manage.py read_bounces` on a Maildir: recorded once, forged ones never."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from notifications.bounces import Report, read_report
from notifications.mailboxes import LARGEST, Move
from notifications.models import EventSource, MailEvent, Notice, NoticeState, Suppression
from notifications.services import reports
from notifications.verp import envelope_sender

from .records import counters_add_up, states
from .reports import ALICE, VERP, line, read, sample, status_report

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("bounces")]


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    """Give an empty Maildir."""
    for name in ("new", "cur", "tmp"):
        (tmp_path / "mail" / name).mkdir(parents=True)
    return tmp_path / "mail"


def put(maildir: Path, *messages: bytes) -> None:
    """Deliver messages."""
    count = len(names(maildir, "new")) + len(names(maildir, "cur"))
    for number, raw in enumerate(messages, count):
        (maildir / "new" / f"1772442007.{number}.mx").write_bytes(raw)


def names(maildir: Path, folder: str) -> list[str]:
    """Give the names of the messages in a folder."""
    return sorted(path.name for path in (maildir / folder).iterdir())


@pytest.mark.parametrize(
    ("name", "state", "suppressed"),
    [
        ("postfix", NoticeState.BOUNCED, ALICE),
        ("exim", NoticeState.BOUNCED, ALICE),
        ("exchange", NoticeState.BOUNCED, ALICE),
        ("gmail", NoticeState.ACCEPTED, []),
        ("delivered", NoticeState.DELIVERED, []),
        ("complaint", NoticeState.COMPLAINED, ALICE),
    ],
)
def test_a_report_in_a_maildir_moves_its_notice(
    maildir: Path, accepted: Notice, name: str, state: str, suppressed: list[str]
) -> None:
    put(maildir, sample(name, envelope_sender(accepted.pk)))

    said = read("--maildir", str(maildir))

    assert said == line(1, recorded=1)
    assert states() == {state: 1}
    assert list(Suppression.objects.values_list("address", flat=True)) == suppressed
    assert MailEvent.objects.get().source == EventSource.MAILDIR
    assert (names(maildir, "new"), names(maildir, "cur")) == ([], ["1772442007.0.mx:2,S"])
    assert counters_add_up()


def test_a_report_that_arrives_again_is_known(maildir: Path, accepted: Notice) -> None:
    raw = sample("postfix", envelope_sender(accepted.pk))
    put(maildir, raw, raw.replace(b"\n", b"\r\n"))

    assert read("--maildir", str(maildir)) == line(2, recorded=1, known_already=1)
    assert counters_add_up()


def crash(_move: Move) -> None:
    """End as a process does that is interrupted."""
    raise KeyboardInterrupt


def test_a_crash_between_the_commit_and_the_move_does_no_harm(
    maildir: Path, accepted: Notice, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(maildir, sample("postfix", envelope_sender(accepted.pk)))
    with monkeypatch.context() as crashing:
        crashing.setattr(Move, "__call__", crash)
        with pytest.raises(KeyboardInterrupt):
            read("--maildir", str(maildir))
    left = names(maildir, "new")

    said = read("--maildir", str(maildir))

    assert len(left) == 1
    assert said == line(1, known_already=1)
    assert names(maildir, "new") == []
    assert MailEvent.objects.count() == Suppression.objects.count() == 1
    assert counters_add_up()


def forged(notice: Notice, other: Notice) -> list[str]:
    """Give addresses that somebody could make up who has had another notice, or none."""
    real, own = envelope_sender(notice.pk), envelope_sender(other.pk)
    return [
        VERP.replace("4711", str(notice.pk)),
        own.replace(f"+{other.pk}-", f"+{notice.pk}-"),
        f"{real.partition('-')[0]}@fernhill.example",
        real.replace("fernhill", "evil"),
        "bounces@fernhill.example",
    ]


def test_a_forged_report_changes_nothing(
    maildir: Path, accepted: Notice, caplog: pytest.LogCaptureFixture
) -> None:
    addresses = forged(accepted, Notice(pk=accepted.pk + 1))
    put(maildir, *[sample(name, address) for address in addresses for name in ("postfix", "complaint")])

    said = read("--maildir", str(maildir))

    assert said == line(10, refused=10)
    assert states() == {NoticeState.ACCEPTED: 1}
    assert not MailEvent.objects.exists()
    assert not Suppression.objects.exists()
    assert caplog.messages[0] == "The report 1772442007.0.mx is refused: this site made no such address."
    assert "alice" not in caplog.text


def test_a_report_that_encloses_somebody_elses_address_in_its_words_is_refused(
    maildir: Path, accepted: Notice
) -> None:
    put(maildir, status_report("bounces@fernhill.example", note=envelope_sender(accepted.pk)))

    assert read("--maildir", str(maildir)) == line(1, refused=1)


def test_a_report_on_a_notice_that_is_not_there_is_refused(
    maildir: Path, db: None, caplog: pytest.LogCaptureFixture
) -> None:
    put(maildir, sample("postfix", envelope_sender(4711)))

    assert read("--maildir", str(maildir)) == line(1, refused=1)
    assert caplog.messages == ["The report 1772442007.0.mx is refused: its notice is not there."]


def test_other_mail_is_counted_and_put_away(maildir: Path, db: None) -> None:
    put(maildir, b"Subject: I am away\n\nUntil Monday.\n", b"", b"\xff\x00\xfe")

    assert read("--maildir", str(maildir)) == line(3, no_report=3)
    assert len(names(maildir, "cur")) == 3


def test_a_message_that_is_too_large_is_refused_unread(
    maildir: Path, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "read_report", lambda _raw: pytest.fail("It was parsed."))
    put(maildir, b"x" * (LARGEST + 1))

    assert read("--maildir", str(maildir)) == line(1, too_large=1)
    assert len(names(maildir, "cur")) == 1


def test_a_message_that_cannot_be_taken_stays_and_stops_no_other(
    maildir: Path, accepted: Notice, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(maildir, b"poison", sample("postfix", envelope_sender(accepted.pk)))

    def break_on_poison(raw: bytes) -> Report | None:
        if raw == b"poison":
            raise ValueError
        return read_report(raw)

    monkeypatch.setattr(reports, "read_report", break_on_poison)

    said = read("--maildir", str(maildir))

    assert said == line(2, recorded=1, left_for_later=1)
    assert names(maildir, "new") == ["1772442007.0.mx"]
    assert states() == {NoticeState.BOUNCED: 1}


def test_what_another_process_took_meanwhile_is_let_go(maildir: Path, accepted: Notice) -> None:
    put(maildir, sample("postfix", envelope_sender(accepted.pk)))
    path = maildir / "new" / "1772442007.0.mx"
    done = Move(path, maildir / "cur")

    done()
    done()

    assert names(maildir, "cur") == ["1772442007.0.mx:2,S"]
    assert read("--maildir", str(maildir)) == line(0)


def test_a_folder_that_is_no_maildir_is_refused(tmp_path: Path, db: None) -> None:
    with pytest.raises(CommandError, match="is no Maildir") as refused:
        read("--maildir", str(tmp_path))

    assert refused.value.returncode == 2


def test_without_an_address_for_reports_nothing_is_read(maildir: Path, db: None, settings: Any) -> None:
    settings.BOUNCE_ADDRESS = ""
    put(maildir, sample("postfix"))

    with pytest.raises(CommandError, match="Set BOUNCE_ADDRESS first"):
        read("--maildir", str(maildir))

    assert len(names(maildir, "new")) == 1


@pytest.mark.parametrize(
    "arguments", [[], ["--pipe", "--maildir", "x"], ["--maildir", "x", "--imap", "imaps://a@b/c"]]
)
def test_exactly_one_mailbox_is_named(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        read(*arguments)
