"""Record whether a person wants reminders."""

from datetime import datetime

from django.db import transaction

from accounts.models import User

from ..models import ReminderChoice
from ..selectors import reminder_choice_of


@transaction.atomic
def choose_reminders(*, user_id: int, is_wanted: bool, source: str, now: datetime) -> ReminderChoice | None:
    """Record that a person wants no more reminders, or wants them again; `source` is a `ChoiceSource`.

    Gives the choice that holds. What holds already is not recorded again, and reminders are wanted
    as long as nothing is on record: None then. Stopping reminders stops no notice. Locks the person; of
    whoever was erased meanwhile nothing is recorded.
    """
    if not User.objects.select_for_update(no_key=True).filter(pk=user_id, erased_at=None).exists():
        return None
    latest = reminder_choice_of(user_id)
    if is_wanted == (latest is None or latest.is_wanted):
        return latest
    return ReminderChoice.objects.create(user_id=user_id, is_wanted=is_wanted, source=source, at=now)
