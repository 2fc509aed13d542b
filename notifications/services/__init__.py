"""The notice pipeline: plan, send, take back, control."""

from .control import CampaignNotRunning, cancel_campaign, pause_campaign, resume_campaign
from .planning import plan_campaigns
from .reaping import reap_leases
from .sending import due_chunks, run_due, send_chunk

__all__ = [
    "CampaignNotRunning",
    "cancel_campaign",
    "due_chunks",
    "pause_campaign",
    "plan_campaigns",
    "reap_leases",
    "resume_campaign",
    "run_due",
    "send_chunk",
]
