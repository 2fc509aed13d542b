"""Seal and verify a ledger with keys of one's own."""

import time
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from acceptance.models import LedgerEntry
from acceptance.services import Verdict, seal_ledger, verify_ledger
from acceptance.signed_notes import Signer
from tests.conftest import NOW

HOUR = timedelta(hours=1)
# The first version takes effect then.
AT = NOW + timedelta(days=1)
SIGNER = Signer("shop.example/policysite", Ed25519PrivateKey.from_private_bytes(b"1" * 32))
OTHER = Signer("shop.example/policysite", Ed25519PrivateKey.from_private_bytes(b"2" * 32))


def seal(now: datetime = AT, signer: Signer = SIGNER) -> int:
    return seal_ledger(signer=signer, now=now)


def seal_all(now: datetime = AT) -> None:
    """Seal until nothing is left. PostgreSQL has an entry wait for all who write, in any database."""
    deadline = time.monotonic() + 60
    while seal(now) or LedgerEntry.objects.filter(position=None).exists():
        assert time.monotonic() < deadline, "Something is never sealed."
        time.sleep(0.05)


def verdicts(now: datetime = AT, *, trusted: Signer = SIGNER, held: tuple[str, ...] = ()) -> set[Verdict]:
    return {finding.verdict for finding in verify_ledger(trusted=trusted.public, held=held, now=now)}
