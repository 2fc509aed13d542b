"""The tree of hashes over the ledger, as RFC 9162, section 2.1, defines it.

A tree is read through rows of up to 256 hashes: of the leaves at level 0, and at each level above of
the full rows below. So a proof at a million leaves reads a few rows, and growing by some leaves
hashes these and the right edge.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from hashlib import sha256

# How many hashes a full row holds, and how many levels of the tree lie between two rows.
WIDTH, HEIGHT = 256, 8
SIZE = 32

# Gives the hashes of a row, by level and position, joined; empty where there is none.
Rows = Callable[[int, int], bytes]


class ProofInvalid(ValueError):
    """A proof does not show what it is given for."""


def leaf_hash(data: bytes) -> bytes:
    """Give the hash of a leaf."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Give the hash of a node above two others."""
    return sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """Give the root over some hashes, whose number is a power of two."""
    level = list(hashes)
    while len(level) > 1:
        level = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=True)]
    return level[0]


class Tree:
    """The tree over the first `size` leaves that `rows` hold. It reads each row once, and keeps it."""

    def __init__(self, rows: Rows, size: int) -> None:
        self.rows, self.size = cache(rows), size

    def root(self) -> bytes:
        """Give the root hash; that of an empty tree is the hash of nothing."""
        return self.over(0, self.size) if self.size else sha256().digest()

    def inclusion_proof(self, index: int) -> list[bytes]:
        """Give the proof that leaf `index` is in the tree (2.1.3.1). Raises `IndexError`."""
        if not 0 <= index < self.size:
            raise IndexError(f"There is no leaf {index} in a tree of {self.size}.")
        return list(self.path(index, 0, self.size))

    def path(self, index: int, start: int, end: int) -> Iterator[bytes]:
        """Give the hashes beside the way from a leaf up to the root over a stretch of leaves."""
        if end - start == 1:
            return
        middle = start + split(end - start)
        if index < middle:
            yield from self.path(index, start, middle)
            yield self.over(middle, end)
        else:
            yield from self.path(index, middle, end)
            yield self.over(start, middle)

    def consistency_proof(self, old_size: int) -> list[bytes]:
        """Give the proof that the tree of `old_size` is its beginning (2.1.4.1). Raises `IndexError`."""
        if not 0 < old_size <= self.size:
            raise IndexError(f"No tree of {old_size} leaves is the beginning of one of {self.size}.")
        return list(self.growth(old_size, 0, self.size, is_whole=True))

    def growth(self, old_size: int, start: int, end: int, *, is_whole: bool) -> Iterator[bytes]:
        """Give the hashes from which the old root and the new one over a stretch of leaves follow."""
        if old_size == end:
            if not is_whole:
                yield self.over(start, end)
            return
        middle = start + split(end - start)
        if old_size <= middle:
            yield from self.growth(old_size, start, middle, is_whole=is_whole)
            yield self.over(middle, end)
        else:
            yield from self.growth(old_size, middle, end, is_whole=False)
            yield self.over(start, middle)

    def over(self, start: int, end: int) -> bytes:
        """Give the root over a stretch of leaves that begins where a subtree of its size can."""
        count = end - start
        if count & (count - 1) == 0:
            return self.perfect(count.bit_length() - 1, start)
        middle = start + split(count)
        return node_hash(self.over(start, middle), self.over(middle, end))

    def perfect(self, level: int, start: int) -> bytes:
        """Give the root over 2 to the `level` leaves from `start` on."""
        row_level, within = divmod(level, HEIGHT)
        first = start >> (row_level * HEIGHT)
        place, at = divmod(first, WIDTH)
        row = self.rows(row_level, place)[at * SIZE : (at + (1 << within)) * SIZE]
        return fold([row[begin : begin + SIZE] for begin in range(0, len(row), SIZE)])


def tree_of(hashes: Sequence[bytes]) -> Tree:
    """Give the tree over some leaves, of which the hashes are given, in memory."""
    rows = {(level, place): row for level, place, row in grown(lambda _level, _place: b"", 0, hashes)}
    return Tree(lambda level, place: rows.get((level, place), b""), len(hashes))


def split(count: int) -> int:
    """Give the largest power of two that is less than `count`, which is 2 or more."""
    return 1 << ((count - 1).bit_length() - 1)


def grown(rows: Rows, size: int, hashes: Iterable[bytes]) -> Iterator[tuple[int, int, bytes]]:
    """Give the rows, as level, position and hashes, that change when leaves are added to a tree of `size`."""
    level = 0
    added = list(hashes)
    while added:
        place, filled = divmod(size, WIDTH)
        row = rows(level, place)[: filled * SIZE] if filled else b""
        above: list[bytes] = []
        whole = row + b"".join(added)
        for begin in range(0, len(whole), WIDTH * SIZE):
            piece = whole[begin : begin + WIDTH * SIZE]
            yield level, place, piece
            if len(piece) == WIDTH * SIZE:
                above.append(fold([piece[at : at + SIZE] for at in range(0, len(piece), SIZE)]))
            place += 1
        size //= WIDTH
        level, added = level + 1, above


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """Give the root that follows from a leaf's hash and its proof (2.1.3.2). Raises `ProofInvalid`."""
    if not 0 <= index < size:
        raise ProofInvalid("The tree has no such leaf.")
    at, last, root = index, size - 1, leaf
    for hashed in proof:
        if last == 0:
            raise ProofInvalid("The proof is too long.")
        if at & 1 or at == last:
            root = node_hash(hashed, root)
            at, last = without_zeros(at, last)
        else:
            root = node_hash(root, hashed)
        at, last = at >> 1, last >> 1
    if last:
        raise ProofInvalid("The proof is too short.")
    return root


def without_zeros(at: int, last: int) -> tuple[int, int]:
    """Give both places so many levels up that the first is odd, or 0."""
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last


def roots_from_consistency(
    old_size: int, size: int, old_root: bytes, proof: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """Give the old and the new root that follow from a proof of consistency (2.1.4.2).

    Raises `ProofInvalid`.
    """
    if not 0 < old_size <= size:
        raise ProofInvalid("The old tree is not the beginning of the new one.")
    if old_size == size:
        if proof:
            raise ProofInvalid("The proof is too long.")
        return old_root, old_root
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not path:
        raise ProofInvalid("The proof is too short.")
    at, last = old_size - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for hashed in path[1:]:
        if last == 0:
            raise ProofInvalid("The proof is too long.")
        if at & 1 or at == last:
            old, new = node_hash(hashed, old), node_hash(hashed, new)
            at, last = without_zeros(at, last)
        else:
            new = node_hash(new, hashed)
        at, last = at >> 1, last >> 1
    if last:
        raise ProofInvalid("The proof is too short.")
    return old, new
