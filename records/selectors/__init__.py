"""Read what is held of people and versions, who asked to be erased, who must not be, whose time is over."""

from .erasure import (
    active_holds,
    gone_people,
    is_held,
    latest_request_of,
    long_known_addresses,
    open_requests,
    people_to_erase,
    returned_people,
)
from .held import Held, as_text, held_of
from .holding import Holding, OnErasure, addresses_of
from .holdings import HOLDINGS, NOT_SHOWN, NOTHING_PERSONAL
from .notices import message_of, notice_record, notices_of
from .packs import newest_packs
from .timelines import Event, timeline
from .versions import proved, version_record

__all__ = [
    "HOLDINGS",
    "NOTHING_PERSONAL",
    "NOT_SHOWN",
    "Event",
    "Held",
    "Holding",
    "OnErasure",
    "active_holds",
    "addresses_of",
    "as_text",
    "gone_people",
    "held_of",
    "is_held",
    "latest_request_of",
    "long_known_addresses",
    "message_of",
    "newest_packs",
    "notice_record",
    "notices_of",
    "open_requests",
    "people_to_erase",
    "proved",
    "returned_people",
    "timeline",
    "version_record",
]
