"""Notice rules: how long before, and what is asked of whom. Data that counsel edits."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.places import refuse_unknown

from .policy import PolicyKind
from .version import ChangeClass

EVERYWHERE = "*"
EUROPEAN_UNION = "EU"
# More would be nagging; the site itself goes on asking.
MOST_REMINDERS = 3
LAST_REMINDER_DAY = 365
MOST_LATER_TIMES = 3


class Assent(models.TextChoices):
    """What a rule asks of a person. Acknowledging is not agreeing."""

    NONE = "NONE", _("Nothing")
    ACKNOWLEDGE = "ACKNOWLEDGE", _("To acknowledge: I have seen it")
    AGREE = "AGREE", _("To agree: I accept it")


class NoticeRule(models.Model):
    """What a change of one class, to one kind of policy, asks in one jurisdiction."""

    policy_kind = models.CharField(_("kind of policy"), max_length=16, choices=PolicyKind)
    change_class = models.CharField(_("class of change"), max_length=16, choices=ChangeClass)
    jurisdiction = models.CharField(
        _("jurisdiction"),
        max_length=2,
        default=EVERYWHERE,
        help_text=_("A country code, EU, or * for everywhere else. The narrowest one applies."),
    )
    min_notice_days = models.PositiveSmallIntegerField(_("least days of notice"))
    is_told = models.BooleanField(
        _("people are told"), default=True, help_text=_("Whether a notice is sent to each person.")
    )
    assent = models.CharField(_("asks"), max_length=16, choices=Assent)
    grace_days = models.PositiveSmallIntegerField(
        _("days of grace"), default=0, help_text=_("From effect until the gate closes.")
    )
    later_times = models.PositiveSmallIntegerField(
        _("later"),
        default=0,
        help_text=_(
            "How often the answer can be put off for a day once the change holds; 0 asks in a banner."
        ),
    )
    reminder_days = models.JSONField(
        _("reminders"), default=list, blank=True, help_text=_("Days after the announcement.")
    )
    quiet_from = models.TimeField(
        _("quiet from"),
        null=True,
        blank=True,
        help_text=_("By the recipient's clock. Nobody is written to between these hours; empty for none."),
    )
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    is_deemed_by_use = models.BooleanField(
        _("continued use is acceptance"),
        default=False,
        help_text=_("Whether going on using the shop may be taken for acceptance."),
    )
    source = models.CharField(_("source of the rule"), max_length=300)

    history: ClassVar[Any] = HistoricalRecords()

    class Meta:
        verbose_name = _("notice rule")
        verbose_name_plural = _("notice rules")
        constraints = [
            models.UniqueConstraint(
                fields=["policy_kind", "change_class", "jurisdiction"], name="notice_rule_unique_per_place"
            ),
            models.CheckConstraint(
                condition=models.Q(assent__in=Assent.values), name="notice_rule_assent_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(later_times__lte=MOST_LATER_TIMES),
                name="notice_rule_put_off_three_times_at_most",
                violation_error_message=_("An answer can be put off three times at most."),
            ),
            models.CheckConstraint(
                condition=~models.Q(change_class=ChangeClass.NEW_PURPOSE, is_deemed_by_use=True),
                name="notice_rule_never_deems_a_new_purpose",
                violation_error_message=_("A new purpose is never accepted by use alone: untick it."),
            ),
            models.CheckConstraint(
                condition=models.Q(quiet_from=None, quiet_until=None)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="notice_rule_quiet_hours_begin_and_end",
                violation_error_message=_("Give both the beginning and the end of the quiet hours, or none."),
            ),
            models.CheckConstraint(
                condition=models.Q(is_deemed_by_use=False) | models.Q(is_told=True),
                name="notice_rule_deems_only_the_told",
                violation_error_message=_("Only people who were told can be deemed to accept."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy_kind}/{self.change_class}/{self.jurisdiction}"

    def clean(self) -> None:
        """Raise `ValidationError` for a place that no country falls under, or days that are none."""
        super().clean()
        if not are_reminder_days(self.reminder_days):
            sentence = _("Give up to three days from 1 to 365, the earliest first, as [7, 14].")
            raise ValidationError({"reminder_days": sentence})
        if self.jurisdiction != EVERYWHERE:
            refuse_unknown(jurisdiction=self.jurisdiction)


def are_reminder_days(value: object) -> bool:
    """Whether `value` is a list of up to three days, each later than the one before."""
    if not isinstance(value, list) or len(value) > MOST_REMINDERS:
        return False
    if any(type(day) is not int or not 1 <= day <= LAST_REMINDER_DAY for day in value):
        return False
    return value == sorted(set(value))
