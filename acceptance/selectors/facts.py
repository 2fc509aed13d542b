"""What is on record of one person, as far as the gate needs it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from accounts.models import User
from policies.models import Recall

from ..models import LATER, ActKind, Exposure, ExposureKind, Standing
from .words import Word, position_of, words_of

ExposureKey = tuple[int, str]
# What is read of a standing. A recall has the key of its version or none.
STAND = (
    "user_id",
    "policy_id",
    "accepted_version__number",
    "accepted_kind",
    "declined_version__number",
    "withdrawn_version__number",
    "accepted_version__recall__pk",
)


@dataclass(frozen=True)
class Facts:
    """A person's standings, declines and exposures, by policy.

    Numbers are of versions; `accepted` is 0 where there is none, and `accepted_by` says by what, as
    `AcceptedBy` names it; `last_yes` holds both, and counts versions that were recalled as well;
    `declined` holds every version whose latest act of this person declines it, and `withdrawn` the
    version of the withdrawal that holds, where there is one.
    """

    user_id: int
    country: str
    joined_at: datetime
    accepted: Mapping[int, int]
    declined: Mapping[int, frozenset[int]]
    exposures: Mapping[ExposureKey, datetime]
    withdrawn: Mapping[int, int] = field(default_factory=dict)
    accepted_by: Mapping[int, str] = field(default_factory=dict)
    last_yes: Mapping[int, tuple[int, str]] = field(default_factory=dict)

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
    """Read what is on record of `person`: two queries.

    There are two more for whoever said no, or yes to what was recalled since.
    """
    return facts_by_key([person])[person.pk]


def facts_by_key(people: Collection[User]) -> dict[int, Facts]:
    """Read what is on record of `people`, by their keys, in as many queries as `facts_of` needs for one.

    What was said of a version that was recalled since counts for no other.
    """
    keys = [person.pk for person in people]
    stands: dict[int, dict[int, Stand]] = {key: {} for key in keys}
    for key, policy_id, *stand in Standing.objects.filter(user__in=keys).values_list(*STAND):
        stands[key][policy_id] = Stand(*stand)
    exposures: dict[int, dict[ExposureKey, datetime]] = {key: {} for key in keys}
    met = Exposure.objects.filter(user__in=keys).values_list("user_id", "version_id", "kind", "at")
    for key, version_id, kind, at in met:
        exposures[key][version_id, kind] = at
    unclear = [key for key, found in stands.items() if any(stand.is_unclear for stand in found.values())]
    words = words_that_count(unclear) if unclear else {}
    return {
        person.pk: facts_from(person, stands[person.pk], exposures[person.pk], words.get(person.pk))
        for person in people
    }


class Stand(NamedTuple):
    """What a standing names, as `STAND` has it."""

    accepted: int | None
    kind: str
    declined: int | None
    withdrawn: int | None
    recall: int | None

    @property
    def is_unclear(self) -> bool:
        """Whether only the words themselves tell what holds: there is a no, or a yes to what was recalled."""
        return bool(self.declined or self.withdrawn or self.recall)


def facts_from(
    person: User,
    stands: Mapping[int, Stand],
    exposures: Mapping[ExposureKey, datetime],
    words: Mapping[int, list[Word]] | None,
) -> Facts:
    """Put together what is on record of a person; `words` are theirs by policy, where they are needed."""
    last_yes = {policy_id: (stand.accepted or 0, stand.kind) for policy_id, stand in stands.items()}
    accepted, declined = dict(last_yes), {}
    for policy_id, said in (words or {}).items():
        declined[policy_id] = declined_in(said)
        if stands[policy_id].recall:
            held = position_of(said).accepted
            accepted[policy_id] = (held.number, held.kind) if held else (0, "")
    return Facts(
        user_id=person.pk,
        country=person.country,
        joined_at=person.date_joined,
        accepted={policy_id: number for policy_id, (number, _kind) in accepted.items()},
        declined=declined,
        exposures=exposures,
        withdrawn={policy_id: stand.withdrawn for policy_id, stand in stands.items() if stand.withdrawn},
        accepted_by={policy_id: kind for policy_id, (_number, kind) in accepted.items()},
        last_yes=last_yes,
    )


def words_that_count(keys: Collection[int]) -> dict[int, dict[int, list[Word]]]:
    """Give the words of people by their keys and by policy, the oldest first, as far as they still count.

    Not those about a version that was recalled, but for a withdrawal, which is from the policy.
    """
    recalled = set(Recall.objects.values_list("version_id", flat=True))
    found: dict[int, dict[int, list[Word]]] = {key: {} for key in keys}
    for word in words_of(keys):
        said = found[word.user_id].setdefault(word.policy_id, [])
        if word.kind == ActKind.WITHDRAWN or word.version_id not in recalled:
            said.append(word)
    return found


def declined_in(words: Iterable[Word]) -> frozenset[int]:
    """Give the numbers of the versions that the last word about each declines."""
    last = {word.number: word.kind for word in words}
    return frozenset(number for number, kind in last.items() if kind == ActKind.DECLINED)


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
