"""Months and years, as laws count them."""

from calendar import monthrange
from datetime import datetime

from django.utils import timezone

MONTHS = 12


def months_after(moment: datetime, months: int) -> datetime:
    """Give the same day and hour, in the site's zone, so many months later, or earlier where below zero.

    Where the month has no such day it is its last one (Regulation (EEC, Euratom) No 1182/71, Art. 3(2)).
    """
    local = timezone.localtime(moment, timezone.get_default_timezone())
    years, month = divmod(local.month - 1 + months, MONTHS)
    year = local.year + years
    day = min(local.day, monthrange(year, month + 1)[1])
    # The naive time is read anew, because the clocks may have changed in between.
    return timezone.make_aware(
        local.replace(year=year, month=month + 1, day=day, tzinfo=None), timezone.get_default_timezone()
    )
