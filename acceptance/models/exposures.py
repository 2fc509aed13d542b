"""How people met versions, and whether they want reminders."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from policies.models import PolicyVersion


class ExposureKind(models.TextChoices):
    """How a person met a version. None of these is an acceptance."""

    NOTIFIED = "NOTIFIED", _("told by mail")
    RETURNED = "RETURNED", _("mail came back")
    SHOWN = "SHOWN", _("shown on the site")
    VIEWED = "VIEWED", _("opened the text")
    USED = "USED", _("used the shop after effect, having been told or shown")
    LATER_1 = "LATER_1", _("put the answer off")
    LATER_2 = "LATER_2", _("put the answer off again")
    LATER_3 = "LATER_3", _("put the answer off for the third time")


LATER = (ExposureKind.LATER_1, ExposureKind.LATER_2, ExposureKind.LATER_3)


class Exposure(models.Model):
    """A fact about one person and one version: the first moment of one kind of meeting."""

    # The first column of the constraint below.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, db_index=False, verbose_name=_("person")
    )
    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="+", verbose_name=_("version"))
    kind = models.CharField(_("kind"), max_length=16, choices=ExposureKind)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("exposure")
        verbose_name_plural = _("exposures")
        constraints = [
            models.UniqueConstraint(fields=["user", "version", "kind"], name="exposure_first_moment_only"),
            models.CheckConstraint(condition=Q(kind__in=ExposureKind.values), name="exposure_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}/{self.version_id}/{self.kind}"


class ChoiceSource(models.TextChoices):
    """By what way a person said whether they want reminders."""

    LINK = "LINK", _("link in a reminder")
    ONE_CLICK = "ONE_CLICK", _("mail program")
    OWN_PAGE = "OWN_PAGE", _("own page")


class ReminderChoice(models.Model):
    """That a person wants no more reminders, or wants them again. Append-only: the latest one holds.

    It is about reminders alone. The notices themselves cannot be declined.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("person"),
    )
    is_wanted = models.BooleanField(_("wants reminders"))
    source = models.CharField(_("source"), max_length=16, choices=ChoiceSource)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("choice about reminders")
        verbose_name_plural = _("choices about reminders")
        constraints = [
            models.CheckConstraint(
                condition=Q(source__in=ChoiceSource.values), name="reminder_choice_source_is_known"
            ),
        ]
        indexes = [models.Index(fields=["user", "-id"], name="reminder_choice_latest")]

    def __str__(self) -> str:
        return f"reminder-choice-{self.pk}"
