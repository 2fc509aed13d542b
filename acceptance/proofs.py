"""Proofs that an entry is in the ledger, as C2SP's tlog-proof (version 1) has them.

Such a proof is a text: a line that names the format, the place of the entry, the hashes beside its way up
to the root in base64, a blank line, and the signed checkpoint with that root.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from typing import NamedTuple

FORMAT = "c2sp.org/tlog-proof@v1"
INDEX = re.compile(r"index (0|[1-9][0-9]*)")


class ProofMalformed(ValueError):
    """A text is no proof."""


class Proof(NamedTuple):
    """The place of an entry, the hashes that lead from it to a root, and the checkpoint over that root."""

    position: int
    hashes: Sequence[bytes]
    checkpoint: str

    def __str__(self) -> str:
        lines = [FORMAT, f"index {self.position}", *(b64encode(each).decode() for each in self.hashes)]
        return "\n".join(lines) + f"\n\n{self.checkpoint}"


def read_proof(text: str) -> Proof:
    """Give the proof that a text holds. Raises `ProofMalformed`."""
    head, _blank, checkpoint = text.partition("\n\n")
    name, *lines = head.split("\n")
    index = INDEX.fullmatch(lines[0]) if lines else None
    if name != FORMAT or index is None or not checkpoint:
        raise ProofMalformed(f"This is no proof of the form {FORMAT}.")
    try:
        hashes = [b64decode(line, validate=True) for line in lines[1:]]
    except NotBase64 as error:
        raise ProofMalformed("A hash of the proof is not in base64.") from error
    return Proof(int(index[1]), hashes, checkpoint)
