"""Database triggers that keep the record of what was given out, and from where people acted.

Of what was given out only the links to people can be cut; circumstances can be shortened as retention
does it, emptied, or deleted as a whole. Another trigger forgets an end that was none.
"""

from policies.triggers import Trigger, differing, never_emptied, relinked

PACK_COLUMNS = ["id", "version_id", "about", "made_at", "manifest"]

CIRCUMSTANCES = ["act_id", "salt", "email"]
# What of an IP address is left when it is shortened, as `records.addresses` does it. SQLite has it as a
# text in its shortest form: of IPv4 the last number is cut, of IPv6 what is left begins as the whole did.
# There a zero may be written out that was none before, where others behind it have gone.
LEAVES = {
    "sqlite": """(CASE WHEN OLD.ip NOT LIKE '%:%' THEN NEW.ip = rtrim(OLD.ip, '0123456789') || '0'
        ELSE NEW.ip LIKE '%::' AND (NEW.ip = '::' OR OLD.ip LIKE rtrim(NEW.ip, ':') || ':%'
        OR NEW.ip LIKE '0:0:%' AND OLD.ip LIKE '::' || substr(rtrim(NEW.ip, ':'), 5) || ':%') END)""",
    "postgresql": """(NEW.ip = host(network(set_masklen(OLD.ip,
        CASE family(OLD.ip) WHEN 4 THEN 24 ELSE 48 END)))::inet)""",
}
IP_REPLACED = "(OLD.ip {differs} NEW.ip AND NEW.ip IS NOT NULL AND (OLD.ip IS NULL OR NOT {leaves}))"
BROWSER_REPLACED = "NEW.user_agent <> substr(OLD.user_agent, 1, length(NEW.user_agent))"
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
    Trigger(
        "circumstances_unchanged",
        "acceptance_actcontext",
        "UPDATE",
        f"({differing(CIRCUMSTANCES)} OR {IP_REPLACED} OR {BROWSER_REPLACED})",
        "From where somebody acted never changes. It can be shortened or emptied.",
        words={vendor: {"leaves": sql} for vendor, sql in LEAVES.items()},
    ),
    # The time to keep begins anew when the account is switched off again, however soon that is.
    Trigger(
        "end_forgotten_once_switched_on",
        "accounts_user",
        "UPDATE",
        f"(NEW.is_active AND EXISTS (SELECT 1 {ENDED}))",
        does=f"DELETE {ENDED}",
    ),
]
