"""The bytes of a message: laid out once for everyone, with places that are filled for each person.

Building a message takes thirty times as long as filling one in, and a message that is filled in
can be rebuilt, byte for byte, from what was filled in.
"""

import re
from base64 import encodebytes
from collections.abc import Mapping, Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.quoprimime import body_encode
from email.utils import parseaddr
from hashlib import sha256
from html import escape

from accounts.mailboxes import mailbox

# Stands on both sides of a place. Neither headers nor quoted-printable nor base64 can hold it.
EDGE = "\x1a"
PLACE = re.compile(rb"\x1a([a-z0-9_]+):([a-z]+)\x1a")
# RFC 2045, section 6.7: no encoded line is longer, with the soft break that may follow it.
LINE = 76
SOFT_BREAK = b"=\r\n"
MIXED, EITHER = "mixed", "alternative"


class PlaceMissing(ValueError):
    """A letter has a place for which nothing was given."""


class Skeleton:
    """A message with places. `raw` is what is kept; it holds each place as its name and its kind."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        # Text between the places, then name and kind of each, in turn.
        self.pieces = PLACE.split(raw)

    @property
    def sha256(self) -> str:
        """The digest of the message with its places, in hexadecimal."""
        return sha256(self.raw).hexdigest()

    def fill(self, values: Mapping[str, str]) -> bytes:
        """Give the message (RFC 5322, CRLF) with `values` in its places. Raises `PlaceMissing`."""
        filled = [self.pieces[0]]
        for at in range(1, len(self.pieces), 3):
            name, kind, after = self.pieces[at : at + 3]
            value = values.get(name.decode())
            if value is None:
                raise PlaceMissing(
                    f"The letter has a place for {name.decode()}, and nothing is given for it."
                )
            filled += [encoded(value, kind), after]
        return b"".join(filled)


def encoded(value: str, kind: bytes) -> bytes:
    """Give `value` as it stands in a header, in the plain text, or in the HTML."""
    if kind == b"header":
        # A line break would begin another header.
        return " ".join(value.split()).encode()
    return quoted(escape(value) if kind == b"html" else value)


def lay_out(
    *,
    sender: str,
    subject: str,
    headers: Mapping[str, str],
    text: str,
    html: str,
    places: Mapping[str, str],
    attachment: tuple[str, bytes] | None,
) -> Skeleton:
    """Lay a message out: plain text first, then HTML, then the attached Markdown, by its name (RFC 2046).

    `places` gives, for what stands in `text` and `html`, the name of the place that it leaves. The
    headers of each person are the places `to`, `message_id` and `date`; values in `headers` may hold
    a place as `header_place` gives it.
    """
    parts = [
        part("text/plain; charset=utf-8", "quoted-printable", with_places(text, places, "text")),
        part("text/html; charset=utf-8", "quoted-printable", with_places(html, places, "html")),
    ]
    content = bounded(EITHER, parts)
    if attachment:
        content = bounded(MIXED, [content, attached(*attachment)])
    own = {"To": "to", "Message-ID": "message_id", "Date": "date"}
    lines = [f"{name}: {header_place(place)}\r\n" for name, place in own.items()]
    lines += [f"{name}: {value}\r\n" for name, value in headers.items()]
    head = same_for_all(sender, subject) + "".join(lines).encode()
    return Skeleton(head + b"MIME-Version: 1.0\r\n" + content)


def attached(name: str, content: bytes) -> bytes:
    """Give the part with a Markdown file."""
    return part(
        "text/markdown; charset=utf-8",
        "base64",
        encodebytes(content).replace(b"\n", b"\r\n"),
        f'Content-Disposition: attachment; filename="{name}"\r\n',
    )


def header_place(name: str) -> str:
    """Give what stands for a place in a header."""
    return f"{EDGE}{name}:header{EDGE}"


def same_for_all(sender: str, subject: str) -> bytes:
    """Give the headers From and Subject, encoded and folded (RFC 2047)."""
    message = EmailMessage(policy=SMTP)
    name, address = parseaddr(sender)
    message["From"] = Address(display_name=name, addr_spec=mailbox(address).address)
    message["Subject"] = " ".join(subject.split())
    return message.as_bytes().removesuffix(b"\r\n")


def part(kind: str, encoding: str, content: bytes, more: str = "") -> bytes:
    """Give one part of a message with its headers."""
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n{more}\r\n"
    return head.encode() + content


def bounded(kind: str, parts: Sequence[bytes]) -> bytes:
    """Give a multipart of `parts`. Its boundary comes from them, so that it is the same every time."""
    boundary = f"={sha256(b''.join(parts)).hexdigest()[:32]}"
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    line = f"--{boundary}\r\n".encode()
    body = b"".join(line + content.removesuffix(b"\r\n") + b"\r\n" for content in parts)
    return head + body + f"--{boundary}--\r\n".encode()


def with_places(words: str, places: Mapping[str, str], kind: str) -> bytes:
    """Give `words` quoted-printable, with a place wherever one of `places` stands."""
    if not places:
        return quoted(words)
    found = re.split("(" + "|".join(map(re.escape, places)) + ")", words)
    pieces = [
        quoted(piece) if at % 2 == 0 else f"{EDGE}{places[piece]}:{kind}{EDGE}".encode()
        for at, piece in enumerate(found)
    ]
    return SOFT_BREAK.join(pieces)


def quoted(words: str) -> bytes:
    """Give `words` quoted-printable in UTF-8 with CRLF line ends (RFC 2045, section 6.7)."""
    lines = words.replace("\r\n", "\n").replace("\r", "\n").encode()
    return body_encode(lines.decode("latin-1"), LINE - 1, "\r\n").encode("ascii")
