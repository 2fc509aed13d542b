"""That a person asked to be erased, and why somebody must not be."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ErasureRequestQuerySet(models.QuerySet["ErasureRequest"]):
    """Finds requests."""

    def open(self) -> "ErasureRequestQuerySet":
        """Give those on which nobody has decided."""
        return self.filter(carried_out_at=None, refused_at=None)


class ErasureRequest(models.Model):
    """That a person asked to be erased, until when an answer is due, and what became of it.

    Once it is carried out, it says that somebody was erased in time, and of whom no more.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("person")
    )
    asked_at = models.DateTimeField(_("asked"))
    due_at = models.DateTimeField(_("due"), help_text=_("One month later: Art. 12(3) of the GDPR."))
    carried_out_at = models.DateTimeField(_("carried out"), null=True)
    refused_at = models.DateTimeField(_("refused"), null=True)
    refusal = models.TextField(_("reason of the refusal"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
        help_text=_("Empty where it was done on the command line, or because the time to keep was over."),
    )

    objects = ErasureRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to be erased")
        verbose_name_plural = _("requests to be erased")
        permissions = [("carry_out_erasure", _("Can erase people, or refuse to"))]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                name="erasure_request_open_once_per_person",
                condition=Q(carried_out_at=None, refused_at=None),
            ),
            models.CheckConstraint(
                condition=Q(due_at__gt=F("asked_at")), name="erasure_request_due_after_it_was_made"
            ),
            models.CheckConstraint(
                condition=Q(carried_out_at=None) | Q(refused_at=None),
                name="erasure_request_carried_out_or_refused",
            ),
            models.CheckConstraint(
                condition=Q(refused_at=None, refusal="")
                | Q(refused_at__isnull=False) & ~Q(refusal="")
                # What was said to a person goes with them.
                | Q(person=None),
                name="erasure_request_refused_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"erasure-request-{self.pk}"


class LegalHoldQuerySet(models.QuerySet["LegalHold"]):
    """Finds holds."""

    def active(self) -> "LegalHoldQuerySet":
        """Give those that nobody has lifted."""
        return self.filter(lifted_at=None)


class LegalHold(models.Model):
    """That what is held of a person is needed, such as for a lawsuit, and stays until this is lifted."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("person")
    )
    reason = models.TextField(_("reason"))
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("placed by")
    )
    since = models.DateTimeField(_("since"))
    lifted_at = models.DateTimeField(_("lifted"), null=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("lifted by")
    )

    objects = LegalHoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        permissions = [("hold_person", _("Can hold what is recorded of a person"))]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], name="legal_hold_active_once_per_person", condition=Q(lifted_at=None)
            ),
            models.CheckConstraint(condition=~Q(reason="") | Q(person=None), name="legal_hold_has_a_reason"),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(lifted_at__isnull=False),
                name="legal_hold_keeps_its_person",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="legal_hold_lifted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"legal-hold-{self.pk}"
