"""Who is told, and were they: campaigns, their chunks of work, every notice, what came back, and webhooks."""

from .campaign import (
    OPEN_STATES,
    PAUSED_AT_THE_DESK,
    REMINDERS,
    Campaign,
    CampaignKind,
    CampaignState,
    Chunk,
    Wave,
)
from .events import EventSource, MailEvent, MailEventKind, Suppression, SuppressionReason
from .handover import Handover
from .notice import (
    ANSWERED_ALREADY,
    DUE_STATES,
    STATES_WITH_REASON,
    TAKEN_STATES,
    TROUBLED_STATES,
    Letter,
    Notice,
    NoticeChannel,
    NoticeState,
)
from .pace import Pace
from .webhooks import DeliveryState, EventKind, WebhookDelivery, WebhookEndpoint

__all__ = [
    "ANSWERED_ALREADY",
    "DUE_STATES",
    "OPEN_STATES",
    "PAUSED_AT_THE_DESK",
    "REMINDERS",
    "STATES_WITH_REASON",
    "TAKEN_STATES",
    "TROUBLED_STATES",
    "Campaign",
    "CampaignKind",
    "CampaignState",
    "Chunk",
    "DeliveryState",
    "EventKind",
    "EventSource",
    "Handover",
    "Letter",
    "MailEvent",
    "MailEventKind",
    "Notice",
    "NoticeChannel",
    "NoticeState",
    "Pace",
    "Suppression",
    "SuppressionReason",
    "Wave",
    "WebhookDelivery",
    "WebhookEndpoint",
]
