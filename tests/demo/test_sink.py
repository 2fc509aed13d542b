"""The mail server for one's own machine."""

import smtplib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path

import pytest

from demo.sink import Sink

pytestmark = pytest.mark.pure

Send = Callable[[Sink, EmailMessage], None]


def letter(name: str, text: str = "Hello.\n") -> EmailMessage:
    """Give a message to somebody."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "shop@example.com", f"{name}@example.com", "Grüße"
    message.set_content(text)
    return message


def send(sink: Sink, message: EmailMessage) -> None:
    """Hand a message to the sink."""
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=10) as server:
        server.send_message(message)


def test_what_is_accepted_is_kept_as_a_file_and_can_be_read_again(tmp_path: Path) -> None:
    with Sink(tmp_path / "mail") as sink:
        send(sink, letter("alice", ".A line that begins with a dot, and an ä.\n"))

    (kept,) = sink.messages()
    assert [path.name for path in sink.files()] == ["000001.eml"]
    assert (kept["To"], kept["Subject"]) == ("alice@example.com", "Grüße")
    assert kept.get_content().splitlines() == [".A line that begins with a dot, and an ä."]


def test_the_files_are_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    with Sink(tmp_path) as sink:
        for name in ("alice", "bob", "charlie"):
            send(sink, letter(name))

        assert [message["To"].split("@")[0] for message in sink.messages()] == ["alice", "bob", "charlie"]
        assert sink.accepted == 3


def test_a_sink_that_starts_again_overwrites_nothing(tmp_path: Path) -> None:
    with Sink(tmp_path) as first:
        send(first, letter("alice"))

    with Sink(tmp_path) as second:
        send(second, letter("bob"))

    assert [path.name for path in second.files()] == ["000001.eml", "000002.eml"]


def test_messages_that_come_at_the_same_time_are_all_kept(tmp_path: Path) -> None:
    with Sink(tmp_path) as sink, ThreadPoolExecutor(8) as senders:
        list(senders.map(lambda i: send(sink, letter(f"person-{i}")), range(24)))

    assert {message["To"] for message in sink.messages()} == {f"person-{i}@example.com" for i in range(24)}


def test_two_sinks_take_two_ports(tmp_path: Path) -> None:
    with Sink(tmp_path / "one") as one, Sink(tmp_path / "two") as two:
        send(one, letter("alice"))

        assert one.port != two.port
        assert (len(one.files()), len(two.files())) == (1, 0)


def test_a_sink_that_has_ended_takes_nothing_more(tmp_path: Path) -> None:
    with Sink(tmp_path) as sink:
        pass

    with pytest.raises(OSError, match="refused"):
        send(sink, letter("alice"))
