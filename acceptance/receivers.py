"""What this app does when an app below announces something."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.middleware import is_seen, signed_in_person
from policies.models import PolicyVersion, Recall
from policies.selectors import load_rule_book, register
from policies.signals import Waiting, desk_opened, holding, publishing, recalling, text_viewed

from .models import ExposureKind
from .selectors import last_act_at, outstanding_answers
from .services import hold_acts, note_publication, note_recall, record_exposures


def connect() -> None:
    """Connect every receiver of this app."""
    text_viewed.connect(record_view, dispatch_uid="acceptance.record_view")
    holding.connect(hold_off_acts, dispatch_uid="acceptance.hold_off_acts")
    publishing.connect(enter_publication, dispatch_uid="acceptance.enter_publication")
    recalling.connect(enter_recall, dispatch_uid="acceptance.enter_recall")
    desk_opened.connect(say_what_is_outstanding, dispatch_uid="acceptance.say_what_is_outstanding")


def record_view(*, request: HttpRequest, version_ids: Iterable[int], **_kwargs: Any) -> None:
    """Record that the signed-in person opened a published text."""
    person = signed_in_person(request)
    if person and not person.is_service and is_seen(request):
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


def say_what_is_outstanding(*, now: datetime, **_kwargs: Any) -> list[Waiting]:
    """Say how many answers are outstanding to each policy, as last counted."""
    return [
        Waiting(
            ngettext(
                "%(name)s, version %(number)d: the answer of %(people)d person is outstanding.",
                "%(name)s, version %(number)d: the answers of %(people)d people are outstanding.",
                people,
            )
            % {"name": entry.name, "number": entry.number, "people": people},
            reverse("desk:report", args=[entry.version_id]),
        )
        for entry, people in outstanding_answers(register(), load_rule_book(), at=now)
    ]
