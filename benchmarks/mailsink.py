"""An SMTP server that writes down whom it took a message for, before it says so: the judge of the senders.

A process of its own, so that it neither shares a lock with a sender nor dies with one. It speaks
RFC 5321 with PIPELINING (RFC 2920), and keeps no message: one line of recipient, tab and Message-ID
for each. It can be told to do what mail servers do: put off, refuse, fall silent, hang up.
"""

import argparse
import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>\r\n]*>)", re.IGNORECASE | re.MULTILINE)
PATH = re.compile(rb"<([^>]*)>")
GREETING = b"250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
OK = b"250 OK\r\n"


@dataclass
class Record:
    """The file that the sink writes, and what it does out of the ordinary.

    `refusals` and `message_refusals` are replies by a part of the recipient's address: to RCPT, and to
    the final dot. One that begins with 4 is given once to each recipient, as by greylisting.
    """

    file: int
    options: argparse.Namespace
    refusals: dict[bytes, bytes]
    message_refusals: dict[bytes, bytes]
    connections: int = 0
    announced: int = 0
    taken: int = 0
    put_off: set[bytes] = field(default_factory=set)

    def refusal(self, replies: dict[bytes, bytes], recipients: list[bytes]) -> bytes | None:
        """Give the reply that refuses any of these recipients, or None."""
        for recipient in recipients:
            reply = next((reply for part, reply in replies.items() if part in recipient), b"")
            if reply and not (reply.startswith(b"4") and recipient in self.put_off):
                self.put_off.add(recipient)
                return reply + b"\r\n"
        return None

    def keep(self, recipients: list[bytes], message: bytes) -> None:
        """Write a line for each recipient. The kernel has it before the answer goes out."""
        found = MESSAGE_ID.search(message.partition(b"\r\n\r\n")[0])
        name = found[1] if found else b""
        os.write(self.file, b"".join(b"%s\t%s\n" % (recipient, name) for recipient in recipients))
        self.taken += 1


class Session(asyncio.Protocol):
    """One connection."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.buffer = b""
        self.recipients: list[bytes] = []
        self.is_data = self.is_waiting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet, unless this is one of the first connections and those are not let in."""
        self.transport: asyncio.Transport = transport  # type: ignore[assignment] # a server's is always one
        self.record.connections += 1
        if self.record.connections <= self.record.options.busy:
            self.transport.write(b"421 4.3.2 Too busy\r\n")
            self.transport.close()
        elif self.record.connections <= self.record.options.mute:
            self.is_waiting = True
        else:
            self.transport.write(b"220 sink.example\r\n")

    def data_received(self, data: bytes) -> None:
        """Take what came, and answer as much of it as is complete."""
        self.buffer += data
        self.go_on()

    def go_on(self) -> None:
        """Answer the commands and messages that are complete, all replies at once."""
        replies = b""
        while not self.is_waiting and (reply := self.next_reply()) is not None:
            replies += reply
        if replies and not self.transport.is_closing():
            self.transport.write(replies)

    def next_reply(self) -> bytes | None:
        """Give the reply to what comes next, or None while it is incomplete."""
        if self.is_data:
            return self.message_reply()
        line, end, rest = self.buffer.partition(b"\r\n")
        if not end:
            return None
        self.buffer = rest
        return self.reply(line)

    def reply(self, line: bytes) -> bytes:
        """Do what a command says, and give the reply to it."""
        verb = line[:4].upper()
        if verb == b"EHLO":
            return GREETING
        if verb in (b"MAIL", b"RSET"):
            self.recipients = []
        elif verb == b"RCPT":
            return self.recipient_reply(PATH.findall(line))
        elif verb == b"DATA":
            return self.data_reply()
        elif verb == b"QUIT":
            self.transport.write(b"221 Bye\r\n")
            self.transport.close()
            return b""
        elif verb not in (b"HELO", b"NOOP"):
            return b"500 Unknown\r\n"
        return OK

    def recipient_reply(self, recipients: list[bytes]) -> bytes:
        """Take a recipient, or refuse it."""
        if refused := self.record.refusal(self.record.refusals, recipients):
            return refused
        self.recipients += recipients
        return OK

    def data_reply(self) -> bytes:
        """Ask for the message, or fall silent before it is sent."""
        if not self.recipients:
            return b"503 No recipient\r\n"
        self.record.announced += 1
        if self.record.announced == self.record.options.silent_before:
            self.is_waiting = True
            return b""
        self.is_data = True
        return b"354 Go on\r\n"

    def message_reply(self) -> bytes | None:
        """Take a message that has come to its final dot, and give the reply to it."""
        message, dot, rest = self.buffer.partition(b"\r\n.\r\n")
        if not dot:
            return None
        self.buffer, self.is_data = rest, False
        if refused := self.record.refusal(self.record.message_refusals, self.recipients):
            return refused
        self.record.keep(self.recipients, message)
        return self.taken_reply()

    def taken_reply(self) -> bytes:
        """Say that a message is taken: at once, later, or never."""
        options = self.record.options
        if self.record.taken == options.hang_up_at:
            self.transport.abort()
            return b""
        if self.record.taken == options.silent_at:
            self.is_waiting = True
            return b""
        if not options.delay:
            return OK
        self.is_waiting = True
        asyncio.get_running_loop().call_later(options.delay, self.answer)
        return b""

    def answer(self) -> None:
        """Say late that the message is taken."""
        self.is_waiting = False
        if not self.transport.is_closing():
            self.transport.write(OK)
            self.go_on()


