"""Read where people stand: what is asked of whom, what they did, and who wants no reminders."""

from .asked import Asked, Severity, asked_about, asked_of, good_standing, owed, unrecorded_use
from .awaited import awaited, demands_by_country, people_without
from .effect import effective_for, notice_period
from .facts import Facts, facts_of
from .history import Deemed, acts_of, deemed_of
from .reminders import reminder_choice_of, stops_of
from .reports import (
    Counted,
    Demands,
    Figures,
    Part,
    Report,
    latest_of,
    moment_of,
    policy_report,
    tallies_of,
    version_report,
)
from .tally import PeopleByState, acts_on, never_accepted, people_by_state

__all__ = [
    "Asked",
    "Counted",
    "Deemed",
    "Demands",
    "Facts",
    "Figures",
    "Part",
    "PeopleByState",
    "Report",
    "Severity",
    "acts_of",
    "acts_on",
    "asked_about",
    "asked_of",
    "awaited",
    "deemed_of",
    "demands_by_country",
    "effective_for",
    "facts_of",
    "good_standing",
    "latest_of",
    "moment_of",
    "never_accepted",
    "notice_period",
    "owed",
    "people_by_state",
    "people_without",
    "policy_report",
    "reminder_choice_of",
    "stops_of",
    "tallies_of",
    "unrecorded_use",
    "version_report",
]
