"""Registers, rules and facts made by hand, for what is worked out without a database."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from acceptance.models import ExposureKind
from acceptance.selectors import Facts
from policies.models import Assent, ChangeClass, NoticeRule, PolicyKind
from policies.selectors import Publication, Register, RuleBook, TextEntry
from tests.acceptance.conftest import DAY
from tests.conftest import NOW

PRIVACY = 1
NONE: Mapping[tuple[int, ExposureKind], datetime] = MappingProxyType({})


def entry(
    number: int,
    *,
    effective_at: datetime = NOW,
    published_at: datetime | None = None,
    change_class: str = ChangeClass.MATERIAL,
    recalled_at: datetime | None = None,
) -> Publication:
    """Give version `number` of the privacy policy; its key is its number."""
    return Publication(
        version_id=number,
        policy_id=PRIVACY,
        slug="privacy",
        name="Privacy policy",
        kind=PolicyKind.PRIVACY_NOTICE,
        default_language="en",
        number=number,
        change_class=change_class,
        reason="A new supplier.",
        published_at=published_at or effective_at - 30 * DAY,
        effective_at=effective_at,
        imported=False,
        recalled_at=recalled_at,
        texts={
            "en": TextEntry(
                text_id=number,
                language="en",
                title="Privacy policy",
                summary="",
                reason="",
                sha256="",
                renderer="",
            )
        },
    )


def register_of(*entries: Publication) -> Register:
    """Give the register that holds these versions."""
    return Register(entries)


def rule(
    change_class: str = ChangeClass.MATERIAL,
    place: str = "*",
    *,
    assent: str = Assent.ACKNOWLEDGE,
    grace_days: int = 14,
    deemed: bool = False,
    source: str = "A rule.",
) -> NoticeRule:
    """Give a rule for privacy policies."""
    return NoticeRule(
        policy_kind=PolicyKind.PRIVACY_NOTICE,
        change_class=change_class,
        jurisdiction=place,
        min_notice_days=14,
        assent=assent,
        grace_days=grace_days,
        is_deemed_by_use=deemed,
        source=source,
    )


def rules_of(*rules: NoticeRule) -> RuleBook:
    """Give the rule book that holds these rules."""
    return RuleBook(rules)


# What most tests need: wording asks nothing, a material change to be acknowledged, a purpose to be agreed to.
RULES = rules_of(
    rule(ChangeClass.EDITORIAL, assent=Assent.NONE, grace_days=0),
    rule(ChangeClass.MATERIAL),
    rule(ChangeClass.NEW_PURPOSE, assent=Assent.AGREE, grace_days=0),
)


def facts(
    *,
    country: str = "US",
    joined_at: datetime = NOW - 400 * DAY,
    accepted: int = 0,
    declined: int = 0,
    exposures: Mapping[tuple[int, ExposureKind], datetime] = NONE,
) -> Facts:
    """Give what is on record of a person; `accepted` and `declined` are numbers of versions."""
    return Facts(
        user_id=1,
        country=country,
        joined_at=joined_at,
        accepted={PRIVACY: accepted},
        declined={PRIVACY: frozenset({declined})},
        exposures={(number, kind.value): at for (number, kind), at in exposures.items()},
    )
