"""What can be recorded of people: that they met a version, what they did about it, reminders, counts."""

from .acts import AnsweredAlready, AskedSomethingElse, Request, record_act
from .behalf import (
    ACT_FOR_OTHERS,
    AgreementAsked,
    NoteMissing,
    NotForThisPerson,
    NotOpenToAnswers,
    act_for,
    refuse_person,
)
from .cuts import Cut, wrong_cuts
from .entries import note_erasure, note_handovers, note_publication, note_recall
from .exposures import record_exposures
from .findings import Finding, Verdict, tampered
from .late import enter_missing
from .later import NothingToPutOff, put_off
from .legacy import FileRefused, RowsRefused, Taken, import_acceptances, read_rows
from .reminders import choose_reminders
from .sealing import LedgerBroken, seal_ledger
from .stamping import stamp_ledger
from .standing import hold_acts, rebuild_standing
from .tallying import count_people
from .verifying import verify_ledger
from .withdrawal import NothingToWithdraw, withdraw

__all__ = [
    "ACT_FOR_OTHERS",
    "AgreementAsked",
    "AnsweredAlready",
    "AskedSomethingElse",
    "Cut",
    "FileRefused",
    "Finding",
    "LedgerBroken",
    "NotForThisPerson",
    "NotOpenToAnswers",
    "NoteMissing",
    "NothingToPutOff",
    "NothingToWithdraw",
    "Request",
    "RowsRefused",
    "Taken",
    "Verdict",
    "act_for",
    "choose_reminders",
    "count_people",
    "enter_missing",
    "hold_acts",
    "import_acceptances",
    "note_erasure",
    "note_handovers",
    "note_publication",
    "note_recall",
    "put_off",
    "read_rows",
    "rebuild_standing",
    "record_act",
    "record_exposures",
    "refuse_person",
    "seal_ledger",
    "stamp_ledger",
    "tampered",
    "verify_ledger",
    "withdraw",
    "wrong_cuts",
]
