"""Recall a published version: it stops being in force, and stays on record."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User

from ..models import Policy, PolicyVersion, Recall
from ..refusal import Refusal
from ..selectors import register
from ..signals import recalling
from .order import instant_behind_others
from .permission import require


class RecallRefused(Refusal):
    """The version cannot be recalled."""


@transaction.atomic
def recall_version(*, version_id: int, reason: str, recalled_by: User, now: datetime) -> Recall:
    """Recall a published version from `now` on. Locks the policy.

    It is from as soon after `now` as all is on record that came before it.
    Raises `NotPermitted`, and `RecallRefused` for a draft, a second recall, or an empty reason.
    """
    require(recalled_by, "policies.publish_version")
    policy = Policy.objects.select_for_update(no_key=True).get(versions=version_id)
    now = instant_behind_others(policy.pk, now)
    version = PolicyVersion.objects.get(pk=version_id)
    if not version.is_published:
        raise RecallRefused(_("A draft cannot be recalled. Change it instead."))
    if Recall.objects.filter(version=version).exists():
        raise RecallRefused(_("This version is recalled already."))
    if not reason.strip():
        raise RecallRefused(_("Say why the version is recalled."))
    recall = Recall.objects.create(
        version=version, reason=reason.strip(), recalled_by=recalled_by, recalled_at=now
    )
    recalling.send(Recall, recall=recall)
    transaction.on_commit(register.cache_clear)
    return recall
