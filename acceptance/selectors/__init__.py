"""Read where people stand: what is asked of whom, what they did, and who wants no reminders."""

from .asked import (
    PUT_OFF_FOR,
    Asked,
    Severity,
    asked_about,
    asked_of,
    assent_up_to,
    good_until,
    is_deemed,
    owed,
    unrecorded_use,
)
from .awaited import awaited, demands_by_country, people_without
from .due import Due, due_by_key
from .effect import effective_for, notice_period
from .facts import Facts, facts_of
from .governing import governing, governing_version
from .grounds import Governing, Ground, Reason
from .history import Deemed, acts_of, deemed_of, last_act_at, legacy_of
from .ledger import (
    entries_about,
    growth_since,
    key_entries,
    newest_checkpoint,
    proof_of,
    rule_entries,
    stamps_over,
    stored_row,
)
from .news import SHOWN_FOR, News, news_for
from .past import ActRow, ExposureRow, Past, past, past_of
from .receipts import legacy_record, receipt_of
from .reminders import reminder_choice_of, stops_of
from .reports import (
    Counted,
    Demands,
    Figures,
    Part,
    Report,
    latest_of,
    moment_of,
    outstanding_answers,
    policy_report,
    tallies_of,
    version_report,
)
from .tally import PeopleByState, acts_on, never_accepted, people_by_state
from .words import ErasedMeanwhile, Position, Word, position_of, words_about, words_of

__all__ = [
    "PUT_OFF_FOR",
    "SHOWN_FOR",
    "ActRow",
    "Asked",
    "Counted",
    "Deemed",
    "Demands",
    "Due",
    "ErasedMeanwhile",
    "ExposureRow",
    "Facts",
    "Figures",
    "Governing",
    "Ground",
    "News",
    "Part",
    "Past",
    "PeopleByState",
    "Position",
    "Reason",
    "Report",
    "Severity",
    "Word",
    "acts_of",
    "acts_on",
    "asked_about",
    "asked_of",
    "assent_up_to",
    "awaited",
    "deemed_of",
    "demands_by_country",
    "due_by_key",
    "effective_for",
    "entries_about",
    "facts_of",
    "good_until",
    "governing",
    "governing_version",
    "growth_since",
    "is_deemed",
    "key_entries",
    "last_act_at",
    "latest_of",
    "legacy_of",
    "legacy_record",
    "moment_of",
    "never_accepted",
    "newest_checkpoint",
    "news_for",
    "notice_period",
    "outstanding_answers",
    "owed",
    "past",
    "past_of",
    "people_by_state",
    "people_without",
    "policy_report",
    "position_of",
    "proof_of",
    "receipt_of",
    "reminder_choice_of",
    "rule_entries",
    "stamps_over",
    "stops_of",
    "stored_row",
    "tallies_of",
    "unrecorded_use",
    "version_report",
    "words_about",
    "words_of",
]
