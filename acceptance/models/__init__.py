"""Who did what: exposures, acts with what was on the screen, where each stands, and the log over it."""

from .acts import Act, ActContext, ActKind, Channel, Presentation, Standing, Surface
from .exposures import LATER, ChoiceSource, Exposure, ExposureKind, ReminderChoice
from .ledger import Checkpoint, EntryKind, LedgerEntry, LedgerRow

__all__ = [
    "LATER",
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
    "Presentation",
    "ReminderChoice",
    "Standing",
    "Surface",
]
