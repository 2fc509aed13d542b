"""Web servers that take webhooks: they keep what they get, and answer as they are told to."""

import base64
import hashlib
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Self

BLOCK = 64


@dataclass(frozen=True)
class Received:
    """One request as the receiving program sees it; the names of headers in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class Receiver(ThreadingHTTPServer):
    """A server on loopback that keeps each request: `with Receiver(status=500) as receiver:`."""

    def __init__(
        self, *, status: int = 204, headers: Mapping[str, str] | None = None, certificate: Path | None = None
    ) -> None:
        super().__init__(("127.0.0.1", 0), Taker)
        self.status, self.headers = status, dict(headers or {})
        self.received: list[Received] = []
        self.address = f"{'https' if certificate else 'http'}://127.0.0.1:{self.server_port}/hooks"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)

    def __enter__(self) -> Self:
        """Serve in a thread of its own."""
        self.thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Stop serving."""
        self.shutdown()
        self.thread.join()
        self.server_close()

    def handle_error(self, *_arguments: Any) -> None:
        """Say nothing of clients that hang up, or want another certificate."""


class Taker(BaseHTTPRequestHandler):
    """Answers one request."""

    server: Receiver

    def do_POST(self) -> None:
        """Keep the request and answer as the server was told to."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.received.append(Received(self.path, headers, body))
        self.answer()

    def answer(self) -> None:
        """Send status and headers."""
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None:
        """Write no log."""


class Dripper(Taker):
    """Answers byte by byte, and never comes to an end."""

    def answer(self) -> None:
        """Send a byte now and then until the client hangs up."""
        with suppress(OSError):
            while True:
                self.wfile.write(b"x")
                time.sleep(0.05)


class Gusher(Taker):
    """Answers with a status and then more than anybody wants to read."""

    def answer(self) -> None:
        """Send a body until the client hangs up."""
        with suppress(OSError):
            self.send_response(200)
            self.end_headers()
            while True:
                self.wfile.write(b"x" * 100_000)


def is_genuine(received: Received, secret: str) -> bool:
    """Check a signature as the receiving program does, by the letter of the specification.

    The HMAC is written out as RFC 2104 has it, so that nothing of the sender's own code is trusted.
    """
    key = base64.b64decode(secret.split("_", 1)[1])
    identity, timestamp = received.headers["webhook-id"], received.headers["webhook-timestamp"]
    content = f"{identity}.{timestamp}.".encode() + received.body
    padded = key.ljust(BLOCK, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + content).digest()
    expected = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded) + inner).digest()
    versions = [entry.split(",", 1) for entry in received.headers["webhook-signature"].split(" ")]
    return ["v1", base64.b64encode(expected).decode()] in versions and "." not in identity
