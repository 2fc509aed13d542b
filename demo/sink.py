"""A mail server for one's own machine: it accepts every message and keeps it as a file."""

from asyncio import Server
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from aiosmtpd.controller import Controller


class Sink:
    """An SMTP server (RFC 5321) on a loopback port that writes `.eml` files into a folder.

    Used as a context manager; `port` is 0 until it has started, where any free one will do.
    """

    def __init__(self, folder: Path, *, host: str = "127.0.0.1", port: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.accepted = len(self.files())
        self.controller = FreePortController(self, hostname=host, port=port)

    def __enter__(self) -> Self:
        """Start the server in a thread of its own."""
        self.controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server."""
        self.controller.stop()

    @property
    def port(self) -> int:
        """The port that the server listens on."""
        return int(self.controller.port)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the name is aiosmtpd's
        """Keep one message, then accept it."""
        self.accepted += 1
        path = self.folder / f"{self.accepted:06d}.eml"
        path.write_bytes(envelope.content)
        return f"250 kept as {path.name}"

    def files(self) -> list[Path]:
        """Give the files of what was accepted, in order."""
        return sorted(self.folder.glob("*.eml"))

    def messages(self) -> list[EmailMessage]:
        """Give what was accepted, parsed, in order."""
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in self.files()]


class FreePortController(Controller):
    """A controller that takes a free port where 0 is asked for, and knows which one it got."""

    def _trigger_server(self) -> None:
        """Learn the port, then let the controller make its first connection."""
        server = cast("Server", self.server)
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd leaves it untyped
