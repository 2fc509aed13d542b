"""Versions of which a person is to be told on the site, because nothing else has told them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from policies.selectors import Publication, Register, RuleBook

from ..models import ExposureKind
from .asked import asked_about
from .effect import effective_for, is_notice_due
from .facts import Facts

# So long after it was shown first the site goes on telling them.
SHOWN_FOR = timedelta(days=7)


@dataclass(frozen=True)
class News:
    """A version that asks nothing of a person and has not reached them, and from when it holds for them."""

    publication: Publication
    effective_at: datetime


def news_for(facts: Facts, register: Register, rules: RuleBook, *, at: datetime) -> list[News]:
    """Give the newest version of each policy that a person must be told of, asks nothing, and was not mailed.

    Of one that asks for an answer the banner tells them by asking.
    """
    return list(untold(facts, register, rules, at))


def untold(facts: Facts, register: Register, rules: RuleBook, at: datetime) -> Iterator[News]:
    """Give them, policy by policy."""
    for slug in register.by_slug:
        entry = register.newest(slug, at)
        if entry is None or is_known(entry, facts, at):
            continue
        demand = rules.demand(entry.kind, entry.change_class, facts.country)
        is_due = is_notice_due(entry, demand, facts, register)
        if is_due and asked_about(slug, facts, register, rules, at) is None:
            yield News(entry, effective_for(entry, demand, facts, register, told_by=at))


def is_known(entry: Publication, facts: Facts, at: datetime) -> bool:
    """Whether a person was told of a version by mail, or on the site for long enough."""
    shown_at = facts.exposures.get((entry.version_id, ExposureKind.SHOWN))
    if shown_at:
        return at >= shown_at + SHOWN_FOR
    return facts.told_at(entry.version_id) is not None
