"""What was on record of one person at an instant, with the rows that say so."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from accounts.models import User

from ..models import AcceptedBy, Act, ActKind, Exposure, ExposureKind, LegacyAcceptance
from .facts import Facts, numbers_of
from .words import ACCEPTING, position_of


class ActRow(NamedTuple):
    """An act, or an acceptance that was taken over, as far as it decides which text governs.

    `id` is the key of the act, or in words that of the row that was taken over.
    """

    id: str
    policy_id: int
    version_id: int
    number: int
    kind: str
    at: datetime

    @property
    def label(self) -> str:
        """What was done, in the reader's language."""
        return str((AcceptedBy if self.kind in ACCEPTING else ActKind)(self.kind).label)


class ExposureRow(NamedTuple):
    """An exposure."""

    id: int
    version_id: int
    kind: str
    at: datetime

    @property
    def label(self) -> str:
        """How the version was met, in the reader's language."""
        return str(ExposureKind(self.kind).label)


@dataclass(frozen=True)
class Past:
    """A person's facts as they were at an instant, with the rows behind them, the oldest first.

    `facts.declined` holds the versions on which the last word was no, be it declined or withdrawn.
    """

    facts: Facts
    acts: tuple[ActRow, ...]
    exposures: tuple[ExposureRow, ...]

    def acts_on(self, version_id: int) -> tuple[ActRow, ...]:
        """Give what the person did about a version."""
        return tuple(act for act in self.acts if act.version_id == version_id)

    def last_word(self, policy_id: int, version_id: int) -> ActRow | None:
        """Give the person's last word on a version: that, or the withdrawal from the policy after it."""
        said = [act for act in self.acts if act.policy_id == policy_id]
        about = [place for place, act in enumerate(said) if act.version_id == version_id]
        later = said[about[-1] + 1 :] if about else ()
        withdrawals = [act for act in later if act.kind == ActKind.WITHDRAWN]
        return withdrawals[-1] if withdrawals else said[about[-1]] if about else None

    def exposures_on(self, version_id: int) -> tuple[ExposureRow, ...]:
        """Give what says whether the person was told of a version, and used the shop under it."""
        return tuple(
            row for row in self.exposures if row.version_id == version_id and row.kind != ExposureKind.VIEWED
        )


def past_of(person: User, *, at: datetime) -> Past:
    """Read what was on record of `person` at `at`, in three queries.

    The country is the one that they have now; which one they had then is not kept.
    """
    acts = Act.objects.filter(user=person).values_list(
        "pk", "version__policy", "version", "version__number", "kind", "at"
    )
    legacy = LegacyAcceptance.objects.filter(user=person, version__isnull=False).values_list(
        "pk", "policy", "version", "version__number", "at"
    )
    exposures = Exposure.objects.filter(user=person).values_list("pk", "version", "kind", "at")
    taken_over = [
        ActRow(f"legacy-{key}", policy_id, version_id or 0, number or 0, AcceptedBy.LEGACY.value, moment)
        for key, policy_id, version_id, number, moment in legacy
    ]
    return past(
        user_id=person.pk,
        country=person.country,
        joined_at=person.date_joined,
        acts=[*taken_over, *(ActRow(str(row[0]), *row[1:3], row[3] or 0, *row[4:]) for row in acts)],
        exposures=[ExposureRow(*row) for row in exposures],
        at=at,
    )


def past(
    *,
    user_id: int,
    country: str,
    joined_at: datetime,
    acts: Iterable[ActRow],
    exposures: Iterable[ExposureRow],
    at: datetime,
) -> Past:
    """Put together what was on record at `at`, leaving out what came later.

    Whoever acted on a version had it before them: where nothing tells of it earlier, the first act does.
    """
    done = sorted((act for act in acts if act.at <= at), key=in_order)
    met = sorted((row for row in exposures if row.at <= at), key=lambda row: (row.at, row.id))
    moments = {(row.version_id, row.kind): row.at for row in met}
    for act in done:
        key = (act.version_id, ExposureKind.SHOWN.value)
        moments[key] = min(moments.get(key, act.at), act.at)
    policies = {act.policy_id for act in done}
    positions = {key: position_of([act for act in done if act.policy_id == key]) for key in policies}
    refusals = (ActKind.DECLINED, ActKind.WITHDRAWN)
    return Past(
        facts=Facts(
            user_id=user_id,
            country=country,
            joined_at=joined_at,
            accepted={
                key: found.accepted.number if found.accepted else 0 for key, found in positions.items()
            },
            declined=numbers_of(((act.policy_id, act.number, act.kind) for act in done), refusals),
            exposures=moments,
            withdrawn={key: found.withdrawn.number for key, found in positions.items() if found.withdrawn},
        ),
        acts=tuple(done),
        exposures=tuple(met),
    )


def in_order(act: ActRow) -> tuple[datetime, bool, str]:
    """Give the order of acts; what is known by hearsay stands before what was done at the same instant."""
    return act.at, act.kind != AcceptedBy.LEGACY, act.id
