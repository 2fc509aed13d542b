"""Who did what: exposures, acts with what was on the screen, where each stands, counts, and the log."""

from .acts import ACCEPTING, Act, ActContext, ActKind, Channel, Presentation, Standing, Surface
from .exposures import ChoiceSource, Exposure, ExposureKind, ReminderChoice
from .ledger import Checkpoint, EntryKind, LedgerEntry, LedgerRow
from .tallies import PersonState, Tally

__all__ = [
    "ACCEPTING",
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
    "PersonState",
    "Presentation",
    "ReminderChoice",
    "Standing",
    "Surface",
    "Tally",
]
