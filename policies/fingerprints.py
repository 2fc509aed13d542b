"""The fingerprint of a version as it stands in the database now."""

from .canonical import TextDigests, fingerprint
from .models import PolicyText, PolicyVersion
from .rendering import digest


def version_fingerprint(version: PolicyVersion) -> str:
    """Give the fingerprint of `version`, a draft under the number that it would get today."""
    return fingerprint(
        slug=version.policy.slug,
        number=version.number or next_number(version.policy_id),
        change_class=version.change_class,
        reason=version.reason,
        exception_reason=version.exception_reason,
        effective_at=version.effective_at,
        texts={text.language: text_digests(text) for text in version.texts.all()},
    )


def text_digests(text: PolicyText) -> TextDigests:
    """Give the digests of what a text says, by part."""
    return {
        "title": digest(text.title),
        "summary": digest(text.summary),
        "reason": digest(text.reason),
        "body": text.sha256,
    }


def next_number(policy_id: int) -> int:
    """Give the number that the policy's next published version gets."""
    newest = (
        PolicyVersion.objects.filter(policy_id=policy_id, number__isnull=False)
        .order_by("-number")
        .values_list("number", flat=True)
        .first()
    )
    return (newest or 0) + 1
