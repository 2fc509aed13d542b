"""Who wants no reminders."""

from django.db.models import Exists, OuterRef, QuerySet

from ..models import ReminderChoice


def reminder_choice_of(user_id: int) -> ReminderChoice | None:
    """Give the latest choice of a person about reminders; None, where they made none, for wanting them."""
    return ReminderChoice.objects.filter(user=user_id).order_by("-pk").first()


def stops_of(person: OuterRef) -> QuerySet[ReminderChoice]:
    """Give the choice that stops a person's reminders, if it holds: `Exists(stops_of(OuterRef("pk")))`."""
    later = ReminderChoice.objects.filter(user=OuterRef("user"), pk__gt=OuterRef("pk"))
    return ReminderChoice.objects.filter(~Exists(later), user=person, is_wanted=False)
