"""Who is told, and were they: campaigns, their chunks of work, and every single notice."""

from .campaign import Campaign, CampaignState, Chunk, Wave
from .notice import (
    DUE_STATES,
    STATES_WITH_REASON,
    TROUBLED_STATES,
    Notice,
    NoticeChannel,
    NoticeState,
)

__all__ = [
    "DUE_STATES",
    "STATES_WITH_REASON",
    "TROUBLED_STATES",
    "Campaign",
    "CampaignState",
    "Chunk",
    "Notice",
    "NoticeChannel",
    "NoticeState",
    "Wave",
]
