"""How many people stood where with a version, counted now and then from what is on record."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from policies.models import PolicyVersion


class PersonState(models.TextChoices):
    """Where a person is with one version, as a matter of fact. What silence means, the rules say."""

    ACKNOWLEDGED = "ACKNOWLEDGED", _("acknowledged")
    AGREED = "AGREED", _("agreed")
    TAKEN_OVER = "LEGACY", _("taken over")
    DECLINED = "DECLINED", _("declined")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")
    USED = "USED", _("used the shop after effect, having been told or shown")
    TOLD = "TOLD", _("told by mail or shown on the site")
    UNTOLD = "UNTOLD", _("neither told by mail nor shown on the site")
    NEWCOMER = "NEWCOMER", _("joined when the version was in force already")


class Tally(models.Model):
    """How many people stood where with a version at one moment: the last count of each day.

    It is counted from the record of each person, never added up, so it cannot drift from the record
    and can be thrown away. While `begun_at` and `counted_at` differ, somebody is counting.
    """

    version = models.ForeignKey(
        PolicyVersion, models.PROTECT, db_index=False, related_name="+", verbose_name=_("version")
    )
    date = models.DateField(_("day"), help_text=_("In UTC."))
    begun_at = models.DateTimeField(_("last begun"))
    counted_at = models.DateTimeField(_("counted"), null=True)
    seconds = models.FloatField(_("took"), default=0, help_text=_("In seconds."))
    is_final = models.BooleanField(
        _("counted when the version was over"),
        default=False,
        help_text=_("Later counts take the place of this one."),
    )
    people = models.JSONField(
        _("people"), default=dict, help_text=_("How many, by country, then language, then state.")
    )
    never_accepted = models.PositiveBigIntegerField(
        _("never accepted"), default=0, help_text=_("Neither this version nor a later one.")
    )

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        constraints = [
            models.UniqueConstraint(fields=["version", "date"], name="tally_once_a_day"),
            models.CheckConstraint(
                condition=Q(counted_at=None) | Q(counted_at__lte=models.F("begun_at")),
                name="tally_begun_before_counted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}/{self.date}"
