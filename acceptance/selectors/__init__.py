"""Read where people stand: what is asked of whom, what they did, and who wants no reminders."""

from .asked import PUT_OFF_FOR, Asked, Severity, asked_about, asked_of, good_until, owed, unrecorded_use
from .awaited import awaited, demands_by_country, people_without
from .effect import effective_for, notice_period
from .facts import Facts, facts_of
from .history import Deemed, acts_of, deemed_of
from .reminders import reminder_choice_of, stops_of
from .tally import Tally, acts_on, tally

__all__ = [
    "PUT_OFF_FOR",
    "Asked",
    "Deemed",
    "Facts",
    "Severity",
    "Tally",
    "acts_of",
    "acts_on",
    "asked_about",
    "asked_of",
    "awaited",
    "deemed_of",
    "demands_by_country",
    "effective_for",
    "facts_of",
    "good_until",
    "notice_period",
    "owed",
    "people_without",
    "reminder_choice_of",
    "stops_of",
    "tally",
    "unrecorded_use",
]
