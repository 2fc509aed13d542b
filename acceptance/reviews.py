"""What is put before whoever answers or withdraws, and the signed form that goes with it."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from policies.models import Assent
from policies.selectors import Demand, Publication, TextEntry, load_register, load_rule_book

from .presentations import Shown, desk_entry, review_page, withdrawal_page
from .selectors import Asked, Facts, asked_about
from .tokens import DeskForm, ReviewForm, WithdrawalForm


@dataclass(frozen=True)
class Review:
    """What the review page puts before a person: one text, since what, and the words to act on.

    `accepted_by` is how they accepted the version that they accepted last, as `AcceptedBy` names it;
    `demand` what the rule says of this one where they live.
    """

    publication: Publication
    text: TextEntry
    asked: Asked | None
    since: Publication | None
    # The texts that say in short what changes, by number: of every version since.
    steps: list[tuple[int, TextEntry]]
    shown: Shown
    accepted_by: str
    demand: Demand


def review_of(facts: Facts, slug: str, language: str, *, at: datetime) -> Review | None:
    """Give what a person is shown of a policy at `at`: always its newest version, in force or announced.

    None where no version is either.
    """
    register = load_register()
    newest = register.newest(slug, at)
    if newest is None:
        return None
    rules = load_rule_book()
    asked = asked_about(slug, facts, register, rules, at)
    text = newest.text(language)
    accepted = facts.accepted.get(newest.policy_id, 0)
    shown = review_page(
        assent=asked.assent if asked else Assent.ACKNOWLEDGE,
        title=text.title,
        number=newest.number,
        language=text.language,
    )
    since = register.numbered(slug, accepted) if accepted != newest.number else None
    return Review(
        publication=newest,
        text=text,
        asked=asked,
        since=since,
        steps=register.steps(since, newest, text.language),
        shown=shown,
        accepted_by=facts.accepted_by.get(newest.policy_id, ""),
        demand=rules.demand(newest.kind, newest.change_class, facts.country),
    )


def form_for(person: User, found: Review) -> ReviewForm:
    """Give the form that goes with what `person` is shown, good for one act."""
    return ReviewForm(
        nonce=str(uuid.uuid4()),
        user_id=person.pk,
        version_id=found.publication.version_id,
        text_id=found.text.text_id,
        sha256=found.text.sha256,
        assent=found.asked.assent if found.asked else Assent.ACKNOWLEDGE.value,
        presentation=found.shown.sha256,
    )


@dataclass(frozen=True)
class Offer:
    """A text of a version, and the words to act on it."""

    publication: Publication
    text: TextEntry
    shown: Shown


def withdrawal_of(facts: Facts, slug: str, language: str) -> Offer | None:
    """Give what a person can withdraw of a policy: the version accepted last. None where there is none."""
    entries = load_register().of(slug)
    accepted = next((each for each in entries if each.number == facts.accepted.get(each.policy_id)), None)
    if accepted is None:
        return None
    text = accepted.text(language)
    return Offer(
        accepted,
        text,
        withdrawal_page(
            title=text.title,
            number=accepted.number,
            language=text.language,
            by=facts.accepted_by.get(accepted.policy_id, ""),
        ),
    )


def withdrawal_form_for(person: User, offer: Offer) -> WithdrawalForm:
    """Give the form by which `person` withdraws, good for one act."""
    return WithdrawalForm(
        nonce=str(uuid.uuid4()),
        user_id=person.pk,
        version_id=offer.publication.version_id,
        text_id=offer.text.text_id,
        sha256=offer.text.sha256,
        presentation=offer.shown.sha256,
    )


def entry_of(text_id: int, kind: str, *, at: datetime) -> Offer | None:
    """Give what can be entered at the desk of a text: None where it is of no version published at `at`."""
    for publication, text in texts_at(at):
        if text.text_id == text_id:
            shown = desk_entry(kind=kind, title=text.title, number=publication.number, language=text.language)
            return Offer(publication, text, shown)
    return None


def texts_at(at: datetime) -> list[tuple[Publication, TextEntry]]:
    """Give every text that was published before `at`, policy by policy, the newest version first."""
    return [
        (entry, text)
        for entries in load_register().by_slug.values()
        for entry in reversed(entries)
        if entry.published_at <= at
        for text in entry.texts.values()
    ]


def desk_form_for(person: User, acted_by: User, offer: Offer, kind: str) -> DeskForm:
    """Give the form by which `acted_by` enters the answer of `person`, good for one act."""
    return DeskForm(
        nonce=str(uuid.uuid4()),
        user_id=person.pk,
        version_id=offer.publication.version_id,
        text_id=offer.text.text_id,
        sha256=offer.text.sha256,
        presentation=offer.shown.sha256,
        kind=kind,
        acted_by_id=acted_by.pk,
    )
