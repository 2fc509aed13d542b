"""What is on record of one person, as far as the gate needs it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import User

from ..models import LATER, ActKind, Exposure, ExposureKind, Standing
from .words import words_of

ExposureKey = tuple[int, str]


@dataclass(frozen=True)
class Facts:
    """A person's standings, declines and exposures, by policy.

    Numbers are of versions; `accepted` is 0 where there is none, `declined` holds every version
    whose latest act of this person declines it, and `withdrawn` the version of the withdrawal that
    holds, where there is one.
    """

    user_id: int
    country: str
    joined_at: datetime
    accepted: Mapping[int, int]
    declined: Mapping[int, frozenset[int]]
    exposures: Mapping[ExposureKey, datetime]
    withdrawn: Mapping[int, int] = field(default_factory=dict)

    def latest_no(self, policy_id: int) -> int:
        """Give the highest version to which the person said no, by declining or withdrawing; 0 for none."""
        return max(self.declined.get(policy_id, frozenset()) | {self.withdrawn.get(policy_id, 0)})

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
    """Read what is on record of `person`: two queries, and a third for whoever said no."""
    standings = Standing.objects.filter(user=person).values_list(
        "policy_id", "accepted_version__number", "declined_version__number", "withdrawn_version__number"
    )
    rows = list(standings)
    has_said_no = any(declined or withdrawn for _policy, _number, declined, withdrawn in rows)
    exposures = Exposure.objects.filter(user=person).values_list("version_id", "kind", "at")
    return Facts(
        user_id=person.pk,
        country=person.country,
        joined_at=person.date_joined,
        accepted={policy_id: number or 0 for policy_id, number, _declined, _withdrawn in rows},
        declined=declined_by(person) if has_said_no else {},
        exposures={(version_id, kind): at for version_id, kind, at in exposures},
        withdrawn={policy_id: number for policy_id, _number, _declined, number in rows if number},
    )


def declined_by(person: User) -> dict[int, frozenset[int]]:
    """Give the numbers of the versions that `person` declined and said nothing else about since."""
    words = ((word.policy_id, word.number, word.kind) for word in words_of([person.pk]))
    return numbers_of(words, [ActKind.DECLINED])


def numbers_of(words: Iterable[tuple[int, int, str]], kinds: Collection[str]) -> dict[int, frozenset[int]]:
    """Give the numbers of the versions on which the last word is one of `kinds`, for each policy.

    The words come as policy, number and kind, the oldest first.
    """
    last = {(policy_id, number): kind for policy_id, number, kind in words}
    return {
        key: frozenset(
            number for (policy_id, number), kind in last.items() if policy_id == key and kind in kinds
        )
        for key in {policy_id for policy_id, _number in last}
    }
