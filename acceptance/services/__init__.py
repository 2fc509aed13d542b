"""What can be recorded of people: that they met a version, what they did about it, and reminders."""

from .acts import AnsweredAlready, AskedSomethingElse, Request, record_act
from .exposures import record_exposures
from .reminders import choose_reminders
from .standing import rebuild_standing

__all__ = [
    "AnsweredAlready",
    "AskedSomethingElse",
    "Request",
    "choose_reminders",
    "rebuild_standing",
    "record_act",
    "record_exposures",
]