async def serve(record: Record) -> None:
    """Listen on a free port, say which on standard output, and serve until killed."""
    server = await asyncio.get_running_loop().create_server(lambda: Session(record), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    """Serve as the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mailsink", description=__doc__)
    parser.add_argument("log", type=Path, help="the file that gets a line for each message")
    parser.add_argument("--delay", type=float, default=0, help="seconds until a message is answered")
    parser.add_argument("--silent-at", type=int, default=0, help="never answer the message of this number")
    parser.add_argument(
        "--silent-before", type=int, default=0, help="never ask for the message of this number"
    )
    parser.add_argument("--hang-up-at", type=int, default=0, help="hang up on the message of this number")
    parser.add_argument("--busy", type=int, default=0, help="answer 421 to so many connections at first")
    parser.add_argument("--mute", type=int, default=0, help="say nothing to so many connections at first")
    for name, what in (("--refuse", "to a recipient"), ("--refuse-message", "to a message")):
        parser.add_argument(name, action="append", default=[], metavar="PART=REPLY", help=f"a reply {what}")
    options = parser.parse_args()
    file = os.open(options.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    asyncio.run(serve(Record(file, options, replies(options.refuse), replies(options.refuse_message))))


def replies(given: list[str]) -> dict[bytes, bytes]:
    """Give the reply by part of an address, from `PART=REPLY`."""
    parted = (one.encode().partition(b"=") for one in given)
    return {part: reply for part, _equals, reply in parted}


@dataclass(frozen=True)
class Mailsink:
    """A sink that runs."""

    port: int
    log: Path
    pid: int

    def lines(self) -> list[tuple[str, str]]:
        """Give recipient and Message-ID of each message that was taken."""
        return [(r, name) for r, _tab, name in (line.partition("\t") for line in self.text().splitlines())]

    def count(self) -> int:
        """Count the messages that were taken."""
        return self.text().count("\n")

    def text(self) -> str:
        """Give the log as it stands."""
        return self.log.read_text()


@contextmanager
def sink(log: Path, *options: str) -> Iterator[Mailsink]:
    """Run a sink that writes to `log` while the block runs."""
    command = [sys.executable, "-m", "benchmarks.mailsink", str(log), *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:  # noqa: S603 - ours
        try:
            if process.stdout is None:
                raise LookupError("The sink has no output.")
            yield Mailsink(int(process.stdout.readline()), log, process.pid)
        finally:
            process.kill()


if __name__ == "__main__":
    main()
