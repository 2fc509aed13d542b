"""Who is told, and were they: campaigns, their chunks of work, every notice, and webhooks."""

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
from .webhooks import DeliveryState, EventKind, WebhookDelivery, WebhookEndpoint

__all__ = [
    "DUE_STATES",
    "OPEN_STATES",
    "PAUSED_AT_THE_DESK",
    "STATES_WITH_REASON",
    "TROUBLED_STATES",
    "Campaign",
    "CampaignState",
    "Chunk",
    "DeliveryState",
    "EventKind",
    "Letter",
    "Notice",
    "NoticeChannel",
    "NoticeState",
    "Wave",
    "WebhookDelivery",
    "WebhookEndpoint",
]
