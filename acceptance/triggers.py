"""Database triggers that keep acts, exposures and choices about reminders as they were recorded.

The one change they let through is cutting the link to an erased person, and with it, of an act, the note.
"""

from policies.triggers import Trigger, differing, never_emptied, published, published_text

ACT_COLUMNS = ["id", "version_id", "text_id", "kind", "at", "channel", "presentation_id"]
EXPOSURE_COLUMNS = ["id", "version_id", "kind", "at"]
ENTRY_COLUMNS = ["id", "kind", "body", "act_id", "version_id", "entered_at"]
CHOICE_COLUMNS = ["id", "is_wanted", "source", "at"]


def relinked(column: str) -> str:
    """Give the condition under which a link to a person was changed to anything but nobody."""
    return f"(OLD.{column} {{differs}} NEW.{column} AND NEW.{column} IS NOT NULL)"


NOTE_CHANGED = "(OLD.note {differs} NEW.note AND (NEW.note <> '' OR NEW.user_id IS NOT NULL))"
NOT_ERASED = "SELECT 1 FROM accounts_user u WHERE u.erased_at IS NULL AND u.id = NEW.user_id"

ACCEPTANCE_TRIGGERS = [
    *never_emptied(
        "acceptance_act",
        "acceptance_exposure",
        "acceptance_presentation",
        "acceptance_reminderchoice",
        "acceptance_ledgerentry",
        "acceptance_checkpoint",
    ),
    Trigger(
        "act_unchanged",
        "acceptance_act",
        "UPDATE",
        f"({differing(ACT_COLUMNS)} OR {NOTE_CHANGED} OR {relinked('user_id')} OR {relinked('acted_by_id')})",
        "An act never changes. What a person does next is another act.",
    ),
    Trigger("act_kept", "acceptance_act", "DELETE", "TRUE", "An act is never deleted."),
    Trigger(
        "act_on_a_published_text",
        "acceptance_act",
        "INSERT",
        f"NOT {published_text('NEW.text_id', 'NEW.version_id')}",
        "An act names a text of the published version that the person was shown.",
    ),
    Trigger(
        "act_of_a_person_who_is_there",
        "acceptance_act",
        "INSERT",
        f"(NEW.user_id IS NOT NULL AND NOT EXISTS ({NOT_ERASED}))",
        "A person who was erased acts no more.",
        person="NEW.user_id",
    ),
    Trigger(
        "exposure_unchanged",
        "acceptance_exposure",
        "UPDATE",
        f"({differing(EXPOSURE_COLUMNS)} OR {relinked('user_id')})",
        "An exposure never changes.",
    ),
    Trigger("exposure_kept", "acceptance_exposure", "DELETE", "TRUE", "An exposure is never deleted."),
    Trigger(
        "exposure_to_a_published_version",
        "acceptance_exposure",
        "INSERT",
        f"NOT {published('NEW.version_id')}",
        "Only a published version can be shown to people.",
    ),
    Trigger(
        "presentation_unchanged",
        "acceptance_presentation",
        "UPDATE",
        "TRUE",
        "A presentation never changes.",
    ),
    Trigger(
        "presentation_kept", "acceptance_presentation", "DELETE", "TRUE", "A presentation is never deleted."
    ),
    Trigger(
        "reminder_choice_unchanged",
        "acceptance_reminderchoice",
        "UPDATE",
        f"({differing(CHOICE_COLUMNS)} OR {relinked('user_id')})",
        "A choice about reminders never changes. What a person chooses next is another one.",
    ),
    Trigger(
        "reminder_choice_kept",
        "acceptance_reminderchoice",
        "DELETE",
        "TRUE",
        "A choice about reminders is never deleted.",
    ),
    Trigger(
        "ledger_entry_unchanged",
        "acceptance_ledgerentry",
        "UPDATE",
        f"({differing(ENTRY_COLUMNS)} OR OLD.position IS NOT NULL AND {differing(['position'])})",
        "An entry of the ledger never changes. It only gets its place, once.",
    ),
    Trigger(
        "ledger_entry_kept",
        "acceptance_ledgerentry",
        "DELETE",
        "TRUE",
        "An entry of the ledger is never deleted.",
    ),
    Trigger("checkpoint_unchanged", "acceptance_checkpoint", "UPDATE", "TRUE", "A checkpoint never changes."),
    Trigger("checkpoint_kept", "acceptance_checkpoint", "DELETE", "TRUE", "A checkpoint is never deleted."),
]
