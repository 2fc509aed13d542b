"""What can be recorded of people: that they met a version, what they did about it, and reminders."""

from .acts import AnsweredAlready, AskedSomethingElse, Request, record_act
from .entries import note_publication, note_recall
from .exposures import record_exposures
from .findings import Finding, Verdict
from .late import enter_missing
from .reminders import choose_reminders
from .sealing import LedgerBroken, seal_ledger
from .standing import rebuild_standing
from .verifying import verify_ledger

__all__ = [
    "AnsweredAlready",
    "AskedSomethingElse",
    "Finding",
    "LedgerBroken",
    "Request",
    "Verdict",
    "choose_reminders",
    "enter_missing",
    "note_publication",
    "note_recall",
    "rebuild_standing",
    "record_act",
    "record_exposures",
    "seal_ledger",
    "verify_ledger",
]
