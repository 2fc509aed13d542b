"""Hours in which a rule lets nobody be written to, by the clock of the recipient."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from policies.selectors import Demand


def quiet_until(demand: Demand, zone: str, now: datetime) -> datetime | None:
    """Give the end of the quiet hours that it is now for a person in `zone` (IANA), or None.

    Hours that end earlier in the day than they begin reach past midnight.
    """
    begins, ends = demand.quiet_from, demand.quiet_until
    if begins is None or ends is None or begins == ends:
        return None
    local = now.astimezone(ZoneInfo(zone))
    day = local.date()
    if begins < ends:
        is_quiet = begins <= local.time() < ends
    else:
        is_quiet = local.time() >= begins or local.time() < ends
        day += timedelta(days=local.time() >= begins)
    return datetime.combine(day, ends, local.tzinfo).replace(fold=local.fold) if is_quiet else None
