"""Mail servers that do what mail servers do: refuse a message, put it off, hang up, or keep one waiting."""

import asyncio
import socketserver
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET, socket
from threading import Event, Thread
from typing import Any

from aiosmtpd.smtp import AuthResult

from demo.sink import Sink

HANG_UP = "hang up"


class StubbornSink(Sink):
    """A sink that answers as it is told to: to every sender, and to some recipients and their messages.

    A reply of `HANG_UP` breaks the connection off; after the final dot the message is kept all the same.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.to_senders = ""
        self.to_recipients: dict[str, str] = {}
        self.to_messages: dict[str, str] = {}
        self.hangs_up_on_reset = False
        self.attempts: Counter[str] = Counter()

    async def handle_MAIL(  # noqa: N802 - the name is aiosmtpd's
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Let the sender in, or say what is to be said to every sender."""
        if self.to_senders:
            return self.to_senders
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Take the recipient, or answer as scripted."""
        self.attempts[address] += 1
        reply = self.to_recipients.get(address, "250 OK")
        if reply == HANG_UP:
            server.transport.abort()
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_RSET(self, server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802 - the name is aiosmtpd's
        """Begin anew, or hang up on whoever wants to."""
        if self.hangs_up_on_reset:
            server.transport.abort()
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the name is aiosmtpd's
        """Keep the message, unless the scripted reply says that it was not taken."""
        reply = self.to_messages.get(envelope.rcpt_tos[0], "")
        if reply == HANG_UP:
            await super().handle_DATA(server, session, envelope)
            server.transport.abort()
        return reply or await super().handle_DATA(server, session, envelope)


class StrictSink(Sink):
    """A sink that answers every sign-in with `reply`, and calls `on_sign_in` before the first answer."""

    def __init__(
        self,
        folder: Path,
        *,
        reply: str = "535 5.7.8 Authentication credentials invalid",
        on_sign_in: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__(folder)
        self.reply = reply
        self.on_sign_in = on_sign_in
        self.controller.SMTP_kwargs.update(authenticator=self.refuse, auth_require_tls=False)

    def refuse(self, *_arguments: Any) -> AuthResult:
        """Refuse whoever signs in."""
        # In a thread of its own, because the server's has no database; once, though smtplib tries twice.
        event, self.on_sign_in = Thread(target=self.on_sign_in), lambda: None
        event.start()
        event.join()
        return AuthResult(success=False, handled=False, message=self.reply)


class HoldingSink(Sink):
    """A sink that keeps every message, and from number `hold_from` on does not answer until released."""

    def __init__(self, folder: Path, *, hold_from: int) -> None:
        super().__init__(folder)
        self.hold_from = hold_from
        self.is_holding = Event()
        self.is_released = Event()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the name is aiosmtpd's
        """Keep the message, then leave the sender waiting for the answer."""
        reply = await super().handle_DATA(server, session, envelope)
        if self.accepted >= self.hold_from and not self.is_released.is_set():
            self.is_holding.set()
            while not self.is_released.is_set():  # noqa: ASYNC110 - set by the test's thread, not by this loop
                await asyncio.sleep(0.01)
        return reply


class WatchedSink(Sink):
    """A sink that calls `on_message` with the count of messages, before it accepts one."""

    def __init__(self, folder: Path, on_message: Callable[[int], None]) -> None:
        super().__init__(folder)
        self.on_message = on_message

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the name is aiosmtpd's
        """Keep the message and tell of it, away from the server's own thread, which has no database."""
        reply = await super().handle_DATA(server, session, envelope)
        await asyncio.get_running_loop().run_in_executor(None, self.on_message, self.accepted)
        return reply


class Breaker(socketserver.StreamRequestHandler):
    """Takes every command, and breaks off in the middle of the message."""

    def handle(self) -> None:
        """Speak as much SMTP (RFC 5321) as it takes to be sent a message; read its beginning only."""
        self.wfile.write(b"220 ready\r\n")
        while line := self.rfile.readline():
            if line.upper().startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                self.rfile.read(1000)
                # To close without lingering resets the connection, as a server that is killed does.
                self.connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
                return
            self.wfile.write(b"250 OK\r\n")


@contextmanager
def breaking_server() -> Iterator[int]:
    """Run a `Breaker`; gives its port."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Breaker) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield int(server.server_address[1])
        server.shutdown()
        thread.join()


@contextmanager
def silent_port() -> Iterator[int]:
    """Give a port at which nothing listens, for as long as the block lasts."""
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield int(taken.getsockname()[1])


@contextmanager
def mute_port() -> Iterator[int]:
    """Give a port that takes connections and never says a word."""
    with socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        yield int(mute.getsockname()[1])
