"""The program's own Ed25519 agrees with RFC 8032's vectors and with another implementation."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from records.verify import ORDER, is_signed

pytestmark = pytest.mark.pure

# RFC 8032, section 7.1, tests 1 to 3: public key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
            "4a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_published_vectors_hold(public: str, message: str, signature: str) -> None:
    key, said, signed = (bytes.fromhex(part) for part in (public, message, signature))

    assert is_signed(key, said, signed)
    assert not is_signed(key, said + b"x", signed)
    # The same signature with the order added to its number is refused (5.1.7).
    number = int.from_bytes(signed[32:], "little") + ORDER
    assert not is_signed(key, said, signed[:32] + number.to_bytes(32, "little"))


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 64 * 8 - 1))
def test_it_agrees_with_another_implementation(seed: bytes, message: bytes, bit: int) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    altered = bytearray(signature)
    altered[bit // 8] ^= 1 << bit % 8

    assert is_signed(public, message, signature)
    assert is_signed(public, message, bytes(altered)) == other_says(public, message, bytes(altered))


def other_says(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize("key", [bytes(31), bytes([255]) * 32, b""])
def test_what_is_no_key_signs_nothing(key: bytes) -> None:
    assert not is_signed(key, b"", bytes(64))
