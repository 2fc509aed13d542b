"""What a database in use holds, and the order in which it came by its tables."""

import uuid
from datetime import timedelta
from typing import Any

from policies.redline import ENGINE
from tests.conftest import NOW

# The order in which the migrations were written, which is the one in which a site that kept up applied them.
# What is not named here comes after it.
WRITTEN = [
    ("accounts", "0001_first_tables"),
    ("policies", "0001_first_tables"),
    ("acceptance", "0001_first_tables"),
    ("notifications", "0001_first_tables"),
    ("policies", "0002_first_notice_rules"),
    ("notifications", "0002_troubled_notices"),
    ("policies", "0003_history_of_rules"),
    ("policies", "0004_keep_comparisons"),
    ("notifications", "0003_letters_and_trial"),
    ("notifications", "0004_measured_progress"),
    ("notifications", "0005_webhooks"),
    ("notifications", "0006_suppressions_and_mail_events"),
    ("acceptance", "0002_add_reminder_choices"),
    ("acceptance", "0003_returned_mail"),
    ("notifications", "0007_add_reminders"),
    ("policies", "0005_quiet_hours"),
    ("notifications", "0008_pace"),
    ("accounts", "0002_guardians"),
    ("notifications", "0009_sent_again"),
    ("notifications", "0010_corrections"),
    ("notifications", "0011_stalled_chunks"),
    ("acceptance", "0004_ledger"),
    ("acceptance", "0005_more_entries"),
    ("policies", "0006_rules_begin_their_history"),
    ("accounts", "0003_erased"),
    ("records", "0001_erasure"),
    ("records", "0002_packs"),
    ("acceptance", "0006_acts_for_others"),
    ("acceptance", "0007_timestamps"),
    ("policies", "0007_later_times"),
    ("acceptance", "0008_later"),
    ("acceptance", "0009_counts"),
    ("acceptance", "0010_desk_acts_of_the_erased"),
    ("policies", "0008_draft_bases"),
    ("notifications", "0012_begun_chunks"),
    ("accounts", "0004_addresses_in_lower_case"),
    ("notifications", "0013_paused_before"),
    ("acceptance", "0011_handovers_and_rules"),
    ("notifications", "0014_handovers"),
    ("accounts", "0005_list_people"),
    ("policies", "0009_review_notes"),
    ("acceptance", "0012_fewer_indexes"),
    ("notifications", "0015_fewer_indexes"),
]

LATER = NOW + timedelta(days=31)
DIGEST = "5e" * 32
ACT = uuid.UUID(int=1)
VERSION = {
    "policy_id": 1,
    "number": 1,
    "reason": "A new supplier.",
    "effective_at": LATER,
    "created_at": NOW,
    "published_at": NOW,
    "fingerprint": DIGEST,
    "author_id": 1,
    "published_by_id": 2,
}
DRAFT = {"policy_id": 1, "created_at": LATER, "author_id": 1}
TEXT = {
    "version_id": 1,
    "language": "en",
    "title": "Privacy policy",
    "body": "We keep orders for six years.",
    "html": "<p>We keep orders for six years.</p>",
    "sha256": DIGEST,
    "renderer": "1",
}
RULE = {
    "policy_kind": "TERMS",
    "change_class": "MATERIAL",
    "jurisdiction": "FR",
    "min_notice_days": 45,
    "assent": "AGREE",
    "reminder_days": [30, 14],
    "source": "Counsel said so.",
}
HISTORY = {"id": 1, "history_date": NOW, "history_type": "+", "history_user_id": 1}

