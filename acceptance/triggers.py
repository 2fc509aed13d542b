"""Database triggers that keep what is recorded of people as it was recorded.

They let through what erasing a person takes: cutting the link to them, and, of a row that is cut, emptying
the salt or the note.
"""

from policies.triggers import Trigger, differing, never_emptied, published, published_text, relinked

ACT_COLUMNS = ["id", "version_id", "text_id", "kind", "at", "channel", "presentation_id"]
EXPOSURE_COLUMNS = ["id", "version_id", "kind", "at"]
ENTRY_COLUMNS = ["id", "kind", "body", "act_id", "version_id", "entered_at"]
CHOICE_COLUMNS = ["id", "is_wanted", "source", "at"]
LEGACY_COLUMNS = ["id", "policy_id", "version_id", "at", "source", "imported_at", "entry_id"]
RESALTED = "(OLD.salt {differs} NEW.salt AND (length(NEW.salt) > 0 OR NEW.user_id IS NOT NULL))"
OF_ITS_POLICY = """(NEW.version_id IS NULL OR EXISTS (SELECT 1 FROM policies_policyversion v
WHERE v.id = NEW.version_id AND v.policy_id = NEW.policy_id AND v.published_at IS NOT NULL))"""


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
        "acceptance_timestamptoken",
        "acceptance_legacyacceptance",
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
    Trigger("token_unchanged", "acceptance_timestamptoken", "UPDATE", "TRUE", "A token never changes."),
    Trigger("token_kept", "acceptance_timestamptoken", "DELETE", "TRUE", "A token is never deleted."),
    Trigger("checkpoint_kept", "acceptance_checkpoint", "DELETE", "TRUE", "A checkpoint is never deleted."),
    Trigger(
        "legacy_unchanged",
        "acceptance_legacyacceptance",
        "UPDATE",
        f"({differing(LEGACY_COLUMNS)} OR {relinked('user_id')} OR {RESALTED})",
        "An acceptance that was taken over never changes.",
    ),
    Trigger(
        "legacy_kept",
        "acceptance_legacyacceptance",
        "DELETE",
        "TRUE",
        "An acceptance that was taken over is never deleted.",
    ),
    Trigger(
        "legacy_of_a_published_version",
        "acceptance_legacyacceptance",
        "INSERT",
        f"NOT {OF_ITS_POLICY}",
        "An acceptance that was taken over names a published version of its policy, or none.",
    ),
]
