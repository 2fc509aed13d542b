"""The definitions of RFC 9162, section 2.1, word for word, for small trees: a second opinion."""

from collections.abc import Sequence
from hashlib import sha256


def mth(data: Sequence[bytes]) -> bytes:
    """Merkle Tree Hash (2.1.1)."""
    if not data:
        return sha256().digest()
    if len(data) == 1:
        return sha256(b"\x00" + data[0]).digest()
    k = largest_power_below(len(data))
    return sha256(b"\x01" + mth(data[:k]) + mth(data[k:])).digest()


def path(m: int, data: Sequence[bytes]) -> list[bytes]:
    """PATH (2.1.3.1)."""
    if len(data) == 1:
        return []
    k = largest_power_below(len(data))
    if m < k:
        return [*path(m, data[:k]), mth(data[k:])]
    return [*path(m - k, data[k:]), mth(data[:k])]


def proof(m: int, data: Sequence[bytes]) -> list[bytes]:
    """PROOF (2.1.4.1)."""
    return subproof(m, data, b=True)


def subproof(m: int, data: Sequence[bytes], *, b: bool) -> list[bytes]:
    """SUBPROOF (2.1.4.1)."""
    if m == len(data):
        return [] if b else [mth(data)]
    k = largest_power_below(len(data))
    if m <= k:
        return [*subproof(m, data[:k], b=b), mth(data[k:])]
    return [*subproof(m - k, data[k:], b=False), mth(data[:k])]


def largest_power_below(n: int) -> int:
    """Give k, the largest power of two smaller than n."""
    k = 1
    while 2 * k < n:
        k *= 2
    return k
