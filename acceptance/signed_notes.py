"""Signed notes and checkpoints, as C2SP defines them (signed-note and tlog-checkpoint, version 1).

A note is a text that ends in a line feed, a blank line, and a line for each signature: a dash, the name
of the key, and in base64 four bytes that tell keys of one name apart, with the signature behind them.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

# The kind of key: Ed25519 (RFC 8032).
ED25519 = b"\x01"
MARK = "\u2014 "
HASH = 4
TEXT = re.compile(r"(?P<origin>[^\n]+)\n(?P<size>0|[1-9][0-9]*)\n(?P<root>[A-Za-z0-9+/]{43}=)\n")


class NoteInvalid(ValueError):
    """A note is malformed, or not signed by the key that is asked for."""


class Head(NamedTuple):
    """What a checkpoint says: whose log it is, how many entries it has, and the root over them."""

    origin: str
    size: int
    root: bytes


class Signer:
    """A key with its name."""

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        self.name, self.key = name, key

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self.key.public_key().public_bytes_raw()

    def sign(self, head: Head) -> str:
        """Give a checkpoint as a signed note."""
        return self.sign_text(f"{head.origin}\n{head.size}\n{b64encode(head.root).decode()}\n")

    def sign_text(self, text: str) -> str:
        """Give a text, which ends in a line feed and holds no blank line, as a signed note."""
        signature = key_hash(self.name, self.public) + self.key.sign(text.encode())
        return f"{text}\n{MARK}{self.name} {b64encode(signature).decode()}\n"


def key_hash(name: str, public: bytes) -> bytes:
    """Give the four bytes by which a note says which key it is signed with."""
    return sha256(name.encode() + b"\n" + ED25519 + public).digest()[:HASH]


def opened(note: str, name: str, public: bytes) -> Head:
    """Give what a signed checkpoint says. Raises `NoteInvalid` where that key has not signed it."""
    text, parted, signatures = note.partition("\n\n")
    found = TEXT.fullmatch(f"{text}\n")
    if not found or not parted:
        raise NoteInvalid("This is no checkpoint.")
    for line in signatures.split("\n"):
        signer, _space, encoded = line.removeprefix(MARK).rpartition(" ")
        if line.startswith(MARK) and signer == name and signs(encoded, f"{text}\n", name, public):
            return Head(found["origin"], int(found["size"]), b64decode(found["root"]))
    raise NoteInvalid("The checkpoint is not signed with this key.")


def opened_by_any(note: str, keys: Iterable[tuple[str, bytes]]) -> Head | None:
    """Give what a signed checkpoint says, if one of the keys, each with its name, has signed it."""
    for name, public in keys:
        try:
            return opened(note, name, public)
        except NoteInvalid:
            continue
    return None


def signs(encoded: str, text: str, name: str, public: bytes) -> bool:
    """Whether a signature in base64 is that of a text by a key."""
    try:
        signature = b64decode(encoded, validate=True)
        # There is one way to write it: base64 has bits to spare, in which nothing must be changed unseen.
        if b64encode(signature).decode() != encoded or signature[:HASH] != key_hash(name, public):
            return False
        Ed25519PublicKey.from_public_bytes(public).verify(signature[HASH:], text.encode())
    except (ValueError, InvalidSignature):
        return False
    return True
