"""Read what is held of a person and of a version, as it is given out."""

from .notices import message_of, notice_record, notices_of
from .timelines import Event, timeline
from .versions import proved, version_record

__all__ = [
    "Event",
    "message_of",
    "notice_record",
    "notices_of",
    "proved",
    "timeline",
    "version_record",
]
