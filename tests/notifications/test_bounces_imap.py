"""`manage.py read_bounces` on an IMAP folder: seen once it is recorded, and never before."""

import imaplib
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError

from notifications.mailboxes import LARGEST, ImapFolder, MailboxRefused, Seen, imap_folder
from notifications.models import EventSource, MailEvent, Notice, NoticeState
from notifications.verp import envelope_sender

from . import reports
from .imap_servers import PASSWORD, Letterbox, serving
from .records import counters_add_up, states
from .reports import sample

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("bounces")]


@pytest.fixture
def box(accepted: Notice, settings: Any) -> Iterator[Letterbox]:
    """Give a server with a bounce of Alice's notice, a forged one, and a letter that is no report."""
    settings.BOUNCE_IMAP_PASSWORD = PASSWORD
    messages = {
        4: sample("postfix", envelope_sender(accepted.pk)).replace(b"\n", b"\r\n"),
        7: sample("exim").replace(b"\n", b"\r\n"),
        9: b"Subject: I am away\r\n\r\nUntil Monday.\r\n",
    }
    with serving(Letterbox(messages)) as served:
        yield served


def read(box: Letterbox, folder: str = "Reports") -> str:
    """Run the command on a folder; give what it says."""
    return reports.read("--imap", f"imap://shop@127.0.0.1:{box.port}/{folder}")


def test_what_is_unseen_is_taken_and_marked_as_seen(box: Letterbox) -> None:
    said = read(box)

    assert said.startswith("Read 3: recorded 1, known already 0, no report 1, refused 1,")
    assert box.seen == {4, 7, 9}
    assert states() == {NoticeState.BOUNCED: 1}
    assert MailEvent.objects.get().source == EventSource.IMAP
    assert counters_add_up()


def test_read_again_there_is_nothing_new(box: Letterbox) -> None:
    read(box)

    assert read(box).startswith("Read 0:")
    assert MailEvent.objects.count() == 1


def test_the_same_report_from_elsewhere_is_known(box: Letterbox) -> None:
    read(box)
    box.messages[12] = box.messages[4].replace(b"\r\n", b"\n")

    assert read(box).startswith("Read 1: recorded 0, known already 1,")


def test_a_crash_before_the_mark_does_no_harm(box: Letterbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_seen: Seen) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as crashing:
        crashing.setattr(Seen, "__call__", crash)
        with pytest.raises(KeyboardInterrupt):
            read(box)
    seen_meanwhile = set(box.seen)

    said = read(box)

    assert seen_meanwhile == set()
    assert said.startswith("Read 3: recorded 0, known already 1,")
    assert counters_add_up()


def test_a_server_that_hangs_up_leaves_the_rest_unseen(box: Letterbox) -> None:
    box.patience = 7

    with pytest.raises((imaplib.IMAP4.abort, OSError)):
        read(box)
    box.patience = 1000
    said = read(box)

    assert said.startswith("Read 2:")
    assert counters_add_up()


def test_a_message_that_is_too_large_is_never_fetched(box: Letterbox) -> None:
    box.messages = {3: b"x" * (LARGEST + 1)}

    said = read(box)

    assert "too large 1" in said
    assert box.seen == {3}
    assert not [command for command in box.asked if "BODY" in command]


def test_a_message_that_is_gone_meanwhile_is_let_go(box: Letterbox, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = imaplib.IMAP4.uid

    def uid(server: imaplib.IMAP4, command: str, *arguments: str) -> Any:
        answer = whole(server, command, *arguments)
        if command == "SEARCH":
            box.messages.pop(7)
        return answer

    monkeypatch.setattr(imaplib.IMAP4, "uid", uid)

    assert read(box).startswith("Read 2: recorded 1,")


def test_a_wrong_password_is_refused_with_a_sentence(box: Letterbox, settings: Any) -> None:
    settings.BOUNCE_IMAP_PASSWORD = "guess"

    with pytest.raises(CommandError, match="refused the sign-in") as refused:
        read(box)

    assert refused.value.returncode == 2


def test_a_folder_that_is_not_there_is_refused_with_a_sentence(box: Letterbox) -> None:
    with pytest.raises(CommandError, match="has no folder Nowhere"):
        read(box, "Nowhere")


def test_a_server_that_is_away_is_named_with_a_sentence(accepted: Notice) -> None:
    with pytest.raises(CommandError, match="cannot be reached"):
        read(Letterbox({}, port=1))


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("imap://shop@mail.example/Reports", "begins with imaps://"),
        ("https://shop@mail.example/Reports", "begins with imaps://"),
        ("imaps://shop:secret@mail.example/Reports", "BOUNCE_IMAP_PASSWORD"),
        ("imaps://mail.example/Reports", "imaps://account@mail.shop.example/INBOX"),
        ("imaps://shop@mail.example/a%0d%0ab", "imaps://account@mail.shop.example/INBOX"),
        ("imaps://shop@mail.example/R%C3%BCckl%C3%A4ufer", "imaps://account@mail.shop.example/INBOX"),
        ("imaps://shop@mail.example:abc/Reports", "cannot be read"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(url: str, sentence: str) -> None:
    with pytest.raises(MailboxRefused, match=sentence):
        imap_folder(url)


def test_an_address_says_where_the_folder_is() -> None:
    assert imap_folder("imaps://shop%40fernhill.example@mail.example/Reports/In") == ImapFolder(
        "mail.example", 993, "shop@fernhill.example", "Reports/In", is_encrypted=True
    )
    assert imap_folder("imap://shop@localhost").folder == "INBOX"
