"""Database triggers that keep the record of what was given out; only the links to people can be cut."""

from acceptance.triggers import relinked
from policies.triggers import Trigger, differing, never_emptied

PACK_COLUMNS = ["id", "version_id", "about", "made_at", "manifest"]

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
]
