"""What this app does when an app below announces something."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from accounts.middleware import signed_in_person
from policies.models import PolicyVersion, Recall
from policies.signals import holding, publishing, recalling, text_viewed

from .models import ExposureKind
from .selectors import last_act_at
from .services import hold_acts, note_publication, note_recall, record_exposures


def connect() -> None:
    """Connect every receiver of this app."""
    text_viewed.connect(record_view, dispatch_uid="acceptance.record_view")
    holding.connect(hold_off_acts, dispatch_uid="acceptance.hold_off_acts")
    publishing.connect(enter_publication, dispatch_uid="acceptance.enter_publication")
    recalling.connect(enter_recall, dispatch_uid="acceptance.enter_recall")


def record_view(*, request: HttpRequest, version_ids: Iterable[int], **_kwargs: Any) -> None:
    """Record that the signed-in person opened a published text."""
    person = signed_in_person(request)
    if person and not person.is_service:
        record_exposures(
            user_id=person.pk, version_ids=version_ids, kind=ExposureKind.VIEWED, now=timezone.now()
        )


def hold_off_acts(*, policy_id: int, **_kwargs: Any) -> datetime | None:
    """Hold off the acts about a policy, and give the instant of the last one that is on record."""
    hold_acts(policy_id=policy_id)
    return last_act_at(policy_id)


def enter_publication(*, version: PolicyVersion, **_kwargs: Any) -> None:
    """Enter a publication into the ledger, in its transaction."""
    note_publication(version)


def enter_recall(*, recall: Recall, **_kwargs: Any) -> None:
    """Enter a recall into the ledger, in its transaction."""
    note_recall(recall)
