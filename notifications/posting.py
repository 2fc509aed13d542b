"""Post one message to the web server of somebody else, and never into a network of our own.

The address comes from outside, so a name may lead anywhere, and elsewhere at the next look. The name is
resolved once, what it leads to is judged, and exactly that address is connected to.
"""

import base64
import hashlib
import hmac
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Timer
from time import monotonic
from urllib.parse import SplitResult, urlsplit

PATIENCE_SECONDS = 15.0
# What an answer says besides its status is of no use; this much lets a server say it in peace.
ANSWER_SIZE = 4096
SECRET_PREFIX = "whsec_"  # noqa: S105 - how every secret begins, and no secret

PORTS = {"http": 80, "https": 443}
# An IPv4 network behind IPv6 (RFC 6052): the last four bytes say where it really goes.
NAT64 = ip_network("64:ff9b::/96")
# Other ways to write an IPv4 address as IPv6, and site-local ones: none that a web server needs.
DETOURS = tuple(ip_network(name) for name in ("::/96", "64:ff9b:1::/48", "2002::/16", "fec0::/10"))


class PrivateAddress(Exception):
    """A name leads to no address of the public internet."""


@dataclass(frozen=True)
class Answer:
    """What came of posting: a status, or the error without which there would be one."""

    status: int | None = None
    error: str = ""
    retry_after: timedelta | None = None

    @property
    def is_success(self) -> bool:
        """Whether the server took the message."""
        return self.status is not None and HTTPStatus(200) <= self.status < HTTPStatus(300)

    @property
    def is_gone(self) -> bool:
        """Whether the server wants nothing more."""
        return self.status == HTTPStatus.GONE


def signature(secret: str, *, event_id: str, timestamp: int, body: bytes) -> str:
    """Give the value of `webhook-signature`, as the Standard Webhooks specification 1.0.0 has it.

    `timestamp` is in seconds since 1970. An HMAC-SHA256 over id, timestamp and body, parted by full stops.
    """
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    content = b".".join((event_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()


def post(url: str, *, body: bytes, headers: Mapping[str, str], allows_private: bool) -> Answer:
    """Post `body` to `url`, in 15 seconds at most. Redirects are answers like others, and not followed."""
    deadline = monotonic() + PATIENCE_SECONDS
    try:
        parts = urlsplit(url)
        connection = connect(parts, deadline, allows_private=allows_private)
        with connection, cut_off(connection, deadline):
            connection.settimeout(left_until(deadline))
            return exchange(secured(connection, parts), parts, body, headers)
    except PrivateAddress:
        return Answer(error="The address leads into a private network.")
    except (OSError, HTTPException, ValueError) as error:
        if isinstance(error, TimeoutError) or monotonic() >= deadline:
            return Answer(error=f"There was no answer within {PATIENCE_SECONDS:g} seconds.")
        return Answer(error=f"The connection failed: {type(error).__name__}.")


def connect(parts: SplitResult, deadline: float, *, allows_private: bool) -> socket.socket:
    """Connect to an address that the host's name leads to. Raises `OSError` and `PrivateAddress`."""
    port = parts.port or PORTS[parts.scheme]
    found = resolve(parts.hostname or "", port)
    allowed = [address for address in found if allows_private or is_public(address)]
    if not allowed:
        raise PrivateAddress
    for index, address in enumerate(allowed[:-1]):
        # Each gets its share of the time, so that one that swallows everything leaves some for the others.
        with suppress(OSError):
            share = left_until(deadline) / (len(allowed) - index)
            return socket.create_connection((address, port), timeout=share)
    return socket.create_connection((allowed[-1], port), timeout=left_until(deadline))


def resolve(host: str, port: int) -> list[str]:
    """Give the addresses that a host's name leads to now, as the system prefers them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_rest, address in found))


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, and leads to no other one in disguise."""
    found = ip_address(address)
    if found in NAT64:
        found = ip_address(found.packed[-4:])
    if isinstance(found, IPv6Address) and any(found in network for network in DETOURS):
        return False
    return found.is_global and not found.is_multicast


def left_until(deadline: float) -> float:
    """Give the seconds until `deadline`. Raises `TimeoutError` where there are none."""
    seconds = deadline - monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


@contextmanager
def cut_off(connection: socket.socket, deadline: float) -> Iterator[None]:
    """Break the connection at `deadline`: time-outs alone never end a server that sends byte by byte."""
    with connection.dup() as handle:
        timer = Timer(left_until(deadline), break_off, [handle])
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()


def break_off(connection: socket.socket) -> None:
    """End a connection under whoever reads from it."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def secured(connection: socket.socket, parts: SplitResult) -> socket.socket:
    """Give the connection encrypted where the address asks for it, the certificate held against its name."""
    if parts.scheme == "http":
        return connection
    return ssl.create_default_context().wrap_socket(connection, server_hostname=parts.hostname)


def exchange(
    connection: socket.socket, parts: SplitResult, body: bytes, headers: Mapping[str, str]
) -> Answer:
    """Send the request over an open connection and read its answer, the status and little more."""
    client = HTTPConnection(parts.netloc)
    client.sock = connection
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with closing(client):
        client.request("POST", target, body=body, headers={"Connection": "close", **headers})
        with client.getresponse() as response:
            with suppress(OSError, HTTPException):
                response.read(ANSWER_SIZE)
            return Answer(status=response.status, retry_after=seconds_of(response.headers.get("Retry-After")))


def seconds_of(value: str | None) -> timedelta | None:
    """Give the time that `Retry-After` asks for in seconds (RFC 9110); dates in it are passed over."""
    return timedelta(seconds=int(value)) if value and value.isascii() and value.isdigit() else None
