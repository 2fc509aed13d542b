"""Database triggers that keep mail events, and what the mail server took, as they were recorded.

The changes they let through are what an erasure takes: emptying the diagnostic, which may quote a person's
address, and the salt.
"""

from policies.triggers import Trigger, differing, never_emptied

EVENT_COLUMNS = ["id", "notice_id", "kind", "status", "received_at", "source", "digest"]
HANDOVER_COLUMNS = ["notice_id", "entry_id", "place", "leaf"]
RESALTED = "(OLD.salt {differs} NEW.salt AND length(NEW.salt) > 0)"
EMPTIED = "(OLD.diagnostic {differs} NEW.diagnostic AND NEW.diagnostic <> '')"

NOTIFICATION_TRIGGERS = [
    *never_emptied("notifications_mailevent", "notifications_handover"),
    Trigger(
        "mail_event_unchanged",
        "notifications_mailevent",
        "UPDATE",
        f"({differing(EVENT_COLUMNS)} OR {EMPTIED})",
        "A mail event never changes.",
    ),
    Trigger(
        "handover_unchanged",
        "notifications_handover",
        "UPDATE",
        f"({differing(HANDOVER_COLUMNS)} OR {RESALTED})",
        "What the mail server took never changes.",
    ),
    Trigger(
        "handover_kept",
        "notifications_handover",
        "DELETE",
        "TRUE",
        "What the mail server took is never deleted.",
    ),
    Trigger("mail_event_kept", "notifications_mailevent", "DELETE", "TRUE", "A mail event is never deleted."),
]
