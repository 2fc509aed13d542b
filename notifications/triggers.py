"""Database triggers that keep mail events as they were recorded.

The one change they let through is emptying the diagnostic, which may quote a person's address.
"""

from policies.triggers import Trigger, differing, never_emptied

EVENT_COLUMNS = ["id", "notice_id", "kind", "status", "received_at", "source", "digest"]
EMPTIED = "(OLD.diagnostic {differs} NEW.diagnostic AND NEW.diagnostic <> '')"

NOTIFICATION_TRIGGERS = [
    *never_emptied("notifications_mailevent"),
    Trigger(
        "mail_event_unchanged",
        "notifications_mailevent",
        "UPDATE",
        f"({differing(EVENT_COLUMNS)} OR {EMPTIED})",
        "A mail event never changes.",
    ),
    Trigger("mail_event_kept", "notifications_mailevent", "DELETE", "TRUE", "A mail event is never deleted."),
]
