"""Versions of a policy, their texts, and who approved or recalled them."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.places import validate_language

from .policy import Policy


class ChangeClass(models.TextChoices):
    """What a change means. The author chooses it; it is never deduced from the text."""

    EDITORIAL = "EDITORIAL", _("Editorial: wording only")
    NEUTRAL = "NEUTRAL", _("Neutral: nothing gets better or worse")
    BENEFICIAL = "BENEFICIAL", _("Beneficial to the reader")
    MATERIAL = "MATERIAL", _("Material")
    NEW_PURPOSE = "NEW_PURPOSE", _("A new purpose for personal data")


class PolicyVersion(models.Model):
    """One text of a policy in all its languages: a draft until `published_at`, then never changed.

    A trigger refuses every change to a published row, whoever asks. Announced, in force and
    superseded are read from the record at an instant; none of them is stored.
    """

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="versions", verbose_name=_("policy"))
    number = models.PositiveIntegerField(_("number"), null=True, blank=True, editable=False)
    change_class = models.CharField(
        _("class of change"), max_length=16, choices=ChangeClass, default=ChangeClass.MATERIAL
    )
    reason = models.TextField(_("reason"), blank=True, help_text=_("Why the change is made."))
    effective_at = models.DateTimeField(_("takes effect"), null=True, blank=True)
    exception_reason = models.TextField(
        _("reason for shorter notice"),
        blank=True,
        help_text=_("Legal duty or emergency only. Two people must then approve."),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("author"),
        help_text=_("Empty where the draft came from the command line."),
    )
    created_at = models.DateTimeField(_("created"))
    base_number = models.PositiveIntegerField(
        _("begun from version"),
        null=True,
        editable=False,
        help_text=_("The newest published version whose changes the draft holds; empty for none."),
    )
    review_asked_at = models.DateTimeField(_("review asked for"), null=True, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("published by")
    )
    imported_at = models.DateTimeField(
        _("imported"), null=True, editable=False, help_text=_("Set where the version is history from before.")
    )
    fingerprint = models.CharField(_("fingerprint"), max_length=64, blank=True, editable=False)

    # Why a draft was sent back stands with that change, in as many words as it takes.
    history: ClassVar[Any] = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        permissions = [
            ("write_version", _("Can write drafts")),
            ("approve_version", _("Can approve versions")),
            ("publish_version", _("Can publish versions")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="version_number_unique_per_policy"),
            models.CheckConstraint(condition=Q(number__gt=0), name="version_number_from_one"),
            models.CheckConstraint(
                condition=Q(published_at=None, number=None)
                | Q(published_at__isnull=False, number__isnull=False, effective_at__isnull=False)
                & ~Q(fingerprint=""),
                name="version_published_with_number_and_moment",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(effective_at__gte=F("published_at")),
                name="version_effective_not_before_published",
            ),
            models.CheckConstraint(
                condition=Q(change_class__in=ChangeClass.values), name="version_change_class_is_known"
            ),
        ]
        indexes = [models.Index(fields=["policy", "-number"], name="version_newest_of_policy")]

    def __str__(self) -> str:
        return f"{self.policy_id}/{self.number or f'draft-{self.pk}'}"

    @property
    def is_published(self) -> bool:
        """Whether this version can never change again."""
        return self.published_at is not None


class PolicyText(models.Model):
    """A version in one language; the HTML is rendered when a draft is saved, and never again."""

    version = models.ForeignKey(
        PolicyVersion, models.PROTECT, related_name="texts", verbose_name=_("version")
    )
    language = models.CharField(_("language"), max_length=12)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary of changes"), blank=True)
    reason = models.TextField(
        _("reason for the reader"),
        blank=True,
        help_text=_("Why the change is made, in this language. Empty: the version's own reason is shown."),
    )
    body = models.TextField(_("text"), help_text=_("Markdown."))
    html = models.TextField(_("rendered text"), editable=False)
    sha256 = models.CharField(_("digest of the text"), max_length=64, editable=False)
    renderer = models.CharField(_("renderer"), max_length=100, editable=False)

    history: ClassVar[Any] = HistoricalRecords()

    class Meta:
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        constraints = [
            models.UniqueConstraint(fields=["version", "language"], name="text_language_unique_per_version"),
            models.CheckConstraint(condition=~Q(body=""), name="text_is_not_empty"),
            models.CheckConstraint(condition=~Q(sha256=""), name="text_has_a_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}/{self.language}"

    def clean(self) -> None:
        """Raise `ValidationError` for a language that the site does not speak."""
        super().clean()
        validate_language(self.language)


class Approval(models.Model):
    """One person's word that exactly the text with this fingerprint may be published."""

    version = models.ForeignKey(
        PolicyVersion, models.PROTECT, related_name="approvals", verbose_name=_("version")
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("approved by")
    )
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    approved_at = models.DateTimeField(_("approved"))

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "approver", "fingerprint"], name="approval_once_per_person_and_text"
            )
        ]

    def __str__(self) -> str:
        return f"{self.version_id}/{self.approver_id}/{self.fingerprint[:12]}"


class Recall(models.Model):
    """The end of a published version by decision: it is not in force from `recalled_at` on."""

    version = models.OneToOneField(
        PolicyVersion, models.PROTECT, related_name="recall", verbose_name=_("version")
    )
    reason = models.TextField(_("reason"))
    recalled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recalled by")
    )
    recalled_at = models.DateTimeField(_("recalled"))

    class Meta:
        verbose_name = _("recall")
        verbose_name_plural = _("recalls")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="recall_has_a_reason")]

    def __str__(self) -> str:
        return f"{self.version_id}/recall"
