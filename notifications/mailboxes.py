"""Read messages where a mail server puts them: a Maildir, an IMAP folder, or standard input.

Each message is marked as read by its own `done`, which is called once its content is kept. Whatever
breaks off before that leaves it to be read again.
"""

import imaplib
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from policies.refusal import Refusal

# A report quotes the message that it is about, and no message of ours comes near to this.
LARGEST = 10 * 1024 * 1024
LOOPBACK = ("127.0.0.1", "localhost", "::1")
# The ports of RFC 9051.
IMAP_PORT, IMAPS_PORT = 143, 993


class MailboxRefused(Refusal):
    """The mailbox is not there, or does not let anybody in."""


@dataclass(frozen=True)
class Incoming:
    """One message: a label for the log, its bytes, or None where it is too large, and how to mark it read."""

    label: str
    raw: bytes | None
    done: Callable[[], object] = lambda: None


def from_stream(stream: BinaryIO) -> Iterator[Incoming]:
    """Give the one message that a mail server pipes in."""
    raw = stream.read(LARGEST + 1)
    yield Incoming("on standard input", raw if len(raw) <= LARGEST else None)


def from_maildir(folder: Path) -> Iterator[Incoming]:
    """Give what is new in a Maildir; a message moves to `cur` when it is done. Raises `MailboxRefused`."""
    new, cur = folder / "new", folder / "cur"
    if not (new.is_dir() and cur.is_dir()):
        raise MailboxRefused(f"{folder} is no Maildir: give a folder that holds the folders new and cur.")
    for path in sorted(path for path in new.iterdir() if path.is_file()):
        try:
            raw = path.read_bytes() if path.stat().st_size <= LARGEST else None
        except FileNotFoundError:
            # Another process has taken it meanwhile.
            continue
        yield Incoming(path.name, raw, Move(path, cur))


@dataclass(frozen=True)
class Move:
    """Moves one file of a Maildir from `new` to `cur`, with the mark of having been seen."""

    path: Path
    cur: Path

    def __call__(self) -> None:
        """Move the file, unless another process has done so."""
        name = self.path.name.partition(":")[0]
        try:
            self.path.rename(self.cur / f"{name}:2,S")
        except FileNotFoundError:
            return


@dataclass(frozen=True)
class ImapFolder:
    """Where an IMAP folder is (RFC 5092): `imaps://account@host:993/folder`."""

    host: str
    port: int
    account: str
    folder: str
    is_encrypted: bool


def imap_folder(url: str) -> ImapFolder:
    """Give the parts of an IMAP address. Raises `MailboxRefused`.

    Without TLS it must lie on this machine: no password crosses a network in the clear.
    """
    try:
        parts = urlsplit(url)
        is_encrypted = parts.scheme == "imaps"
        port = parts.port or (IMAPS_PORT if is_encrypted else IMAP_PORT)
    except ValueError as error:
        raise MailboxRefused(f"The address of the mailbox cannot be read: {error}.") from error
    host, account = parts.hostname or "", unquote(parts.username or "")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    if not is_encrypted and (parts.scheme != "imap" or host not in LOOPBACK):
        raise MailboxRefused("Give an address that begins with imaps://, or with imap:// on this machine.")
    if parts.password is not None:
        raise MailboxRefused("Give the password in BOUNCE_IMAP_PASSWORD: other programs can see arguments.")
    if not host or not account or not (folder + account).isascii() or not (folder + account).isprintable():
        raise MailboxRefused("Give an address like imaps://account@mail.shop.example/INBOX, in ASCII.")
    return ImapFolder(host, port, account, folder, is_encrypted)


def from_imap(place: ImapFolder, *, password: str, timeout: float) -> Iterator[Incoming]:
    """Give what is unseen in an IMAP folder (RFC 9051); it is marked as seen when it is done.

    Waits `timeout` seconds for each answer. Raises `MailboxRefused` where the server lets nobody in.
    """
    with signed_in(place, password, timeout) as server:
        for uid in words(server.uid("SEARCH", "UNSEEN")):
            size = re.search(rb"RFC822\.SIZE (\d+)", literal(server.uid("FETCH", uid, "(RFC822.SIZE)")))
            if size is None:
                # Another program has removed it meanwhile.
                continue
            is_fit = int(size[1]) <= LARGEST
            raw = literal(server.uid("FETCH", uid, "(BODY.PEEK[])")) if is_fit else None
            yield Incoming(f"with the UID {uid}", raw, Seen(server, uid))


@dataclass(frozen=True)
class Seen:
    """Marks one message of an IMAP folder as seen."""

    server: imaplib.IMAP4
    uid: str

    def __call__(self) -> None:
        """Set the flag."""
        self.server.uid("STORE", self.uid, "+FLAGS.SILENT", r"(\Seen)")


@contextmanager
def signed_in(place: ImapFolder, password: str, timeout: float) -> Iterator[imaplib.IMAP4]:
    """Give a connection on which the folder is open. Raises `MailboxRefused`."""
    try:
        server = connected(place, timeout)
    except OSError as error:
        raise MailboxRefused(f"The IMAP server cannot be reached: {error}.") from error
    try:
        open_folder(server, place, password)
        yield server
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            server.logout()
        # Where the server has hung up, taking leave fails before it closes the socket.
        with suppress(OSError):
            server.shutdown()


def open_folder(server: imaplib.IMAP4, place: ImapFolder, password: str) -> None:
    """Sign in and open the folder. Raises `MailboxRefused`."""
    try:
        server.login(place.account, password)
        answer, _ = server.select(quoted(place.folder))
    except imaplib.IMAP4.error as error:
        raise MailboxRefused("The IMAP server refused the sign-in. Check account and password.") from error
    if answer != "OK":
        raise MailboxRefused(f"The IMAP server has no folder {place.folder}.")


def connected(place: ImapFolder, timeout: float) -> imaplib.IMAP4:
    """Connect, by TLS with the certificate checked unless the server is on this machine."""
    if place.is_encrypted:
        context = ssl.create_default_context()
        return imaplib.IMAP4_SSL(place.host, place.port, ssl_context=context, timeout=timeout)
    return imaplib.IMAP4(place.host, place.port, timeout=timeout)


def quoted(name: str) -> str:
    """Give the name of a folder as a quoted string of IMAP."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def words(answer: tuple[str, list[bytes | tuple[bytes, bytes] | None]]) -> list[str]:
    """Give the numbers that a search found, over all lines of the answer."""
    return [word for line in answer[1] if isinstance(line, bytes) for word in line.decode("ascii").split()]


def literal(answer: tuple[str, list[bytes | tuple[bytes, bytes] | None]]) -> bytes:
    """Give what was fetched: the literal, or the line where there is none; nothing of what is gone."""
    lines = answer[1]
    whole = next((line[1] for line in lines if isinstance(line, tuple)), None)
    return whole if whole is not None else b" ".join(line for line in lines if isinstance(line, bytes))
