"""Take one text over from a file, as a draft."""

from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.places import validate_language

from ...manuscript import read_manuscript
from ...models import ChangeClass, Policy, PolicyKind, PolicyVersion
from ...refusal import Refusal
from ..drafting import create_policy, edit_version, save_text, start_draft


class ImportRefused(Refusal):
    """The file, folder or repository cannot be taken over as it is."""


@transaction.atomic
def import_draft(
    *,
    slug: str,
    path: Path,
    language: str,
    author: User | None,
    now: datetime,
    kind: str = PolicyKind.PRIVACY_NOTICE,
    draft_id: int | None = None,
    change_class: str = ChangeClass.MATERIAL,
    reason: str = "",
    summary: str = "",
    effective_at: datetime | None = None,
) -> PolicyVersion:
    """Take the `.md`, `.txt` or `.docx` file at `path` over as a draft's text in `language`.

    Makes the policy where `slug` is new. Without `draft_id` it starts a new draft. What the file's
    front matter says of summary and reason holds where the arguments are empty. Raises the
    refusals of `read_manuscript` and of drafting, and `ImportRefused` for an unknown draft.
    """
    validate_language(language)
    manuscript = read_manuscript(path)
    policy = find_or_create_policy(slug, kind, manuscript.title, language)
    draft = find_draft(policy, draft_id) or start_draft(policy_id=policy.pk, author=author, now=now)
    save_text(
        version_id=draft.pk,
        language=language,
        title=manuscript.title or policy.name,
        summary=summary or manuscript.summary,
        reason=reason or manuscript.reason,
        body=manuscript.body,
    )
    is_main = language == policy.default_language
    return edit_version(
        version_id=draft.pk,
        change_class=change_class,
        reason=(reason or manuscript.reason if is_main else "") or draft.reason,
        effective_at=effective_at or draft.effective_at,
        exception_reason=draft.exception_reason,
        now=now,
    )


def find_or_create_policy(slug: str, kind: str, title: str, language: str) -> Policy:
    """Give the policy at `slug`, made now where it is new."""
    found = Policy.objects.filter(slug=slug).first()
    return found or create_policy(
        slug=slug, kind=kind, name=title or slug.replace("-", " ").capitalize(), default_language=language
    )


def find_draft(policy: Policy, draft_id: int | None) -> PolicyVersion | None:
    """Give the draft asked for, or None where a new one is wanted."""
    if draft_id is None:
        return None
    draft = policy.versions.filter(pk=draft_id, published_at=None).first()
    if draft is None:
        raise ImportRefused(
            _("“%(slug)s” has no draft %(draft)d. Leave --draft out to start one.")
            % {"slug": policy.slug, "draft": draft_id}
        )
    return draft
