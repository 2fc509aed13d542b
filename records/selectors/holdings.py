"""The one list of what is held of a person: in which table, what of it they are given, what becomes of it.

A test walks over all tables and fails where one that could name a person is not on it.
"""

from allauth.account.models import EmailAddress, EmailConfirmation
from django.contrib.admin.models import LogEntry
from django.utils.translation import gettext_lazy as _

from acceptance.models import (
    Act,
    ActContext,
    Exposure,
    LedgerEntry,
    LegacyAcceptance,
    ReminderChoice,
    Standing,
)
from accounts.models import User
from notifications.models import Handover, MailEvent, Notice, Suppression
from policies.models import Approval, NoticeRule, PolicyText, PolicyVersion, Recall

from ..models import EndedRelationship, ErasureRequest, LegalHold, Pack
from .holding import Holding, OnErasure, entries_about, linked, suppressions_of

VERSION = ("version__policy__slug", "version__number")
VERSIONS = PolicyVersion.history.model
TEXTS = PolicyText.history.model
RULES = NoticeRule.history.model
GROUPS = User.groups.through
PERMISSIONS = User.user_permissions.through

# Erased from the top: what is found by way of other rows, or by an address that they hold, goes first.
HOLDINGS = [
    Holding(
        "account",
        _("Your account"),
        User,
        lambda person: User.objects.filter(pk=person.pk),
        (
            *("id", "email", "guardian_email", "language", "country", "time_zone", "external_id"),
            *("is_active", "is_service", "is_staff", "is_superuser", "date_joined", "last_login"),
        ),
        OnErasure.LAST,
    ),
    Holding(
        "suppressed_addresses",
        _("Your addresses to which nothing is sent"),
        Suppression,
        suppressions_of,
        ("address", "reason", "detail", "created_at", "released_at"),
        OnErasure.DELETED,
    ),
    Holding(
        "administration_entries",
        _("Changes to your account by an administrator"),
        LogEntry,
        entries_about,
        ("action_time", "action_flag", "object_repr", "change_message"),
        {"object_id": None, "object_repr": "", "change_message": ""},
    ),
    Holding(
        "email_confirmations",
        _("Confirmations of your addresses"),
        EmailConfirmation,
        linked(EmailConfirmation, "email_address__user"),
        ("email_address__email", "created", "sent"),
        OnErasure.DELETED,
    ),
    Holding(
        "email_addresses",
        _("Addresses with which you sign in"),
        EmailAddress,
        linked(EmailAddress, "user"),
        ("email", "verified", "primary"),
        OnErasure.DELETED,
    ),
    Holding("groups", _("Your groups"), GROUPS, linked(GROUPS, "user"), ("group__name",), OnErasure.DELETED),
    Holding(
        "permissions",
        _("Your permissions"),
        PERMISSIONS,
        linked(PERMISSIONS, "user"),
        ("permission__name",),
        OnErasure.DELETED,
    ),
    Holding(
        "circumstances",
        _("From where you did it"),
        ActContext,
        linked(ActContext, "act__user"),
        ("act_id", "email", "ip", "user_agent", "salt"),
        OnErasure.DELETED,
    ),
    Holding(
        "acts",
        _("What you did"),
        Act,
        linked(Act, "user"),
        (
            *("id", "kind", "at", "channel", *VERSION, "text__language", "text__title", "text__sha256"),
            *("presentation__sha256", "presentation__language", "presentation__wording"),
            *("presentation__release", "note", "entry__position"),
        ),
        {"user": None, "note": ""},
    ),
    Holding(
        "acts_entered",
        _("What you entered, for yourself or for somebody else"),
        Act,
        linked(Act, "acted_by"),
        ("id", "kind", "at", "channel", *VERSION),
        {"acted_by": None},
    ),
    Holding(
        "acceptances_taken_over",
        _("What you accepted according to an older system"),
        LegacyAcceptance,
        linked(LegacyAcceptance, "user"),
        ("policy__slug", "version__number", "at", "source", "imported_at", "salt", "entry__position"),
        {"user": None, "salt": b""},
    ),
    Holding(
        "exposures",
        _("How you met the texts"),
        Exposure,
        linked(Exposure, "user"),
        ("kind", "at", *VERSION),
        {"user": None},
    ),
    Holding(
        "reminder_choices",
        _("What you chose about reminders"),
        ReminderChoice,
        linked(ReminderChoice, "user"),
        ("is_wanted", "source", "at"),
        {"user": None},
    ),
    Holding(
        "standings",
        _("Where you stand"),
        Standing,
        linked(Standing, "user"),
        (
            *("policy__slug", "accepted_version__number", "accepted_kind"),
            *("declined_version__number", "withdrawn_version__number", "updated_at"),
        ),
        OnErasure.DELETED,
    ),
    Holding(
        "mail_reports",
        _("What mail servers reported"),
        MailEvent,
        linked(MailEvent, "notice__user"),
        ("notice_id", "kind", "status", "diagnostic", "received_at", "source", "digest"),
        {"diagnostic": ""},
    ),
    Holding(
        "handovers",
        _("What shows that mail servers took it"),
        Handover,
        linked(Handover, "notice__user"),
        ("notice_id", "salt", "leaf", "place", "entry__position"),
        {"salt": b""},
    ),
    Holding(
        "notices",
        _("What was written to you"),
        Notice,
        linked(Notice, "user"),
        (
            *("id", "campaign__version__policy__slug", "campaign__version__number", "wave", "channel"),
            *("address", "language", "state", "reason", "attempt", "due_at", "armed_at", "settled_at"),
            *("reply", "message_id", "letter__sha256", "variables", "sha256", "is_resent"),
        ),
        {"user": None, "address": "", "variables": None, "reply": "", "sha256": ""},
    ),
    Holding(
        "evidence_packs",
        _("Evidence about you that was given out"),
        Pack,
        linked(Pack, "person"),
        ("id", "about", "made_at", "manifest"),
        {"person": None},
    ),
    Holding(
        "packs_made",
        _("Evidence that you gave out"),
        Pack,
        linked(Pack, "made_by"),
        ("id", "made_at", "version__policy__slug", "version__number"),
        {"made_by": None},
    ),
    Holding(
        "erasure_requests",
        _("Your requests to be erased"),
        ErasureRequest,
        linked(ErasureRequest, "person"),
        ("asked_at", "due_at", "carried_out_at", "refused_at", "refusal"),
        {"person": None, "refusal": ""},
    ),
    Holding(
        "legal_holds",
        _("Why your record may not be erased"),
        LegalHold,
        linked(LegalHold, "person"),
        ("reason", "since", "lifted_at"),
        {"person": None, "reason": ""},
    ),
    Holding(
        "ended_relationship",
        _("That your account was switched off"),
        EndedRelationship,
        linked(EndedRelationship, "person"),
        ("noted_at",),
        OnErasure.DELETED,
    ),
    Holding(
        "versions",
        _("Versions that you wrote or published"),
        PolicyVersion,
        linked(PolicyVersion, "author", "published_by"),
        ("policy__slug", "number", "created_at", "published_at"),
        OnErasure.KEPT,
    ),
    Holding(
        "approvals",
        _("Versions that you approved"),
        Approval,
        linked(Approval, "approver"),
        (*VERSION, "fingerprint", "approved_at"),
        OnErasure.KEPT,
    ),
    Holding(
        "recalls",
        _("Versions that you recalled"),
        Recall,
        linked(Recall, "recalled_by"),
        (*VERSION, "reason", "recalled_at"),
        OnErasure.KEPT,
    ),
    Holding(
        "version_changes",
        _("Changes to versions that name you"),
        VERSIONS,
        linked(VERSIONS, "author", "published_by", "history_user"),
        ("policy__slug", "number", "history_type", "history_date"),
        OnErasure.KEPT,
    ),
    Holding(
        "text_changes",
        _("Changes that you made to texts"),
        TEXTS,
        linked(TEXTS, "history_user"),
        (*VERSION, "language", "history_type", "history_date"),
        OnErasure.KEPT,
    ),
    Holding(
        "rule_changes",
        _("Changes that you made to notice rules"),
        RULES,
        linked(RULES, "history_user"),
        ("policy_kind", "change_class", "jurisdiction", "history_type", "history_date"),
        OnErasure.KEPT,
    ),
    Holding(
        "releases",
        _("Addresses that you released"),
        Suppression,
        linked(Suppression, "released_by"),
        ("released_at",),
        OnErasure.KEPT,
    ),
    Holding(
        "administration",
        _("What you did in the administration"),
        LogEntry,
        linked(LogEntry, "user"),
        ("action_time", "action_flag", "content_type__model"),
        OnErasure.KEPT,
    ),
    Holding(
        "erasures_decided",
        _("Requests to be erased that you decided"),
        ErasureRequest,
        linked(ErasureRequest, "decided_by"),
        ("asked_at", "carried_out_at", "refused_at"),
        OnErasure.KEPT,
    ),
    Holding(
        "holds_placed",
        _("Legal holds that you placed or lifted"),
        LegalHold,
        linked(LegalHold, "placed_by", "lifted_by"),
        ("since", "lifted_at"),
        OnErasure.KEPT,
    ),
]

# Tables that lead to a person, and hold nothing of them.
NOTHING_PERSONAL = {
    LedgerEntry: "People stand in it as HMACs under salts, which go with the circumstances of the acts.",
}
# Columns of what is held that a person is not given, and why.
NOT_SHOWN = {
    "accounts.User.password": "A hash that helps only whoever wants to break it.",
    "accounts.User.erased_at": "Empty as long as there is somebody to ask.",
    "account.EmailConfirmation.key": "Who has it can confirm the address.",
    "notifications.Notice.chunk": "In which portion it was sent says nothing of the person.",
}
