"""Give out what is held of a person or a version, correct it, erase it, hold it, and clear it in time."""

from .correcting import AddressTaken, change_address, correct_details, is_taken
from .erasing import NotThere, UnderHold, erase_person
from .holds import HeldAlready, NotHeld, lift_hold, place_hold
from .packs import Made, make_person_pack, make_version_pack
from .requests import (
    ANSWERED_WITHIN,
    AlreadyAsked,
    AlreadyDecided,
    ReasonMissing,
    ask_for_erasure,
    carry_out,
    refuse_erasure,
)
from .retention import apply_retention

__all__ = [
    "ANSWERED_WITHIN",
    "AddressTaken",
    "AlreadyAsked",
    "AlreadyDecided",
    "HeldAlready",
    "Made",
    "NotHeld",
    "NotThere",
    "ReasonMissing",
    "UnderHold",
    "apply_retention",
    "ask_for_erasure",
    "carry_out",
    "change_address",
    "correct_details",
    "erase_person",
    "is_taken",
    "lift_hold",
    "make_person_pack",
    "make_version_pack",
    "place_hold",
    "refuse_erasure",
]
