"""What is asked of a person now, and how firmly."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum

from policies.models import Assent
from policies.selectors import Demand, Publication, Register, RuleBook, State

from .effect import effective_for
from .facts import Facts

PUT_OFF_FOR = timedelta(days=1)
# Whatever a rule allows, nobody puts an answer off for longer than this after the change holds for them.
PUT_OFF_WITHIN = timedelta(days=14)


class Severity(Enum):
    """How the site asks: in a banner, or by leading to the review page, where one can or cannot say later."""

    BANNER = "banner"
    REMINDER = "reminder"
    GATE = "gate"


@dataclass(frozen=True)
class Asked:
    """What is asked of a person about one policy: always about its newest version.

    `effective_at` is the moment from which it holds for this person, `owed_from` the one from which the
    first change holds that they have not answered; `since` the version that they last accepted, None
    where there is none; `gate_from` the instant from which the gate is closed; `counts_by_use` whether
    going on using the shop would answer all of it.
    """

    publication: Publication
    effective_at: datetime
    owed_from: datetime
    assent: str
    severity: Severity
    gate_from: datetime
    since: Publication | None
    is_declined: bool
    is_withdrawn: bool = False
    counts_by_use: bool = False

    @property
    def can_wait(self) -> bool:
        """Whether the person can put the answer off."""
        return self.severity is Severity.REMINDER

    @property
    def waits_until(self) -> datetime:
        """The moment until which an answer that can wait can be put off at the most."""
        return min(self.gate_from, self.owed_from + PUT_OFF_WITHIN)

    @property
    def is_answered(self) -> bool:
        """Whether the person has said no to what they may say no to.

        Who declines to acknowledge has answered; only an agreement can be a condition of going on.
        """
        return self.is_declined and self.assent != Assent.AGREE


def asked_of(facts: Facts, register: Register, rules: RuleBook, *, at: datetime) -> list[Asked]:
    """Give what is asked of a person at `at`, policy by policy; empty for one in good standing."""
    found = (asked_about(slug, facts, register, rules, at) for slug in register.by_slug)
    return [asked for asked in found if asked]


def asked_about(slug: str, facts: Facts, register: Register, rules: RuleBook, at: datetime) -> Asked | None:
    """Give what is asked about one policy: the strictest of all that came since the last acceptance."""
    newest = register.newest(slug, at)
    pending = unanswered(slug, facts, register, rules, at)
    if newest is None or not pending:
        return None
    agree = any(demand.assent == Assent.AGREE for _entry, demand in pending)
    effects = {
        entry.number: effective_for(entry, demand, facts, register, told_by=at) for entry, demand in pending
    }
    # A change that asks nothing does not put the question again to who has answered it.
    latest_no = facts.latest_no(newest.policy_id)
    declined = latest_no >= max(entry.number for entry, _demand in pending)
    # What was withdrawn is answered, and closes nothing but where an agreement is a condition of going on.
    withdrawn = facts.withdrawn.get(newest.policy_id, 0)
    closing = [
        (entry, demand)
        for entry, demand in pending
        if declined or demand.assent == Assent.AGREE or entry.number > withdrawn
    ]
    gate_from = min(effects[entry.number] + timedelta(days=demand.grace_days) for entry, demand in closing)
    asked = Asked(
        publication=newest,
        effective_at=effects.get(newest.number, newest.effective_at),
        owed_from=min(effects.values()),
        assent=Assent.AGREE if agree else Assent.ACKNOWLEDGE,
        severity=Severity.BANNER,
        gate_from=gate_from,
        since=register.numbered(slug, facts.accepted.get(newest.policy_id, 0)),
        is_declined=declined,
        is_withdrawn=bool(withdrawn),
        counts_by_use=all(demand.is_deemed_by_use for _entry, demand in pending),
    )
    times = [demand.later_times for entry, demand in pending if effects[entry.number] <= at]
    # How often they put the answer off about what they have accepted since is no part of it.
    open_ones = [entry for entry in register.of(slug) if entry.number >= pending[0][0].number]
    said = [moment for entry in open_ones for moment in facts.put_off_at(entry.version_id)]
    return replace(asked, severity=severity_of(asked, times, said, at))


def severity_of(asked: Asked, times: list[int], said: list[datetime], at: datetime) -> Severity:
    """Give how firmly something is asked at `at`.

    `times` is how often the rule of each change that holds lets the answer be put off, 0 where it asks
    in a banner; `said` the moments at which the person did. Each time is good for a day.
    """
    if asked.is_answered:
        return Severity.BANNER
    if at >= asked.gate_from:
        return Severity.GATE
    allowed = min(filter(None, times), default=0)
    if not allowed or any(at < moment + PUT_OFF_FOR for moment in said):
        return Severity.BANNER
    is_over = len(said) >= allowed or at >= asked.owed_from + PUT_OFF_WITHIN
    return Severity.GATE if is_over else Severity.REMINDER


def unanswered(
    slug: str, facts: Facts, register: Register, rules: RuleBook, at: datetime
) -> list[tuple[Publication, Demand]]:
    """Give what is owed and not deemed to be accepted, with the rules."""
    return [
        (entry, demand)
        for entry, demand in owed(slug, facts, register, rules, at)
        if not is_deemed(entry, demand, facts, register)
    ]


def assent_up_to(
    publication: Publication, facts: Facts, register: Register, rules: RuleBook, at: datetime
) -> str:
    """Give what the rules ask of a person for a version and those before it that they have not answered."""
    return strictest(pending_up_to(publication, facts, register, rules, at).values())


def pending_up_to(
    publication: Publication, facts: Facts, register: Register, rules: RuleBook, at: datetime
) -> dict[int, str]:
    """Give what is asked for a version and for each before it that is not accepted, by their numbers."""
    pending = unanswered(publication.slug, facts, register, rules, at)
    return {entry.number: demand.assent for entry, demand in pending if entry.number <= publication.number}


def strictest(assents: Collection[str]) -> str:
    """Give the strictest of what is asked."""
    return next((asked for asked in (Assent.AGREE, Assent.ACKNOWLEDGE) if asked in assents), Assent.NONE)


def owed(
    slug: str, facts: Facts, register: Register, rules: RuleBook, at: datetime
) -> Iterator[tuple[Publication, Demand]]:
    """Give the versions newer than the last accepted one whose rule asks something, with the rule.

    Versions that were over before the person joined never concerned them.
    """
    joined_under = register.in_force(slug, facts.joined_at)
    for entry in register.of(slug):
        if entry.published_at > at or entry.number <= facts.accepted.get(entry.policy_id, 0):
            continue
        state = register.state(entry, at)
        if state in (State.RECALLED, State.OVERTAKEN):
            continue
        if state is State.SUPERSEDED and joined_under and entry.number < joined_under.number:
            continue
        demand = rules.demand(entry.kind, entry.change_class, facts.country)
        if demand.assent != Assent.NONE:
            yield entry, demand


def is_deemed(entry: Publication, demand: Demand, facts: Facts, register: Register) -> bool:
    """Whether going on using the shop counts as accepting `entry`.

    It does where the rule says so, the person was told or shown before that use, the version held for
    them by then, as far as is known now, and they have not declined. Of whoever withdrew from the policy
    nothing is deemed until they accept again. Computed
    whenever it is asked, and never stored.
    """
    told_at, used_at = facts.told_at(entry.version_id), facts.used_at(entry.version_id)
    return (
        demand.is_deemed_by_use
        and told_at is not None
        and used_at is not None
        and told_at <= used_at
        # That mail came back is learnt later, and may move the moment behind the use.
        and effective_for(entry, demand, facts, register, told_by=used_at) <= used_at
        and not facts.has_declined(entry.policy_id, entry.number)
        and entry.policy_id not in facts.withdrawn
    )


def good_until(facts: Facts, register: Register, rules: RuleBook, *, at: datetime) -> datetime | None:
    """Give until when nothing is asked of a person of whom nothing is asked at `at`, as far as is on record.

    None where something is asked, or a use is not on record that needs to be. Until then no version
    begins or ends to hold, for everybody or for this person.
    """
    if asked_of(facts, register, rules, at=at) or unrecorded_use(facts, register, rules, at=at):
        return None
    moments = [*register.moments]
    for entry in register.by_id.values():
        if told_at := facts.told_at(entry.version_id):
            demand = rules.demand(entry.kind, entry.change_class, facts.country)
            moments.append(effective_for(entry, demand, facts, register, told_by=told_at))
    return min((moment for moment in moments if moment > at), default=datetime.max.replace(tzinfo=UTC))


def unrecorded_use(facts: Facts, register: Register, rules: RuleBook, *, at: datetime) -> list[int]:
    """Give the keys of versions that hold for the person, who was told and is not yet known to use them."""
    found = []
    for slug in register.by_slug:
        entry = register.in_force(slug, at)
        if entry and facts.told_at(entry.version_id) and not facts.used_at(entry.version_id):
            demand = rules.demand(entry.kind, entry.change_class, facts.country)
            if effective_for(entry, demand, facts, register, told_by=at) <= at:
                found.append(entry.version_id)
    return found
