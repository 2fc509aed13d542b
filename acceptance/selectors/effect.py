"""From when a version holds for one person: never before they were told in time."""

from datetime import datetime, timedelta

from policies.selectors import Demand, Publication, Register

from .facts import Facts


def effective_for(
    entry: Publication, demand: Demand, facts: Facts, register: Register, *, told_by: datetime
) -> datetime:
    """Give the moment from which `entry` holds for a person: the version's own, or a later one.

    Whoever was told late has the whole notice period before it all the same. `told_by` stands for
    the moment of being told while that has not happened yet, and is the instant that is asked about.
    """
    if not is_notice_due(entry, demand, facts, register):
        return entry.effective_at
    _teller, told_at = told_of(entry, facts, register, told_by) or (entry, told_by)
    return max(entry.effective_at, told_at + notice_period(entry, demand))


def is_notice_due(entry: Publication, demand: Demand, facts: Facts, register: Register) -> bool:
    """Whether the person must be told of `entry` before it holds for them.

    Not who joined when the version was in force, nor where the rule tells nobody, nor of the first
    version of a policy, nor of one that was taken over: whether it was told elsewhere, nobody knows here.
    """
    if entry.imported:
        return False
    return demand.is_told and facts.joined_at < entry.effective_at and register.before(entry) is not None


def told_of(
    entry: Publication, facts: Facts, register: Register, at: datetime
) -> tuple[Publication, datetime] | None:
    """Give of which version the person was told first, of `entry` or a later one, and when; or None.

    The text of a later version holds the changes of `entry` too. What was recalled by `at` tells of nothing.
    """
    told = [
        (teller, moment)
        for teller in register.of(entry.slug)
        if teller.number >= entry.number
        and not teller.is_recalled(at)
        and (moment := facts.told_at(teller.version_id))
    ]
    return min(told, key=lambda each: each[1], default=None)


def notice_period(entry: Publication, demand: Demand) -> timedelta:
    """Give how long before effect a person must be told.

    Where two people approved shorter notice the version's own is all that anybody gets.
    """
    return min(timedelta(days=demand.min_notice_days), entry.effective_at - entry.published_at)
