"""Who did what: exposures, acts with what was on the screen, where each stands, and the log over it."""

from .acts import Act, ActContext, ActKind, Channel, Presentation, Standing, Surface
from .exposures import ChoiceSource, Exposure, ExposureKind, ReminderChoice
from .ledger import Checkpoint, EntryKind, LedgerEntry, LedgerRow, TimestampToken

__all__ = [
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
    "TimestampToken",
]
