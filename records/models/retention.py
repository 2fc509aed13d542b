"""Whose relationship with the shop ended, and what was cleared because its time was over."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class EndedRelationship(models.Model):
    """That a person's account was found to be switched off: the time to keep their record runs from then.

    A trigger deletes it as soon as the account is switched on, whoever does that.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        primary_key=True,
        related_name="ended",
        verbose_name=_("person"),
    )
    noted_at = models.DateTimeField(_("noted"))

    class Meta:
        verbose_name = _("ended relationship")
        verbose_name_plural = _("ended relationships")
        indexes = [models.Index(fields=["noted_at"], name="ended_relationship_noted")]

    def __str__(self) -> str:
        return str(self.person_id)


class RetentionRun(models.Model):
    """One time at which what had been kept long enough was cleared. It names nobody."""

    began_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(
        _("ended"), null=True, help_text=_("Empty while it goes on, or where it was broken off.")
    )
    shortened = models.PositiveIntegerField(_("IP addresses shortened"), default=0)
    erased = models.PositiveIntegerField(_("people erased"), default=0)
    failed = models.PositiveIntegerField(_("people who could not be erased"), default=0)

    class Meta:
        verbose_name = _("run of the retention periods")
        verbose_name_plural = _("runs of the retention periods")

    def __str__(self) -> str:
        return f"retention-run-{self.pk}"
