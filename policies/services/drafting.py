"""Write drafts: everything that may still change."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.moments import for_reader

from ..fingerprints import next_number, version_fingerprint
from ..instants import refuse_far
from ..models import ChangeClass, KeptComparison, Policy, PolicyText, PolicyVersion
from ..refusal import Refusal
from ..rendering import RENDERER, EmptyText, digest, normalise, render


class AlreadyPublished(Refusal):
    """The version is published and never changes again."""


class Discarded(Refusal):
    """The draft was thrown away, perhaps by somebody else a moment ago."""


class DetailsChangedMeanwhile(Refusal):
    """What is said of the draft as a whole was saved from elsewhere after the form was opened."""


class TextChangedMeanwhile(Refusal):
    """Somebody else saved this text after the form was opened."""


def create_policy(*, slug: str, kind: str, name: str, default_language: str) -> Policy:
    """Make a policy without any version. Raises `ValidationError` naming the field that is wrong."""
    policy = Policy(slug=slug, kind=kind, name=name, default_language=default_language)
    policy.full_clean()
    policy.save()
    return policy


@transaction.atomic
def start_draft(*, policy_id: int, author: User | None, now: datetime) -> PolicyVersion:
    """Start a draft that begins as a copy of the newest published version's texts.

    Reason, summaries and effective moment start empty: they belong to one change.
    """
    policy = Policy.objects.select_for_update(no_key=True).get(pk=policy_id)
    newest = policy.versions.filter(published_at__isnull=False).order_by("-number").first()
    base = newest.number if newest else None
    draft = PolicyVersion.objects.create(policy=policy, author=author, created_at=now, base_number=base)
    for text in newest.texts.order_by("language") if newest else []:
        PolicyText.objects.create(
            version=draft,
            language=text.language,
            title=text.title,
            body=text.body,
            html=text.html,
            sha256=text.sha256,
            renderer=text.renderer,
        )
    return sign(draft)


@transaction.atomic
def edit_version(
    *,
    version_id: int,
    change_class: str,
    reason: str,
    effective_at: datetime | None,
    exception_reason: str,
    now: datetime,
    based_on: str | None = None,
) -> PolicyVersion:
    """Change what is said of a draft as a whole. Locks the policy.

    `based_on` is the `details_state` that the writer had before them, or None to save whatever is there.
    Raises `AlreadyPublished`, `DetailsChangedMeanwhile`, `UnknownChangeClass`, `UnclearInstant` for a
    moment out of reach, and `EffectiveMomentPassed` for one not after `now`.
    """
    draft = lock_draft(version_id)
    if based_on is not None and based_on != details_state(draft):
        raise DetailsChangedMeanwhile(
            _(
                "This was saved from elsewhere while you were writing: %(change_class)s;"
                " takes effect %(moment)s; reason: %(reason)s Save again to replace it."
            )
            % {
                "change_class": draft.get_change_class_display(),
                "moment": localtime(draft.effective_at).strftime("%Y-%m-%d %H:%M")
                if draft.effective_at
                else "–",
                "reason": draft.reason or "–",
            }
        )
    draft.change_class = known_class(change_class)
    draft.reason = normalise_short(reason)
    draft.exception_reason = normalise_short(exception_reason)
    moved = effective_at != draft.effective_at
    draft.effective_at = effective_at
    if moved and effective_at is not None:
        refuse_past(refuse_far(effective_at), now)
    return sign(draft)


def details_state(draft: PolicyVersion) -> str:
    """Give the digest of what is said of a draft as a whole, but for its texts."""
    effective_at = draft.effective_at.timestamp() if draft.effective_at else ""
    return digest(f"{draft.change_class}\0{draft.reason}\0{effective_at}\0{draft.exception_reason}")


class UnknownChangeClass(Refusal):
    """The change class is none of those that rules are written for."""


def known_class(value: str) -> ChangeClass:
    """Give the change class named `value`. Raises `UnknownChangeClass`."""
    try:
        return ChangeClass(value)
    except ValueError as error:
        raise UnknownChangeClass(
            _("“%(value)s” is no class of change. Choose one of: %(classes)s.")
            % {"value": value, "classes": ", ".join(ChangeClass.values)}
        ) from error


class EffectiveMomentPassed(Refusal):
    """The effective moment is not in the future."""


def refuse_past(effective_at: datetime, now: datetime) -> None:
    """Raise `EffectiveMomentPassed` unless `effective_at` lies after `now`."""
    if effective_at <= now:
        raise EffectiveMomentPassed(
            _("The effective moment %(moment)s has passed. Choose a later one.")
            % {"moment": for_reader(effective_at)}
        )


@transaction.atomic
def save_text(
    *,
    version_id: int,
    language: str,
    title: str,
    summary: str,
    body: str,
    reason: str = "",
    based_on: str | None = None,
) -> PolicyText:
    """Save a draft's text in one language and render it. Locks the policy.

    `based_on` is the `text_state` that the writer had before them, or None to save whatever is there.
    Raises `AlreadyPublished`, `TextChangedMeanwhile`, the refusals of `normalise` and `render`, and
    `ValidationError` for an unknown language or a missing title.
    """
    draft = lock_draft(version_id)
    text = draft.texts.filter(language=language).first() or PolicyText(version=draft, language=language)
    if based_on is not None and based_on != text_state(text):
        raise TextChangedMeanwhile(
            _("Somebody else saved this text while you were writing. Compare, then save again to replace it.")
        )
    before = text.sha256
    text.title = normalise_short(" ".join(title.split()))
    text.summary = normalise_short(summary)
    text.reason = normalise_short(reason)
    text.body = normalise(body)
    text.sha256 = digest(text.body)
    text.html = render(text.body)
    if not text.html.strip():
        raise EmptyText(_("The text shows nothing to the reader. Write what it says, then save again."))
    text.renderer = RENDERER
    text.full_clean(exclude=["html", "sha256", "renderer"])
    text.save()
    KeptComparison.objects.forget_text(before)
    sign(draft)
    return text


def text_state(text: PolicyText) -> str:
    """Give the digest of all that a writer edits in `text`; empty while it was never saved."""
    return digest(f"{text.title}\0{text.summary}\0{text.reason}\0{text.body}") if text.pk else ""


def normalise_short(value: str) -> str:
    """Give a short text in the form in which it is digested; an empty one stays empty."""
    return normalise(value.strip()) if value.strip() else ""


@transaction.atomic
def ask_for_review(*, version_id: int, now: datetime) -> PolicyVersion:
    """Put a draft before the approvers. Raises `AlreadyPublished`, and `NothingToReview` without a text."""
    draft = lock_draft(version_id)
    if not draft.texts.exists():
        raise NothingToReview(_("Nothing is written yet. Write a text, then ask for review."))
    draft.review_asked_at = now
    draft.save()
    return draft


class NothingToReview(Refusal):
    """The draft has no text that somebody could read."""


@transaction.atomic
def send_back(*, version_id: int, note: str = "") -> PolicyVersion:
    """Give a draft back to its author, who asks for review again.

    A `note` on what is to be changed is kept in the history of the draft. Raises `AlreadyPublished`.
    """
    draft = lock_draft(version_id)
    draft.review_asked_at = None
    # As simple-history documents it; what it has for afterwards may find another change of the same moment.
    draft._change_reason = note.strip()  # type: ignore[attr-defined]  # noqa: SLF001 - that documentation
    draft.save()
    return draft


@transaction.atomic
def catch_up(*, version_id: int, number: int) -> PolicyVersion:
    """Note that a draft holds what was published since it was begun, up to `number`. Locks the policy.

    Raises `AlreadyPublished`, and `NotTheNewest` where another version is the newest one by now.
    """
    draft = lock_draft(version_id)
    if number != next_number(draft.policy_id) - 1:
        raise NotTheNewest(
            _("Another version was published meanwhile. Read its changes, then confirm again.")
        )
    draft.base_number = number
    draft.save()
    return draft


class NotTheNewest(Refusal):
    """A newer version was published than the one that a draft is said to hold the changes of."""


@transaction.atomic
def discard_draft(*, version_id: int) -> None:
    """Throw a draft away; the history of its edits stays. Locks the policy. Raises `AlreadyPublished`."""
    draft = lock_draft(version_id)
    draft.approvals.all().delete()
    for text in draft.texts.order_by("language"):
        text.delete()
        KeptComparison.objects.forget_text(text.sha256)
    draft.delete()


def lock_draft(version_id: int) -> PolicyVersion:
    """Lock the policy of the draft `version_id` and give the draft.

    Raises `AlreadyPublished`, and `Discarded` where it is not there any more.
    """
    list(Policy.objects.select_for_update(no_key=True).filter(versions=version_id))
    version = PolicyVersion.objects.select_related("policy", "author").filter(pk=version_id).first()
    if version is None:
        raise Discarded(_("This draft was discarded. Nothing was saved; start a new one for it."))
    if version.is_published:
        raise AlreadyPublished(
            _("Version %(number)d is published and never changes. Start a new draft instead.")
            % {"number": version.number}
        )
    return version


def sign(draft: PolicyVersion) -> PolicyVersion:
    """Save `draft` with the fingerprint of all that it now says."""
    draft.fingerprint = version_fingerprint(draft)
    draft.save()
    return draft
