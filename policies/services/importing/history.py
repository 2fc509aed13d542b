"""Publish what was published elsewhere before: versions with their own dates, of which nobody is told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from ...fingerprints import next_number, version_fingerprint
from ...manuscript import Manuscript
from ...models import Policy, PolicyVersion
from ...signals import holding, publishing
from ..drafting import save_text
from .drafts import ImportRefused, find_or_create_policy


@dataclass(frozen=True)
class ImportedVersion:
    """A text as it was published elsewhere: under which number, when and why."""

    number: int
    manuscript: Manuscript
    published_at: datetime
    subject: str


def publish_history(
    *,
    slug: str,
    kind: str,
    language: str,
    change_class: str,
    entries: Iterable[ImportedVersion],
    now: datetime,
) -> list[PolicyVersion]:
    """Publish `entries` one after the other with their own dates, marked as imported; give the versions.

    Makes the policy where `slug` is new. The caller holds a transaction, so that one bad entry undoes
    all. Raises `ImportRefused` and the refusals of `save_text`.
    """
    versions: list[PolicyVersion] = []
    policy: Policy | None = None
    for entry in entries:
        if policy is None:
            policy = find_or_create_policy(slug, kind, entry.manuscript.title, language)
            # The dates are those of the history, whatever was recorded before.
            holding.send(Policy, policy_id=policy.pk)
        refuse_gap(policy, entry, now)
        versions.append(import_version(policy, entry, language, change_class, now))
    return versions


def refuse_gap(policy: Policy, entry: ImportedVersion, now: datetime) -> None:
    """Refuse a number that exists or leaves a gap, and a date before its predecessor's or in the future."""
    expected = next_number(policy.pk)
    if entry.number < expected:
        raise ImportRefused(
            _("Version %(number)d of “%(slug)s” exists already. Import only what comes after it.")
            % {"number": entry.number, "slug": policy.slug}
        )
    if entry.number > expected:
        raise ImportRefused(
            _("The next version of “%(slug)s” is %(expected)d, but manifest.csv goes on with %(number)d.")
            % {"slug": policy.slug, "expected": expected, "number": entry.number}
        )
    before = newest_version(policy.slug)
    if before and before.published_at and entry.published_at < before.published_at:
        raise ImportRefused(
            _("Version %(number)d is dated before its predecessor. Correct its date in manifest.csv.")
            % {"number": entry.number}
        )
    if entry.published_at > now:
        raise ImportRefused(
            _("Version %(number)d is dated in the future. History has happened; write a draft instead.")
            % {"number": entry.number}
        )


def newest_version(slug: str) -> PolicyVersion | None:
    """Give the published version of the policy at `slug` with the highest number, if there is any."""
    published = PolicyVersion.objects.filter(policy__slug=slug, published_at__isnull=False)
    return published.order_by("-number").first()


def import_version(
    policy: Policy, entry: ImportedVersion, language: str, change_class: str, now: datetime
) -> PolicyVersion:
    """Make one published version from an entry of a history."""
    version = PolicyVersion.objects.create(
        policy=policy, author=None, created_at=now, change_class=change_class, reason=entry.subject
    )
    save_text(
        version_id=version.pk,
        language=language,
        title=entry.manuscript.title or policy.name,
        summary=entry.manuscript.summary,
        body=entry.manuscript.body,
    )
    version.number = entry.number
    version.effective_at = version.published_at = entry.published_at
    version.imported_at = now
    version.fingerprint = version_fingerprint(version)
    version.save()
    publishing.send(PolicyVersion, version=version)
    return version
