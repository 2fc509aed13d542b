"""From when a version holds for one person: never before they were told in time."""

from datetime import datetime, timedelta

from policies.selectors import Demand, Publication, Register

from .facts import Facts


def effective_for(
    entry: Publication, demand: Demand, facts: Facts, register: Register, *, told_by: datetime
) -> datetime:
    """Give the moment from which `entry` holds for a person: the version's own, or a later one.

    Whoever was told late has the whole notice period before it all the same. `told_by` stands for
    the moment of being told while that has not happened yet. No notice is due to who joined when the
    version was in force, where the rule tells nobody, and for the first version of a policy.
    """
    is_due = demand.is_told and facts.joined_at < entry.effective_at and register.before(entry) is not None
    if not is_due:
        return entry.effective_at
    told_at = facts.told_at(entry.version_id) or told_by
    return max(entry.effective_at, told_at + notice_period(entry, demand))


def notice_period(entry: Publication, demand: Demand) -> timedelta:
    """Give how long before effect a person must be told.

    Where two people approved shorter notice the version's own is all that anybody gets.
    """
    return min(timedelta(days=demand.min_notice_days), entry.effective_at - entry.published_at)
