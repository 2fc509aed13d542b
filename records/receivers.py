"""What this app does when an app below announces something."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import ngettext

from accounts.models import User
from policies.signals import Waiting, desk_opened

from .models import ErasureRequest


def connect() -> None:
    """Connect every receiver of this app."""
    desk_opened.connect(say_who_asked_to_be_erased, dispatch_uid="records.say_who_asked_to_be_erased")


def say_who_asked_to_be_erased(*, person: User, now: datetime, **_kwargs: Any) -> list[Waiting]:
    """Say how many people wait to be erased, and until when, to whoever may decide about it."""
    if not person.has_perm("records.carry_out_erasure"):
        return []
    found = ErasureRequest.objects.open().aggregate(count=Count("pk"), due_at=Min("due_at"))
    if not found["count"]:
        return []
    sentence = ngettext(
        "%(count)d request to be erased is open; an answer is due by %(day)s.",
        "%(count)d requests to be erased are open; the first answer is due by %(day)s.",
        found["count"],
    )
    day = formats.date_format(timezone.localtime(found["due_at"]), "DATE_FORMAT")
    return [
        Waiting(
            sentence % {"count": found["count"], "day": day},
            reverse("desk:erasures"),
            is_urgent=found["due_at"] <= now,
        )
    ]
