"""Publish a version: from then on it never changes."""

from datetime import datetime

from django.db import transaction

from accounts.models import User

from ..fingerprints import next_number, version_fingerprint
from ..models import PolicyVersion
from ..refusal import Refusal
from ..selectors import obstacles, register
from ..signals import publishing, version_published
from .drafting import lock_draft
from .order import instant_behind_others
from .permission import require


class PublicationRefused(Refusal):
    """The version cannot be published as it stands; `obstacles` holds a sentence for each reason."""

    def __init__(self, obstacles: list[str]) -> None:
        super().__init__(" ".join(obstacles))
        self.obstacles = obstacles


@transaction.atomic
def publish_version(*, version_id: int, published_by: User, now: datetime) -> PolicyVersion:
    """Publish the draft `version_id` under the policy's next number. Locks the policy.

    It is published at `now`, or as soon after as all is on record that came before it.
    After the commit it rings `version_published`; whoever misses the bell finds the row.
    Raises `NotPermitted`, `AlreadyPublished` and `PublicationRefused`.
    """
    require(published_by, "policies.publish_version")
    version = lock_draft(version_id)
    now = instant_behind_others(version.policy_id, now)
    found = obstacles(version, now=now)
    if found:
        raise PublicationRefused(found)
    version.fingerprint = version_fingerprint(version)
    version.number = next_number(version.policy_id)
    version.published_at = now
    version.published_by = published_by
    version.save()
    publishing.send(PolicyVersion, version=version)
    transaction.on_commit(register.cache_clear)
    transaction.on_commit(lambda: version_published.send_robust(PolicyVersion, version_id=version.pk))
    return version
