"""Addresses of other programs that want to hear what happens, and each message to one of them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from policies.models import PolicyVersion


class EventKind(models.TextChoices):
    """What a program can be told. The values stand in the messages, and never change."""

    VERSION_PUBLISHED = "version.published", _("a version is published")
    VERSION_RECALLED = "version.recalled", _("a version is recalled")
    CAMPAIGN_FINISHED = "campaign.finished", _("the notices of a version are done or cancelled")


class WebhookEndpoint(models.Model):
    """Where a program takes messages, and the secret by which it knows that they are ours.

    One that is switched off stays off: its deliveries are on record, and another one can be added.
    """

    url = models.CharField(_("address"), max_length=500)
    secret = models.CharField(_("secret"), max_length=100)
    kinds = models.JSONField(_("told when"), help_text=_("A list of kinds of events."))
    is_active = models.BooleanField(_("on"), default=True)
    created_at = models.DateTimeField(_("created"))
    disabled_reason = models.CharField(_("reason for being off"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [
            models.CheckConstraint(
                condition=Q(url__startswith="https://") | Q(url__startswith="http://"),
                name="webhook_address_is_of_the_web",
            ),
            models.CheckConstraint(
                condition=Q(("secret__startswith", "whsec_")), name="webhook_secret_has_its_prefix"
            ),
            models.CheckConstraint(
                condition=Q(is_active=True, disabled_reason="") | Q(is_active=False) & ~Q(disabled_reason=""),
                name="webhook_is_off_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"webhook-{self.pk}"


class DeliveryState(models.TextChoices):
    """Where one message to a program is on its way."""

    PENDING = "PENDING", _("to be sent")
    DELIVERED = "DELIVERED", _("delivered")
    FAILED = "FAILED", _("failed")


class WebhookDelivery(models.Model):
    """One message to one program: the very bytes of it, and what became of it.

    While an attempt runs, `due_at` is the moment from which it counts as dead and is made again.
    """

    endpoint = models.ForeignKey(
        WebhookEndpoint, models.PROTECT, related_name="deliveries", verbose_name=_("webhook")
    )
    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="+", verbose_name=_("version"))
    kind = models.CharField(_("event"), max_length=40, choices=EventKind)
    event_id = models.CharField(_("webhook-id"), max_length=64)
    payload = models.BinaryField(_("message"))
    state = models.CharField(_("state"), max_length=16, choices=DeliveryState, default=DeliveryState.PENDING)
    attempt = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("next attempt"), null=True)
    last_status = models.PositiveSmallIntegerField(_("status of the last answer"), null=True)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"))
    attempted_at = models.DateTimeField(_("last attempt"), null=True)
    settled_at = models.DateTimeField(_("settled"), null=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "version", "kind"], name="delivery_once_per_webhook_and_event"
            ),
            models.UniqueConstraint(fields=["endpoint", "event_id"], name="delivery_id_unique_per_webhook"),
            models.CheckConstraint(condition=Q(kind__in=EventKind.values), name="delivery_kind_is_known"),
            models.CheckConstraint(
                condition=Q(state="PENDING", due_at__isnull=False)
                | Q(state__in=["DELIVERED", "FAILED"], due_at=None),
                name="delivery_is_due_until_it_is_settled",
            ),
            models.CheckConstraint(
                condition=~Q(state="FAILED") | ~Q(last_error=""), name="delivery_fails_with_an_error"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="delivery_due", condition=Q(state="PENDING")),
            models.Index(fields=["-created_at", "-id"], name="delivery_newest"),
        ]

    def __str__(self) -> str:
        return f"delivery-{self.pk}"
