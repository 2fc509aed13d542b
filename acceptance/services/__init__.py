"""What can be recorded of people: that they met a version, and what they did about it."""

from .acts import AnsweredAlready, AskedSomethingElse, Request, record_act
from .exposures import record_exposures
from .standing import rebuild_standing

__all__ = [
    "AnsweredAlready",
    "AskedSomethingElse",
    "Request",
    "rebuild_standing",
    "record_act",
    "record_exposures",
]
