"""The mail of a campaign."""

from .letters import Addressed, Letters, Person, rebuilt
from .wording import build_letter, sender_address, what_is_asked

__all__ = ["Addressed", "Letters", "Person", "build_letter", "rebuilt", "sender_address", "what_is_asked"]
