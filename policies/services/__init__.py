"""What can be done to a policy: draft, approve, publish, import, recall."""

from .approval import ApprovalRefused, approve_version
from .drafting import (
    AlreadyPublished,
    DetailsChangedMeanwhile,
    EffectiveMomentPassed,
    NothingToReview,
    NotTheNewest,
    TextChangedMeanwhile,
    ask_for_review,
    catch_up,
    create_policy,
    details_state,
    discard_draft,
    edit_version,
    save_text,
    send_back,
    start_draft,
    text_state,
)
from .importing import ImportedVersion, ImportRefused, import_draft, import_history, import_repository
from .order import LONGEST_WAIT
from .permission import NotPermitted
from .publication import PublicationRefused, publish_version
from .recall import RecallRefused, recall_version

__all__ = [
    "LONGEST_WAIT",
    "AlreadyPublished",
    "ApprovalRefused",
    "DetailsChangedMeanwhile",
    "EffectiveMomentPassed",
    "ImportRefused",
    "ImportedVersion",
    "NotPermitted",
    "NotTheNewest",
    "NothingToReview",
    "PublicationRefused",
    "RecallRefused",
    "TextChangedMeanwhile",
    "approve_version",
    "ask_for_review",
    "catch_up",
    "create_policy",
    "details_state",
    "discard_draft",
    "edit_version",
    "import_draft",
    "import_history",
    "import_repository",
    "publish_version",
    "recall_version",
    "save_text",
    "send_back",
    "start_draft",
    "text_state",
]
