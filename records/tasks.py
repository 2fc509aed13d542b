"""What a worker clears when it is woken, where the settings ask for it."""

from celery import shared_task
from django.utils import timezone

from .services import apply_retention


@shared_task(name="records.apply_retention", acks_late=True)
def clear() -> None:
    """Clear what has been kept for long enough. Two that do so at once do no harm."""
    apply_retention(now=timezone.now())
