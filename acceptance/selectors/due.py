"""What a version means for each of many people who are about to be told of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from policies.models import Assent
from policies.selectors import Publication, Register, RuleBook

from .asked import asked_about, pending_up_to, strictest
from .effect import effective_for
from .facts import Facts, facts_by_key


@dataclass(frozen=True)
class Due:
    """From when a version holds for a person, and what else is asked of them.

    `owed` is what versions before it still ask, the strictest; `gate_from` the moment from which the gate
    is closed until they answer, None where nothing is asked about the policy.
    """

    effective_at: datetime
    owed: str
    gate_from: datetime | None


def due_by_key(
    publication: Publication, people: Iterable[int], register: Register, rules: RuleBook, *, at: datetime
) -> dict[int, Due]:
    """Give what a version means for `people`, by their keys, if they are told of it at `at`.

    By the same reckoning as the site's. At most five queries, whatever their number.
    """
    facts = facts_by_key(User.objects.filter(pk__in=people))
    return {key: due(publication, known, register, rules, at) for key, known in facts.items()}


def due(publication: Publication, facts: Facts, register: Register, rules: RuleBook, at: datetime) -> Due:
    """Give what a version means for one person."""
    demand = rules.demand(publication.kind, publication.change_class, facts.country)
    asked = asked_about(publication.slug, facts, register, rules, at)
    return Due(
        effective_at=effective_for(publication, demand, facts, register, told_by=at),
        owed=owed_before(publication, facts, register, rules, at),
        gate_from=asked.gate_from if asked and not asked.is_answered else None,
    )


def owed_before(
    publication: Publication, facts: Facts, register: Register, rules: RuleBook, at: datetime
) -> str:
    """Give what versions before this one still ask of a person, the strictest."""
    before = register.before(publication)
    pending = pending_up_to(before, facts, register, rules, at) if before else {}
    assent = strictest(pending.values())
    # As on the site, a no answers what is only to be acknowledged.
    is_refused = bool(pending) and facts.latest_no(publication.policy_id) >= max(pending)
    return assent if assent == Assent.AGREE or (pending and not is_refused) else Assent.NONE
