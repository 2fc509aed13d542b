"""Seal and verify a ledger with keys of one's own."""

from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from acceptance.models import LedgerEntry
from acceptance.services import Verdict, seal_ledger, verify_ledger
from acceptance.signed_notes import Signer
from tests.conftest import NOW
from tests.notifications.processes import wait_for

HOUR = timedelta(hours=1)
# The first version takes effect then.
AT = NOW + timedelta(days=1)
SIGNER = Signer("shop.example/policysite", Ed25519PrivateKey.from_private_bytes(b"1" * 32))
OTHER = Signer("shop.example/policysite", Ed25519PrivateKey.from_private_bytes(b"2" * 32))


def seal_once(now: datetime = AT, signer: Signer = SIGNER) -> int:
    """Seal what is ready; gives how many."""
    return seal_ledger(signer=signer, now=now)


def seal(now: datetime = AT, signer: Signer = SIGNER) -> int:
    """Seal until nothing is left; gives how many.

    On PostgreSQL an entry waits for all who write, in any database: for another test too.
    """
    sealed = []

    def nothing_waits() -> bool:
        sealed.append(seal_once(now, signer))
        return not LedgerEntry.objects.filter(position=None).exists()

    wait_for(nothing_waits)
    return sum(sealed)


def verdicts(now: datetime = AT, *, trusted: Signer = SIGNER, held: tuple[str, ...] = ()) -> set[Verdict]:
    return {finding.verdict for finding in verify_ledger(trusted=trusted.public, held=held, now=now)}
