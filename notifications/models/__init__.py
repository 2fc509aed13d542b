"""Who is told, and were they: campaigns, their chunks of work, and every single notice."""

from .campaign import OPEN_STATES, PAUSED_AT_THE_DESK, Campaign, CampaignState, Chunk, Wave
from .notice import (
    DUE_STATES,
    STATES_WITH_REASON,
    TROUBLED_STATES,
    Letter,
    Notice,
    NoticeChannel,
    NoticeState,
)

__all__ = [
    "DUE_STATES",
    "OPEN_STATES",
    "PAUSED_AT_THE_DESK",
    "STATES_WITH_REASON",
    "TROUBLED_STATES",
    "Campaign",
    "CampaignState",
    "Chunk",
    "Letter",
    "Notice",
    "NoticeChannel",
    "NoticeState",
    "Wave",
]
