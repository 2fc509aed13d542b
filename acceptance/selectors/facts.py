"""What is on record of one person, as far as the gate needs it."""

from collections import defaultdict
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

    Numbers are of versions; `accepted` is 0 where there is none, and `accepted_by` says by what, as
    `AcceptedBy` names it; `declined` holds every version
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
    accepted_by: Mapping[int, str] = field(default_factory=dict)

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
    return facts_by_key([person])[person.pk]


def facts_by_key(people: Collection[User]) -> dict[int, Facts]:
    """Read what is on record of `people`, by their keys, in as many queries as `facts_of` needs for one."""
    keys = [person.pk for person in people]
    standings = Standing.objects.filter(user__in=keys).values_list(
        "user_id",
        "policy_id",
        "accepted_version__number",
        "accepted_kind",
        "declined_version__number",
        "withdrawn_version__number",
    )
    accepted: dict[int, dict[int, int]] = {key: {} for key in keys}
    accepted_by: dict[int, dict[int, str]] = {key: {} for key in keys}
    withdrawn: dict[int, dict[int, int]] = {key: {} for key in keys}
    negative = set()
    for key, policy_id, number, kind, declined, left in standings:
        accepted[key][policy_id] = number or 0
        accepted_by[key][policy_id] = kind
        if left:
            withdrawn[key][policy_id] = left
        if declined or left:
            negative.add(key)
    exposures: dict[int, dict[ExposureKey, datetime]] = {key: {} for key in keys}
    met = Exposure.objects.filter(user__in=keys).values_list("user_id", "version_id", "kind", "at")
    for key, version_id, kind, at in met:
        exposures[key][version_id, kind] = at
    declined_by = declines(negative) if negative else {}
    return {
        person.pk: Facts(
            user_id=person.pk,
            country=person.country,
            joined_at=person.date_joined,
            accepted=accepted[person.pk],
            declined=declined_by.get(person.pk, {}),
            exposures=exposures[person.pk],
            withdrawn=withdrawn[person.pk],
            accepted_by=accepted_by[person.pk],
        )
        for person in people
    }


def declines(keys: Collection[int]) -> dict[int, dict[int, frozenset[int]]]:
    """Give, by person and policy, the versions that they declined and said nothing else about since."""
    words: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for word in words_of(keys):
        words[word.user_id].append((word.policy_id, word.number, word.kind))
    return {key: numbers_of(said, [ActKind.DECLINED]) for key, said in words.items()}


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
