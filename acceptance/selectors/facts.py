"""What is on record of one person, as far as the gate needs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User

from ..models import Exposure, ExposureKind, Standing

ExposureKey = tuple[int, str]


@dataclass(frozen=True)
class Facts:
    """A person's standings and exposures. Numbers are of versions, 0 where there is none."""

    user_id: int
    country: str
    joined_at: datetime
    accepted: Mapping[int, int]
    declined: Mapping[int, int]
    exposures: Mapping[ExposureKey, datetime]

    def told_at(self, version_id: int) -> datetime | None:
        """Give the moment at which the person first met the version by mail or on the site."""
        moments = (
            self.exposures.get((version_id, kind)) for kind in (ExposureKind.NOTIFIED, ExposureKind.SHOWN)
        )
        return min((moment for moment in moments if moment), default=None)

    def used_at(self, version_id: int) -> datetime | None:
        """Give the moment at which the person first used the shop under the version."""
        return self.exposures.get((version_id, ExposureKind.USED))


def facts_of(person: User) -> Facts:
    """Read what is on record of `person`, in two queries."""
    standings = Standing.objects.filter(user=person).values_list(
        "policy_id", "accepted_version__number", "declined_version__number"
    )
    accepted, declined = {}, {}
    for policy_id, accepted_number, declined_number in standings:
        accepted[policy_id], declined[policy_id] = accepted_number or 0, declined_number or 0
    exposures = Exposure.objects.filter(user=person).values_list("version_id", "kind", "at")
    return Facts(
        user_id=person.pk,
        country=person.country,
        joined_at=person.date_joined,
        accepted=accepted,
        declined=declined,
        exposures={(version_id, kind): at for version_id, kind, at in exposures},
    )
