"""Database triggers that keep the record of what was given out, and forget an end that was none.

Of what was given out only the links to people can be cut.
"""

from acceptance.triggers import relinked
from policies.triggers import Trigger, differing, never_emptied

PACK_COLUMNS = ["id", "version_id", "about", "made_at", "manifest"]

ENDED = "FROM records_endedrelationship WHERE person_id = NEW.id"

RECORD_TRIGGERS = [
    *never_emptied("records_pack"),
    Trigger(
        "pack_unchanged",
        "records_pack",
        "UPDATE",
        f"({differing(PACK_COLUMNS)} OR {relinked('person_id')} OR {relinked('made_by_id')})",
        "What was given out is never changed.",
    ),
    Trigger("pack_kept", "records_pack", "DELETE", "TRUE", "What was given out is never deleted."),
    # The time to keep begins anew when the account is switched off again, however soon that is.
    Trigger(
        "end_forgotten_once_switched_on",
        "accounts_user",
        "UPDATE",
        f"(NEW.is_active AND EXISTS (SELECT 1 {ENDED}))",
        does=f"DELETE {ENDED}",
    ),
]
