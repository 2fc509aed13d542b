"""Which text governed a person at an instant."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from policies.models import Assent
from policies.selectors import Demand, Publication, Register, RuleBook, load_register, load_rule_book_at

from ..models import AcceptedBy, ActKind
from .asked import is_deemed
from .effect import effective_for, is_notice_due, told_of
from .grounds import AGREEMENTS, BINDING, Governing, Ground, Reason
from .past import ActRow, Past, past_of

AGREEING = {ActKind.AGREED.value: Ground.AGREED, AcceptedBy.LEGACY.value: Ground.TAKEN_OVER}
REFUSED = {ActKind.DECLINED.value: Ground.DECLINED, ActKind.WITHDRAWN.value: Ground.WITHDRAWN}


def governing_version(person: User, slug: str, *, at: datetime) -> Governing:
    """Say which version of a policy governed `person` at `at`, and why, in five queries.

    Acts, exposures, publications and recalls count as far as they were on record at `at`: what is learnt
    later, such as that mail came back, leaves the answer about before as it was, and so does a notice
    rule that is edited later. The country of the person is known only as it is now. Nothing is stored.
    For an instant to come, the answer is what will hold if nothing else happens.
    """
    return governing(slug, past_of(person, at=at), load_register(), load_rule_book_at(at), at=at)


def governing(slug: str, past: Past, register: Register, rules: RuleBook, *, at: datetime) -> Governing:
    """Work out which version of a policy governed the person of `past`, which is their past as of `at`.

    Goes through the published versions by number. The text of a version holds the changes of those before
    it, so one that does not bind holds back those above it, up to the next that the person agreed to.
    """
    facts = past.facts
    if at < facts.joined_at:
        return Governing(
            slug, at, facts.country, None, None, (Reason(Ground.NOT_JOINED, (), facts.joined_at),)
        )
    in_force = register.numbers_in_force(slug, facts.joined_at, at)
    bound: Publication | None = None
    barrier: Publication | None = None
    effective_at: datetime | None = None
    reasons = []
    for entry in register.of(slug):
        if entry.published_at > at:
            continue
        if entry.is_recalled(at) or entry.number not in in_force:
            reasons.append(out_of_force(entry, facts.joined_at, register, at))
            continue
        demand = rules.demand(entry.kind, entry.change_class, facts.country)
        case = Case(entry, demand, past, register, at)
        reason = judge(case, barrier)
        if reason.ground in BINDING:
            # Without an agreement a text holds no earlier than the changes from before that it carries.
            moments = (case.holds_from, None if reason.ground in AGREEMENTS else effective_at)
            effective_at = max(moment for moment in moments if moment)
            bound, barrier, reasons = entry, None, [reason]
        else:
            barrier = barrier or entry
            reasons.append(reason)
    return Governing(
        slug=slug,
        at=at,
        country=facts.country,
        publication=bound,
        effective_at=effective_at,
        reasons=tuple(reversed(reasons)),
    )


@dataclass(frozen=True)
class Case:
    """One version before one person, as of an instant at which it has been in force."""

    entry: Publication
    demand: Demand
    past: Past
    register: Register
    at: datetime

    @property
    def holds_from(self) -> datetime | None:
        """The moment from which the version holds for the person; None while nothing has told them of it."""
        facts = self.past.facts
        due = is_notice_due(self.entry, self.demand, facts, self.register)
        if due and not told_of(self.entry, facts, self.register, self.at):
            return None
        moment = effective_for(self.entry, self.demand, facts, self.register, told_by=self.at)
        return max(moment, facts.joined_at)

    @property
    def word(self) -> ActRow | None:
        """The person's last word on the version."""
        return self.past.last_word(self.entry.policy_id, self.entry.version_id)

    @property
    def is_deemed(self) -> bool:
        """Whether going on using the shop counted as accepting the version."""
        return is_deemed(self.entry, self.demand, self.past.facts, self.register)

    def because(self, ground: Ground, moment: datetime | None, *others: int) -> Reason:
        """Give `ground` as the reason, with all that is on record of this person and the version."""
        key, teller = self.entry.version_id, told_of(self.entry, self.past.facts, self.register, self.at)
        acts = self.past.acts_on(key)
        if self.word and self.word not in acts:
            acts += (self.word,)
        exposures = self.past.exposures_on(key)
        if teller and teller[0].version_id != key:
            other, told_at = teller[0].version_id, teller[1]
            acts += tuple(act for act in self.past.acts_on(other) if act.at == told_at)
            exposures += self.past.exposures_on(other)
        return Reason(
            ground,
            (self.entry.number, *others),
            moment,
            acts,
            exposures,
            self.demand.source,
        )


def judge(case: Case, barrier: Publication | None) -> Reason:
    """Say whether a version bound the person, and by what.

    `barrier` is a version below it that does not bind, and whose changes it holds. Only an agreement
    to the whole text gets past that.
    """
    found = lack_of_notice(case) or agreement(case) or lack_of_agreement(case)
    if found:
        return found
    if barrier:
        return case.because(Ground.CARRIES, None, barrier.number)
    return effect(case)


def lack_of_notice(case: Case) -> Reason | None:
    """Give the reason why the version did not hold for the person yet, or None where it did."""
    if case.holds_from is None:
        return case.because(Ground.UNTOLD, None)
    if case.holds_from > case.at:
        return case.because(Ground.NOTICE_RUNS, case.holds_from)
    return None


def agreement(case: Case) -> Reason | None:
    """Give the agreement by which the version bound the person, or None where it is not their last word."""
    word = case.word
    ground = AGREEING.get(word.kind) if word else None
    return case.because(ground, word.at) if word and ground else None


def lack_of_agreement(case: Case) -> Reason | None:
    """Give the reason why an agreement that the rule asks for was missing, or None where none was."""
    word = case.word
    if case.demand.assent != Assent.AGREE or case.is_deemed:
        return None
    if word and word.kind in REFUSED:
        return case.because(REFUSED[word.kind], word.at)
    return case.because(Ground.UNANSWERED, None)


def effect(case: Case) -> Reason:
    """Give that by which a version bound the person whose agreement was not asked for, or was deemed."""
    word = case.word
    if case.demand.assent != Assent.AGREE and word and word.kind == ActKind.ACKNOWLEDGED:
        return case.because(Ground.ACKNOWLEDGED, word.at)
    if case.is_deemed:
        return case.because(Ground.DEEMED, case.past.facts.used_at(case.entry.version_id))
    return case.because(Ground.IN_EFFECT, case.holds_from)


def out_of_force(entry: Publication, joined_at: datetime, register: Register, at: datetime) -> Reason:
    """Say why a published version was out of force at `at`, or ever since the person joined."""
    if entry.is_recalled(at):
        return Reason(Ground.RECALLED, (entry.number,), entry.recalled_at)
    if entry.effective_at > at:
        return Reason(Ground.ANNOUNCED, (entry.number,), entry.effective_at)
    holder = register.in_force(entry.slug, max(entry.effective_at, joined_at))
    if holder is None or entry.effective_at <= joined_at:
        return Reason(Ground.OVER, (entry.number,))
    return Reason(Ground.OVERTAKEN, (entry.number, holder.number), entry.effective_at)
