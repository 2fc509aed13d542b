"""Approve a version: exactly the text that the approver saw, by another person than those who wrote it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User

from ..fingerprints import version_fingerprint
from ..models import Approval
from ..refusal import Refusal
from ..selectors import writers_of
from .drafting import lock_draft
from .permission import require


class ApprovalRefused(Refusal):
    """The person cannot approve the text as it stands."""


@transaction.atomic
def approve_version(*, version_id: int, approver: User, fingerprint: str, now: datetime) -> Approval:
    """Record that `approver` approves the text named by `fingerprint`. Locks the policy.

    Approving the same text twice gives the first approval again. Raises `NotPermitted`,
    `AlreadyPublished`, and `ApprovalRefused` where the approver wrote the draft, or a part of it, or the
    text has changed since they saw it.
    """
    require(approver, "policies.approve_version")
    draft = lock_draft(version_id)
    if draft.author == approver:
        raise ApprovalRefused(_("You wrote this draft. Ask another person to approve it."))
    if approver.pk in writers_of(draft):
        raise ApprovalRefused(_("You wrote a part of this draft. Ask another person to approve it."))
    if fingerprint != version_fingerprint(draft):
        raise ApprovalRefused(
            _("The draft has changed since you opened it. Read it again, then approve what you see.")
        )
    approval, _created = Approval.objects.get_or_create(
        version=draft, approver=approver, fingerprint=fingerprint, defaults={"approved_at": now}
    )
    return approval
