"""What people did, what was on their screens, and where each stands."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from policies.models import Policy, PolicyText, PolicyVersion


class Surface(models.TextChoices):
    """Where on the site an act can be taken."""

    REVIEW_PAGE = "REVIEW_PAGE", _("review page")
    WITHDRAWAL_PAGE = "WITHDRAWAL_PAGE", _("withdrawal page")
    DESK = "DESK", _("desk, for an answer that came another way")


# The parts of a presentation's wording, from the top of the page to its end.
PARTS = {
    "changes": _("above the changes"),
    "consequences": _("what follows"),
    "statement": _("statement"),
    "accept_button": _("button"),
    "decline_button": _("other button"),
}


class Presentation(models.Model):
    """What was on the screen when an act was taken, named by the digest of all of it."""

    sha256 = models.CharField(_("digest"), max_length=64, unique=True)
    surface = models.CharField(_("surface"), max_length=16, choices=Surface)
    language = models.CharField(_("language"), max_length=12)
    wording = models.JSONField(_("wording"), help_text=_("Statement and buttons, exactly as shown."))
    markup = models.CharField(_("digest of the markup"), max_length=64)
    release = models.CharField(_("release"), max_length=40)

    class Meta:
        verbose_name = _("presentation")
        verbose_name_plural = _("presentations")

    def __str__(self) -> str:
        return self.sha256

    @property
    def labelled(self) -> list[tuple[str, str]]:
        """The words in the order in which they stood, each with what it is, in the active language."""
        return [(str(label), self.wording[name]) for name, label in PARTS.items() if name in self.wording]


class ActKind(models.TextChoices):
    """What a person can do about a version."""

    ACKNOWLEDGED = "ACKNOWLEDGED", _("acknowledged")
    AGREED = "AGREED", _("agreed")
    DECLINED = "DECLINED", _("declined")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")


class AcceptedBy(models.TextChoices):
    """What the acceptance that a standing names is: an act, or one taken over from an older system."""

    ACKNOWLEDGED = ActKind.ACKNOWLEDGED.value, ActKind.ACKNOWLEDGED.label
    AGREED = ActKind.AGREED.value, ActKind.AGREED.label
    LEGACY = "LEGACY", _("taken over")


class Channel(models.TextChoices):
    """The door through which an act came."""

    WEB = "WEB", _("on the site")
    DESK = "DESK", _("entered at the desk")


class Act(models.Model):
    """What a person did, about which text, on which presentation. Append-only.

    The key is the nonce of the form: one form gives one act, however often it is sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Of these two each is the first column of an index below.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="acts",
        verbose_name=_("person"),
    )
    version = models.ForeignKey(
        PolicyVersion, models.PROTECT, db_index=False, related_name="+", verbose_name=_("version")
    )
    text = models.ForeignKey(PolicyText, models.PROTECT, related_name="+", verbose_name=_("text"))
    kind = models.CharField(_("kind"), max_length=16, choices=ActKind)
    at = models.DateTimeField(_("at"))
    channel = models.CharField(_("channel"), max_length=16, choices=Channel)
    presentation = models.ForeignKey(
        Presentation, models.PROTECT, related_name="+", verbose_name=_("presentation")
    )
    acted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("acted by"),
        help_text=_("The person themselves, or who acted for them."),
    )
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("act")
        verbose_name_plural = _("acts")
        permissions = [("act_for_others", _("Can enter the answers of other people"))]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ActKind.values), name="act_kind_is_known"),
            models.CheckConstraint(
                condition=~Q(channel="WEB") | Q(acted_by=F("user")), name="act_on_the_site_is_one_s_own"
            ),
            models.CheckConstraint(
                # Of an erased person no note is left.
                condition=~Q(channel="DESK") | Q(user=None) | (~Q(note="") & ~Q(acted_by=F("user"))),
                name="act_at_the_desk_is_another_s_with_a_note",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "version", "-at"], name="act_latest_of_person"),
            models.Index(fields=["version", "-at"], name="act_latest_on_version"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ActContext(models.Model):
    """The personal circumstances of an act, apart from it, so that they can be erased."""

    act = models.OneToOneField(
        Act, models.PROTECT, primary_key=True, related_name="context", verbose_name=_("act")
    )
    salt = models.BinaryField(_("salt"), max_length=32)
    email = models.EmailField(_("address then"), blank=True)
    ip = models.GenericIPAddressField(_("IP address"), null=True)
    user_agent = models.CharField(_("browser"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("context of an act")
        verbose_name_plural = _("contexts of acts")

    def __str__(self) -> str:
        return str(self.act_id)


class Standing(models.Model):
    """Where a person is with a policy now. Rebuilt from acts; never evidence itself."""

    # Of these two each is the first column of an index below.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        db_index=False,
        related_name="standings",
        verbose_name=_("person"),
    )
    policy = models.ForeignKey(
        Policy, models.PROTECT, db_index=False, related_name="+", verbose_name=_("policy")
    )
    accepted_version = models.ForeignKey(
        PolicyVersion, models.PROTECT, null=True, related_name="+", verbose_name=_("last accepted")
    )
    accepted_kind = models.CharField(_("by"), max_length=16, choices=AcceptedBy, blank=True)
    declined_version = models.ForeignKey(
        PolicyVersion, models.PROTECT, null=True, related_name="+", verbose_name=_("declined")
    )
    withdrawn_version = models.ForeignKey(
        PolicyVersion,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("withdrawn"),
        help_text=_("While no version as new as this one is accepted again."),
    )
    updated_at = models.DateTimeField(_("updated"))

    class Meta:
        verbose_name = _("standing")
        verbose_name_plural = _("standings")
        constraints = [models.UniqueConstraint(fields=["user", "policy"], name="standing_unique_per_policy")]
        indexes = [models.Index(fields=["policy", "accepted_version"], name="standing_by_version")]

    def __str__(self) -> str:
        return f"{self.user_id}/{self.policy_id}"
