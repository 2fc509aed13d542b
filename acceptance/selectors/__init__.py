"""Read where people stand: what is asked of whom, what they did, and who wants no reminders."""

from .asked import (
    Asked,
    Severity,
    asked_about,
    asked_of,
    assent_up_to,
    good_standing,
    owed,
    unrecorded_use,
)
from .awaited import awaited, demands_by_country, people_without
from .effect import effective_for, notice_period
from .facts import Facts, facts_of
from .history import Deemed, acts_of, deemed_of, legacy_of
from .ledger import (
    entries_about,
    growth_since,
    key_entries,
    newest_checkpoint,
    proof_of,
    stamps_over,
    stored_row,
)
from .receipts import receipt_of
from .reminders import reminder_choice_of, stops_of
from .tally import Tally, acts_on, tally
from .words import Word, words_of

__all__ = [
    "Asked",
    "Deemed",
    "Facts",
    "Severity",
    "Tally",
    "Word",
    "acts_of",
    "acts_on",
    "asked_about",
    "asked_of",
    "assent_up_to",
    "awaited",
    "deemed_of",
    "demands_by_country",
    "effective_for",
    "entries_about",
    "facts_of",
    "good_standing",
    "growth_since",
    "key_entries",
    "legacy_of",
    "newest_checkpoint",
    "notice_period",
    "owed",
    "people_without",
    "proof_of",
    "receipt_of",
    "reminder_choice_of",
    "stamps_over",
    "stops_of",
    "stored_row",
    "tally",
    "unrecorded_use",
    "words_of",
]
