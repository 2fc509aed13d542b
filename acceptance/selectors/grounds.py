"""The answer to which text governed a person, with a reason for each version that was considered."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies.selectors import Publication

from .past import ActRow, ExposureRow


class Ground(StrEnum):
    """Why a version governed a person, or did not."""

    AGREED = "agreed"
    TAKEN_OVER = "taken_over"
    ACKNOWLEDGED = "acknowledged"
    DEEMED = "deemed"
    IN_EFFECT = "in_effect"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    UNANSWERED = "unanswered"
    UNTOLD = "untold"
    NOTICE_RUNS = "notice_runs"
    CARRIES = "carries"
    RECALLED = "recalled"
    ANNOUNCED = "announced"
    OVERTAKEN = "overtaken"
    OVER = "over"
    NOT_JOINED = "not_joined"
    NONE = "none"


AGREEMENTS = (Ground.AGREED, Ground.TAKEN_OVER)
BINDING = (*AGREEMENTS, Ground.ACKNOWLEDGED, Ground.DEEMED, Ground.IN_EFFECT)
# In force for others, and yet not for this person.
HOLDING_BACK = (
    Ground.DECLINED,
    Ground.WITHDRAWN,
    Ground.UNANSWERED,
    Ground.UNTOLD,
    Ground.NOTICE_RUNS,
)

SENTENCES = {
    Ground.AGREED: gettext_lazy("The person had agreed to version %(number)d."),
    Ground.TAKEN_OVER: gettext_lazy(
        "The person had accepted version %(number)d, according to an older system."
    ),
    Ground.ACKNOWLEDGED: gettext_lazy(
        "Version %(number)d was in effect for the person, who had acknowledged it."
    ),
    Ground.DEEMED: gettext_lazy(
        "The person had been told of version %(number)d and went on using the shop,"
        " which the rule counts as acceptance."
    ),
    Ground.IN_EFFECT: gettext_lazy(
        "Version %(number)d was in effect for the person, and asks for no agreement."
    ),
    Ground.DECLINED: gettext_lazy("Version %(number)d asks for agreement, and the person had declined it."),
    Ground.WITHDRAWN: gettext_lazy(
        "Version %(number)d asks for agreement, and the person had withdrawn theirs."
    ),
    Ground.UNANSWERED: gettext_lazy(
        "Version %(number)d asks for agreement, and the person had not agreed to it."
    ),
    Ground.UNTOLD: gettext_lazy("The person had not been told of version %(number)d."),
    Ground.NOTICE_RUNS: gettext_lazy(
        "The person was told of version %(number)d late, and their notice period was not over."
    ),
    Ground.CARRIES: gettext_lazy(
        "Version %(number)d holds the changes of version %(other)d too, which did not bind the person."
    ),
    Ground.RECALLED: gettext_lazy("Version %(number)d had been recalled."),
    Ground.ANNOUNCED: gettext_lazy("Version %(number)d had not taken effect yet."),
    Ground.OVERTAKEN: gettext_lazy(
        "Version %(number)d had never taken effect: version %(other)d was in force by then."
    ),
    Ground.OVER: gettext_lazy("Version %(number)d was over before the person joined."),
    Ground.NOT_JOINED: gettext_lazy("The person had not joined yet."),
}


# What the person themselves is told of the version that applies to them.
OWN_WORDS = {
    Ground.AGREED: gettext_lazy("You agreed to it."),
    Ground.TAKEN_OVER: gettext_lazy("You accepted it before this page kept a record."),
    Ground.ACKNOWLEDGED: gettext_lazy("It is in effect for you, and you acknowledged it."),
    Ground.DEEMED: gettext_lazy(
        "You were told of it and went on using the shop, which counts as accepting it."
    ),
    Ground.IN_EFFECT: gettext_lazy("It is in effect for you, and needs no agreement."),
    Ground.NONE: gettext_lazy("No version applies to you yet."),
}


@dataclass(frozen=True)
class Reason:
    """Why one version governed or did not, with the evidence.

    `versions` are the numbers that it is about, first the version that was considered; `rule` says where
    the notice rule comes from; `moment` is when what is said here happened, or will.
    """

    ground: Ground
    versions: tuple[int, ...] = ()
    moment: datetime | None = None
    acts: tuple[ActRow, ...] = ()
    exposures: tuple[ExposureRow, ...] = ()
    rule: str = ""

    @property
    def sentence(self) -> str:
        """Say it in the reader's language."""
        numbers = dict(zip(("number", "other"), self.versions, strict=False))
        return str(SENTENCES[self.ground]) % numbers


@dataclass(frozen=True)
class Governing:
    """Which text governed a person at an instant, and why.

    `effective_at` is the moment from which it held for this person. The reasons begin with the newest
    version that was published then, and end with the one that governed; with the oldest where none did.
    """

    slug: str
    at: datetime
    country: str
    publication: Publication | None
    effective_at: datetime | None
    reasons: tuple[Reason, ...]

    @property
    def basis(self) -> Ground:
        """What the governing version binds by; `NONE` where no version governed."""
        return self.reasons[-1].ground if self.publication else Ground.NONE

    @property
    def own_words(self) -> str:
        """Say to the person themselves why this version applies to them."""
        return str(OWN_WORDS[self.basis])

    @property
    def goes_on_because(self) -> Ground | None:
        """Why an earlier version went on for this person while a newer one was in force for others."""
        return next((reason.ground for reason in self.reasons if reason.ground in HOLDING_BACK), None)

    @property
    def limits(self) -> str:
        """Say what the answer cannot know."""
        return _("It uses the person’s country as it is now.")

    def as_json(self) -> dict[str, Any]:
        """Give the answer in plain values: instants in ISO 8601, keys as they are in the database."""
        publication = self.publication
        return {
            "policy": self.slug,
            "at": self.at.isoformat(),
            "version": publication.number if publication else None,
            "texts": {text.language: text.sha256 for text in publication.texts.values()}
            if publication
            else {},
            "effective_at": self.effective_at.isoformat() if self.effective_at else None,
            "basis": self.basis.value,
            "goes_on_because": self.goes_on_because.value if self.goes_on_because else None,
            "reasons": [
                {
                    "code": reason.ground.value,
                    "sentence": reason.sentence,
                    "moment": reason.moment.isoformat() if reason.moment else None,
                    "versions": list(reason.versions),
                    "acts": [act.id for act in reason.acts],
                    "exposures": [row.id for row in reason.exposures],
                    "rule": reason.rule,
                }
                for reason in self.reasons
            ],
            "country": self.country,
            "limits": self.limits,
        }
