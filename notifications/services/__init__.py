"""The notice pipeline: plan, send, take back, control, what comes back; and the same for webhooks."""

from .comparing import wrong_handovers
from .control import CampaignNotRunning, cancel_campaign, pause_campaign, resume_campaign
from .correcting import was_over
from .entering import enter_handovers
from .events import NoSuchNotice, record_event
from .planning import plan_campaigns
from .provider import take_event
from .reaping import reap_leases, resend_unknown
from .reports import Verdict, take_message
from .sending import due_chunks, run_due, send_chunk
from .suppressing import NotSuppressed, release_address, suppress_address
from .webhook_planning import plan_webhooks
from .webhook_sending import send_webhooks
from .webhooks import (
    AddressRefused,
    CannotSendAgain,
    WebhookIsOff,
    add_webhook,
    disable_webhook,
    send_again,
)

__all__ = [
    "AddressRefused",
    "CampaignNotRunning",
    "CannotSendAgain",
    "NoSuchNotice",
    "NotSuppressed",
    "Verdict",
    "WebhookIsOff",
    "add_webhook",
    "cancel_campaign",
    "disable_webhook",
    "due_chunks",
    "enter_handovers",
    "pause_campaign",
    "plan_campaigns",
    "plan_webhooks",
    "reap_leases",
    "record_event",
    "release_address",
    "resend_unknown",
    "resume_campaign",
    "run_due",
    "send_again",
    "send_chunk",
    "send_webhooks",
    "suppress_address",
    "take_event",
    "take_message",
    "was_over",
    "wrong_handovers",
]