# By table, in an order in which each row finds what it points to, with the columns that the table began with.
# No row brings a number of its own, so that those which a migration writes get the next ones.
ROWS: dict[str, list[dict[str, Any]]] = {
    "auth.group": [{"name": "Shop assistants"}],
    "accounts.user": [
        {"email": "author@example.com", "password": "!", "country": "DE", "external_id": "1"},
        {"email": "approver@example.com", "password": "!"},
        {"email": "alice@example.com", "password": "!", "language": "de", "last_login": NOW},
    ],
    "accounts.user_groups": [{"user_id": 1, "group_id": 1}],
    "policies.policy": [{"slug": "privacy", "kind": "PRIVACY_NOTICE", "name": "Privacy policy"}],
    "policies.policyversion": [VERSION, DRAFT],
    "policies.policytext": [TEXT, TEXT | {"version_id": 2}],
    "policies.approval": [{"version_id": 1, "approver_id": 2, "fingerprint": DIGEST, "approved_at": NOW}],
    "policies.recall": [{"version_id": 1, "recalled_by_id": 2, "recalled_at": LATER, "reason": "Wrong."}],
    "policies.noticerule": [RULE],
    "policies.historicalpolicyversion": [VERSION | HISTORY],
    "policies.historicalpolicytext": [TEXT | HISTORY],
    "policies.historicalnoticerule": [RULE | HISTORY],
    "policies.keptcomparison": [
        {
            "key": DIGEST,
            "engine": ENGINE,
            "old_sha256": DIGEST,
            "new_sha256": DIGEST,
            "summary": {},
            "record": b"0",
        }
    ],
    "acceptance.presentation": [
        {
            "sha256": DIGEST,
            "surface": "REVIEW_PAGE",
            "language": "en",
            "wording": {"statement": "I agree."},
            "markup": DIGEST,
            "release": "1",
        }
    ],
    "acceptance.act": [
        {
            "id": ACT,
            "user_id": 3,
            "acted_by_id": 3,
            "version_id": 1,
            "text_id": 1,
            "presentation_id": 1,
            "kind": "AGREED",
            "channel": "WEB",
            "at": NOW,
        }
    ],
    "acceptance.actcontext": [{"act_id": ACT, "salt": b"salt", "ip": "192.0.2.1", "user_agent": "Firefox"}],
    "acceptance.standing": [
        {
            "user_id": 3,
            "policy_id": 1,
            "accepted_version_id": 1,
            "accepted_kind": "AGREED",
            "updated_at": NOW,
        }
    ],
    "acceptance.exposure": [
        {"user_id": 3, "version_id": 1, "kind": "NOTIFIED", "at": NOW},
        {"user_id": None, "version_id": 1, "kind": "SHOWN", "at": NOW},
    ],
    "acceptance.reminderchoice": [{"user_id": 3, "is_wanted": False, "source": "LINK", "at": NOW}],
    "acceptance.checkpoint": [{"size": 1, "root": b"root", "note": "note", "at": NOW}],
    "acceptance.ledgerrow": [{"level": 0, "place": 0, "hashes": b"hash"}],
    "acceptance.ledgerentry": [
        {"kind": "ACT", "act_id": ACT, "body": b"{}", "entered_at": NOW, "position": 0},
        {"kind": "PUBLICATION", "version_id": 1, "body": b"{}", "entered_at": NOW},
        {"kind": "RECALL", "version_id": 1, "body": b"{}", "entered_at": LATER},
    ],
    "acceptance.legacyacceptance": [
        {
            "user_id": 3,
            "policy_id": 1,
            "version_id": 1,
            "entry_id": 3,
            "at": NOW,
            "imported_at": LATER,
            "source": "Row 7 of the old table.",
            "salt": b"salt",
        }
    ],
    "acceptance.timestamptoken": [
        {"checkpoint_id": 1, "token": b"token", "stamped_at": NOW, "authority": "An authority", "at": NOW}
    ],
    "acceptance.tally": [{"version_id": 1, "date": NOW.date(), "begun_at": NOW}],
    "notifications.campaign": [{"version_id": 1, "created_at": NOW, "planned_at": NOW}],
    "notifications.chunk": [{"campaign_id": 1, "size": 1, "due_at": NOW}],
    "notifications.notice": [
        {
            "campaign_id": 1,
            "chunk_id": 1,
            "user_id": 3,
            "wave": "ANNOUNCEMENT",
            "channel": "MAIL",
            "state": "ACCEPTED",
            "address": "alice@example.com",
            "settled_at": NOW,
        }
    ],
    "notifications.handover": [{"notice_id": 1, "entry_id": 2, "place": 0, "leaf": b"leaf", "salt": b"salt"}],
    "notifications.letter": [
        {"campaign_id": 1, "wave": "ANNOUNCEMENT", "language": "en", "skeleton": b"Hello", "sha256": DIGEST}
    ],
    "notifications.webhookendpoint": [
        {"url": "https://shop.example/hook", "secret": "whsec_1", "kinds": [], "created_at": NOW}
    ],
    "notifications.webhookdelivery": [
        {
            "endpoint_id": 1,
            "version_id": 1,
            "kind": "version.published",
            "event_id": "1",
            "payload": b"{}",
            "due_at": NOW,
            "created_at": NOW,
        }
    ],
    "notifications.mailevent": [
        {
            "notice_id": 1,
            "kind": "DELAYED",
            "diagnostic": "Later.",
            "received_at": NOW,
            "source": "IMAP",
            "digest": DIGEST,
        }
    ],
    "notifications.suppression": [
        {"address": "alice@example.com", "reason": "BOUNCE", "created_at": NOW},
        {
            "address": "alice@example.com",
            "reason": "MANUAL",
            "created_at": NOW,
            "released_at": NOW,
            "released_by_id": 1,
        },
    ],
    "notifications.pace": [{"scope": "example.com", "next_at": NOW, "gap": 2.5}],
    "records.retentionrun": [{"began_at": NOW, "ended_at": NOW, "shortened": 3}],
    "records.endedrelationship": [{"person_id": 3, "noted_at": NOW}],
    "records.erasurerequest": [{"person_id": 3, "asked_at": NOW, "due_at": LATER}],
    "records.legalhold": [{"person_id": 3, "placed_by_id": 1, "reason": "A suit.", "since": NOW}],
    "records.pack": [
        {"version_id": 1, "made_by_id": 1, "about": NOW, "made_at": LATER, "manifest": DIGEST},
        {"person_id": 3, "made_by_id": 1, "about": NOW, "made_at": LATER, "manifest": DIGEST},
    ],
}
