"""What people said of the versions of policies, one word after the other."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import F, IntegerField, UUIDField, Value
from django.utils.translation import gettext as _

from policies.prepared import prepared
from policies.refusal import Refusal
from policies.selectors import ON_RECORD, Register, register_with

from ..models import AcceptedBy, Act, ActKind, LegacyAcceptance

ACCEPTING = frozenset(AcceptedBy.values)
# What makes a key of what SQLite keeps as text.
KEY = UUIDField()
# Asked at every act, so Django need not make it up anew each time, nor ask twice. Whoever has said
# nothing is one row, of what is on record alone; of somebody who was erased there is none.
ABOUT = f"""
WITH person AS (SELECT id FROM accounts_user WHERE id = %s AND erased_at IS NULL {{until_the_end}})
SELECT said.version_id, said.number, said.kind, said.at, said.id, said.rank, known.published, known.recalled
FROM person CROSS JOIN ({ON_RECORD}) AS known LEFT JOIN (
    SELECT act.id, act.at, act.version_id, act.kind, version.number, 1 AS rank
    FROM acceptance_act AS act JOIN policies_policyversion AS version ON version.id = act.version_id
    WHERE act.user_id = %s AND version.policy_id = %s
    UNION ALL
    SELECT legacy.id, legacy.at, legacy.version_id, 'LEGACY', version.number, 0
    FROM acceptance_legacyacceptance AS legacy
    JOIN policies_policyversion AS version ON version.id = legacy.version_id
    WHERE legacy.user_id = %s AND legacy.policy_id = %s
) AS said ON TRUE
ORDER BY said.at, said.rank, said.id
"""  # noqa: S608 - of constants
# Whoever erases the person waits until the transaction ends, or is waited for. SQLite has one writer.
ABOUT_ON = {
    "postgresql": ABOUT.format(until_the_end="FOR KEY SHARE"),
    "sqlite": ABOUT.format(until_the_end=""),
}


class ErasedMeanwhile(Refusal):
    """The person was erased while they answered."""


class Spoken(Protocol):
    """What is about the version of a number, and of a kind of `ActKind`, or LEGACY."""

    @property
    def number(self) -> int:
        """The number of the version."""

    @property
    def kind(self) -> str:
        """What was said."""


Said = TypeVar("Said", bound=Spoken)


@dataclass(frozen=True)
class Word:
    """What a person did about a version, or is said to have accepted; `kind` is of `ActKind`, or LEGACY.

    `key` is that of the act; None where it was taken over.
    """

    user_id: int
    policy_id: int
    version_id: int
    number: int
    kind: str
    at: datetime
    key: UUID | None = None


def words_of(user_ids: Collection[int], *, policy_id: int | None = None) -> list[Word]:
    """Give the words of people, the oldest first, of one policy or of all; one query.

    An acceptance of which not even the version is known says nothing. What is known by hearsay stands
    before what was done here at the same instant.
    """
    acts = Act.objects.filter(user__in=user_ids)
    legacy = LegacyAcceptance.objects.filter(user__in=user_ids, version__isnull=False)
    if policy_id is not None:
        acts, legacy = acts.filter(version__policy=policy_id), legacy.filter(policy=policy_id)
    kind = Value(AcceptedBy.LEGACY.value)
    rows = (
        acts.annotate(rank=Value(1, IntegerField()), said=F("kind"))
        .values_list(
            "user_id", "version__policy_id", "version_id", "version__number", "said", "at", "rank", "pk"
        )
        .union(
            legacy.annotate(rank=Value(0, IntegerField()), said=kind).values_list(
                "user_id", "policy_id", "version_id", "version__number", "said", "at", "rank", "pk"
            ),
            all=True,
        )
        .order_by("at", "rank", "pk")
    )
    return [
        Word(user_id, policy_id, version_id, number or 0, said, at, pk if rank else None)
        for user_id, policy_id, version_id, number, said, at, rank, pk in rows
    ]


def words_about(*, user_id: int, policy_id: int) -> tuple[list[Word], Register]:
    """Give the words of one person on one policy, the oldest first, as `words_of` does, but quicker.

    Gives the register too, as it stands at the same moment for this policy. Until the transaction ends
    nobody can erase the person. Raises `ErasedMeanwhile` where somebody has.
    """
    with prepared(), connection.cursor() as cursor:
        about = [user_id, policy_id, user_id, policy_id, user_id, policy_id]
        cursor.execute(ABOUT_ON[connection.vendor], about)
        rows = cursor.fetchall()
    if not rows:
        raise ErasedMeanwhile(_("This account was erased, so nothing was recorded."))
    said = [
        Word(
            user_id,
            policy_id,
            version_id,
            number or 0,
            kind,
            instant_of(at),
            KEY.to_python(key) if rank else None,
        )
        for version_id, number, kind, at, key, rank, _published, _recalled in rows
        if version_id
    ]
    published, recalled = rows[0][-2:]
    return said, register_with(policy_id, published=published, recalled=recalled)


def instant_of(stored: datetime) -> datetime:
    """Give an instant as it was stored; SQLite keeps it in UTC, without saying so."""
    return stored if stored.tzinfo else stored.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Position(Generic[Said]):
    """The words on which a standing rests: the acceptance, the refusal and the withdrawal that hold."""

    accepted: Said | None
    declined: Said | None
    withdrawn: Said | None


def position_of(words: Sequence[Said]) -> Position[Said]:
    """Give what a person's words on one policy, the oldest first, amount to.

    Whoever withdraws has withdrawn from the policy: what they accepted before counts for nothing, so
    that no older version comes to life again under them. Accepted is the highest version whose latest
    word, of those since the last withdrawal, accepts it. The withdrawal holds until that version or a
    newer one is accepted again. Declined is what the very latest word declines.
    """
    last = max((place for place, word in enumerate(words) if word.kind == ActKind.WITHDRAWN), default=-1)
    latest = {word.number: word for word in words[last + 1 :]}
    accepting = [word for word in latest.values() if word.kind in ACCEPTING]
    accepted = max(accepting, key=lambda word: word.number, default=None)
    withdrawn = words[last] if last >= 0 else None
    if withdrawn and accepted and accepted.number >= withdrawn.number:
        withdrawn = None
    declined = words[-1] if words and words[-1].kind == ActKind.DECLINED else None
    return Position(accepted, declined, withdrawn)
