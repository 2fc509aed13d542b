"""The law of the dots: a server receives what was sent, whatever its lines begin with."""

import smtplib
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from accounts.mailboxes import Mailbox
from demo.sink import Sink
from notifications.transport import Fate, deliver

LINES = st.lists(
    st.text(alphabet=".a ", max_size=6).map(str.encode)
    | st.binary(max_size=40).map(lambda raw: raw.translate(None, b"\r\n\0"))
)


def test_a_server_receives_what_was_sent_whatever_its_lines_begin_with(tmp_path: Path) -> None:
    with Sink(tmp_path) as sink, smtplib.SMTP("127.0.0.1", sink.port, timeout=20) as smtp:
        smtp.ehlo()

        @given(lines=LINES, is_ended=...)
        @example(lines=[b"."], is_ended=True)
        @example(lines=[b"."], is_ended=False)
        @example(lines=[b"..", b".", b"", b".a"], is_ended=True)
        @example(lines=[], is_ended=False)
        @settings(max_examples=200)
        def law(lines: list[bytes], is_ended: bool) -> None:  # noqa: FBT001 - drawn by Hypothesis
            message = b"\r\n".join(lines) + (b"\r\n" if is_ended else b"")

            outcome = deliver(
                smtp, sender="a@shop.example", recipient=Mailbox("b@home.example"), message=message
            )

            received = (sink.folder / f"{sink.accepted:06d}.eml").read_bytes()
            assert outcome.fate is Fate.ACCEPTED
            assert received == (message if message.endswith(b"\r\n") else message + b"\r\n")

        law()
