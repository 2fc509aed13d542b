"""What is on record of one person, as far as the gate needs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User

from ..models import LATER, Act, ActKind, Exposure, ExposureKind, Standing

ExposureKey = tuple[int, str]


@dataclass(frozen=True)
class Facts:
    """A person's standings, declines and exposures, by policy.

    Numbers are of versions; `accepted` is 0 where there is none, `declined` holds every version
    whose latest act of this person declines it.
    """

    user_id: int
    country: str
    joined_at: datetime
    accepted: Mapping[int, int]
    declined: Mapping[int, frozenset[int]]
    exposures: Mapping[ExposureKey, datetime]

    def has_declined(self, policy_id: int, number: int) -> bool:
        """Whether the person's latest word on a version is no."""
        return number in self.declined.get(policy_id, ())

    def told_at(self, version_id: int) -> datetime | None:
        """Give the moment at which the person first met the version by mail or on the site.

        Mail that came back told nobody.
        """
        came_back = (version_id, ExposureKind.RETURNED) in self.exposures
        kinds = (ExposureKind.SHOWN,) if came_back else (ExposureKind.NOTIFIED, ExposureKind.SHOWN)
        moments = (self.exposures.get((version_id, kind)) for kind in kinds)
        return min((moment for moment in moments if moment), default=None)

    def used_at(self, version_id: int) -> datetime | None:
        """Give the moment at which the person first used the shop under the version."""
        return self.exposures.get((version_id, ExposureKind.USED))

    def put_off_at(self, version_id: int) -> list[datetime]:
        """Give the moments at which the person put the answer to the version off."""
        found = (self.exposures.get((version_id, kind)) for kind in LATER)
        return [moment for moment in found if moment]


def facts_of(person: User) -> Facts:
    """Read what is on record of `person`: two queries, and a third for whoever has just declined."""
    standings = Standing.objects.filter(user=person).values_list(
        "policy_id", "accepted_version__number", "declined_version__number"
    )
    rows = list(standings)
    exposures = Exposure.objects.filter(user=person).values_list("version_id", "kind", "at")
    return Facts(
        user_id=person.pk,
        country=person.country,
        joined_at=person.date_joined,
        accepted={policy_id: number or 0 for policy_id, number, _declined in rows},
        declined=declined_by(person) if any(declined for _policy, _number, declined in rows) else {},
        exposures={(version_id, kind): at for version_id, kind, at in exposures},
    )


def declined_by(person: User) -> dict[int, frozenset[int]]:
    """Give the numbers of the versions that `person` declined and said nothing else about since."""
    acts = Act.objects.filter(user=person).order_by("at", "pk")
    latest: dict[tuple[int, int], str] = {}
    for policy_id, number, kind in acts.values_list("version__policy", "version__number", "kind"):
        latest[policy_id, number or 0] = kind
    policies = {policy_id for policy_id, _number in latest}
    return {
        key: frozenset(
            number
            for (policy_id, number), kind in latest.items()
            if policy_id == key and kind == ActKind.DECLINED
        )
        for key in policies
    }
