"""What mail servers report of notices, and the addresses that are left alone because of it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from .notice import Notice


class SuppressionReason(models.TextChoices):
    """Why nothing is sent to an address."""

    BOUNCE = "BOUNCE", _("the address does not exist")
    COMPLAINT = "COMPLAINT", _("the person complained")
    MANUAL = "MANUAL", _("entered at the desk")


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    """Finds suppressions."""

    def active(self) -> "SuppressionQuerySet":
        """Give those that nobody has released."""
        return self.filter(released_at=None)

    def of(self, address: str | Combinable) -> "SuppressionQuerySet":
        """Give those of one address, in whatever case: `Exists(objects.active().of(OuterRef("email")))`."""
        value = models.Value(address.strip().lower()) if isinstance(address, str) else address
        return self.alias(lowered=Lower("address")).filter(lowered=Lower(value))


class Suppression(models.Model):
    """An address to which nothing is sent, until somebody at the desk releases it."""

    address = models.CharField(_("address"), max_length=254)
    reason = models.CharField(_("reason"), max_length=16, choices=SuppressionReason)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("since"))
    released_at = models.DateTimeField(_("released"), null=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("released by")
    )

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        constraints = [
            models.UniqueConstraint(
                Lower("address"), name="suppression_active_once_per_address", condition=Q(released_at=None)
            ),
            models.CheckConstraint(
                condition=Q(reason__in=SuppressionReason.values), name="suppression_reason_is_known"
            ),
            models.CheckConstraint(condition=~Q(address=""), name="suppression_has_an_address"),
            models.CheckConstraint(
                condition=Q(released_by=None) | Q(released_at__isnull=False),
                name="suppression_released_by_at_a_moment",
            ),
        ]
        indexes = [
            models.Index(F("created_at").desc(), F("id").desc(), name="suppression_newest_first"),
            models.Index(Lower("address"), name="suppression_by_address"),
        ]

    def __str__(self) -> str:
        return f"suppression-{self.pk}"


class MailEventKind(models.TextChoices):
    """What was reported of a notice after the mail server had taken it."""

    DELIVERED = "DELIVERED", _("delivered")
    DELAYED = "DELAYED", _("delayed")
    BOUNCED = "BOUNCED", _("came back")
    COMPLAINED = "COMPLAINED", _("reported as unwanted")


class EventSource(models.TextChoices):
    """By what way a report came in."""

    MAILDIR = "MAILDIR", _("mailbox folder")
    PIPE = "PIPE", _("mail server")
    IMAP = "IMAP", _("IMAP")
    PROVIDER = "PROVIDER", _("mail provider")


class MailEvent(models.Model):
    """One report on one notice, as it came. It never changes; what follows from it stands elsewhere."""

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="events", verbose_name=_("notice"))
    kind = models.CharField(_("kind"), max_length=16, choices=MailEventKind)
    status = models.CharField(_("status code"), max_length=16, blank=True)
    diagnostic = models.CharField(_("diagnostic"), max_length=300, blank=True)
    received_at = models.DateTimeField(_("received"))
    source = models.CharField(_("source"), max_length=16, choices=EventSource)
    digest = models.CharField(
        _("digest"), max_length=64, unique=True, help_text=_("SHA-256 of the report as it came.")
    )

    class Meta:
        verbose_name = _("mail event")
        verbose_name_plural = _("mail events")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=MailEventKind.values), name="mail_event_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(source__in=EventSource.values), name="mail_event_source_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"mail-event-{self.pk}"
