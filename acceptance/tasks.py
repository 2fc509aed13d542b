"""What a worker does for the ledger and the reports when it is woken."""

from celery import shared_task
from django.utils import timezone

from .keys import load_signer
from .services import count_people, seal_ledger, stamp_ledger


@shared_task(name="acceptance.seal_ledger", acks_late=True)
def seal() -> int:
    """Seal what was entered since the last time. Two that do so at once take turns."""
    return seal_ledger(signer=load_signer(), now=timezone.now())


@shared_task(name="acceptance.stamp_ledger", acks_late=True)
def stamp() -> bool:
    """Have the newest checkpoint stamped; gives whether there is a new token."""
    return stamp_ledger(now=timezone.now()) is not None


@shared_task(name="acceptance.count_people", acks_late=True)
def count() -> int:
    """Count where people are with the versions whose last count has grown old."""
    return count_people(now=timezone.now())
