"""Who did what: exposures, acts with what was on the screen, where each stands, counts, and the log."""

from .acts import AcceptedBy, Act, ActContext, ActKind, Channel, Presentation, Standing, Surface
from .exposures import LATER, ChoiceSource, Exposure, ExposureKind, ReminderChoice
from .ledger import Checkpoint, EntryKind, LedgerEntry, LedgerRow, TimestampToken
from .legacy import LegacyAcceptance
from .tallies import PersonState, Tally

__all__ = [
    "LATER",
    "AcceptedBy",
    "Act",
    "ActContext",
    "ActKind",
    "Channel",
    "Checkpoint",
    "ChoiceSource",
    "EntryKind",
    "Exposure",
    "ExposureKind",
    "LedgerEntry",
    "LedgerRow",
    "LegacyAcceptance",
    "PersonState",
    "Presentation",
    "ReminderChoice",
    "Standing",
    "Surface",
    "Tally",
    "TimestampToken",
]
