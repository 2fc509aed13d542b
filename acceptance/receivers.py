"""What this app does when an app below announces something."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from accounts.middleware import signed_in_person
from policies.signals import text_viewed

from .models import ExposureKind
from .services import record_exposures


def connect() -> None:
    """Connect every receiver of this app."""
    text_viewed.connect(record_view, dispatch_uid="acceptance.record_view")


def record_view(*, request: HttpRequest, version_ids: Iterable[int], **_kwargs: Any) -> None:
    """Record that the signed-in person opened a published text."""
    person = signed_in_person(request)
    if person and not person.is_service:
        record_exposures(
            user_id=person.pk, version_ids=version_ids, kind=ExposureKind.VIEWED, now=timezone.now()
        )
