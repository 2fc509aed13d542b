"""The mail of a campaign."""

from .letters import MESSAGE_ID, Addressed, Letters, Person, rebuilt, sample, sample_correction
from .wording import build_letter, sender_address, what_is_asked

__all__ = [
    "MESSAGE_ID",
    "Addressed",
    "Letters",
    "Person",
    "build_letter",
    "rebuilt",
    "sample",
    "sample_correction",
    "sender_address",
    "what_is_asked",
]
