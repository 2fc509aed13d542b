"""Which notice rule applies to whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from threading import Lock
from typing import Any

from cachetools import cached

from accounts.places import EEA

from ..models import Assent, NoticeRule
from ..models.rule import EUROPEAN_UNION, EVERYWHERE, are_reminder_days
from .kept import kept

# How the history marks the rules that came with the site, and those that were deleted.
BASELINE, DELETED = "as it came with the site", "-"


@dataclass(frozen=True)
class Demand:
    """What a change asks of the people of one place, and the rule's own words on where that comes from.

    `reminder_days` are days after a person was told, three at most, the earliest first. In the quiet
    hours, by the person's clock, no mail is sent. `later_times` is how often an answer can be put off
    for a day on the page that a person is led to from effect on; with 0 a banner asks instead.
    """

    min_notice_days: int
    is_told: bool
    assent: str
    grace_days: int
    is_deemed_by_use: bool
    jurisdiction: str
    source: str
    reminder_days: tuple[int, ...] = ()
    quiet_from: time | None = None
    quiet_until: time | None = None
    later_times: int = 0


# Where counsel has written no rule, nobody is left untold and nothing is taken for granted.
NO_RULE = Demand(
    0, True, Assent.ACKNOWLEDGE, 30, False, EVERYWHERE, "No rule is written; the cautious one holds."
)


class RuleBook:
    """All notice rules, by kind of policy, class of change and jurisdiction."""

    def __init__(self, rules: Iterable[NoticeRule]) -> None:
        self.demands = {
            (rule.policy_kind, rule.change_class, rule.jurisdiction): Demand(
                rule.min_notice_days,
                rule.is_told,
                rule.assent,
                rule.grace_days,
                rule.is_deemed_by_use,
                rule.jurisdiction,
                rule.source,
                # What was written without the form's checks reminds nobody.
                tuple(rule.reminder_days) if are_reminder_days(rule.reminder_days) else (),
                rule.quiet_from,
                rule.quiet_until,
                rule.later_times,
            )
            for rule in rules
        }

    def demand(self, kind: str, change_class: str, country: str) -> Demand:
        """Give what a change asks of a person in `country`: the narrowest rule that is written."""
        for place in jurisdictions(country):
            found = self.demands.get((kind, change_class, place))
            if found:
                return found
        return NO_RULE


def jurisdictions(country: str) -> tuple[str, ...]:
    """Give the jurisdictions of a country, the narrowest first.

    A person whose country is not known is treated as one of the Union, where the rules are strictest.
    """
    if country in EEA or not country:
        return country, EUROPEAN_UNION, EVERYWHERE
    return country, EVERYWHERE


@cached(kept(1), lock=Lock())
def rule_book() -> RuleBook:
    """Give all notice rules, at most a second old."""
    return load_rule_book()


def load_rule_book() -> RuleBook:
    """Read all notice rules, in one query."""
    return RuleBook(NoticeRule.objects.order_by("pk"))


def load_rule_book_at(at: datetime) -> RuleBook:
    """Read the notice rules as they were at `at`, in one query.

    What came with the site counts from before anybody looked.
    """
    held: dict[int, Any] = {}
    for row in NoticeRule.history.order_by("history_date", "history_id"):
        if row.history_date <= at or (row.history_change_reason == BASELINE and row.id not in held):
            held[row.id] = row
    return RuleBook(row for row in held.values() if row.history_type != DELETED)
