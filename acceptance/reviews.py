"""What is put before whoever answers or withdraws, and the signed form that goes with it."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from policies.models import Assent
from policies.selectors import Publication, TextEntry, load_register, load_rule_book

from .presentations import Shown, Silence, desk_entry, review_page, withdrawal_page
from .selectors import Asked, Facts, Severity, asked_about, is_deemed
from .tokens import DeskForm, ReviewForm, WithdrawalForm


@dataclass(frozen=True)
class Review:
    """What the review page puts before a person: one text, since what, and the words to act on.

    `accepted_by` is how they accepted the version that they accepted last, as `AcceptedBy` names it;
    `assent` what a yes would be, also where nothing is asked.
    """

    publication: Publication
    text: TextEntry
    asked: Asked | None
    since: Publication | None
    # The texts that say in short what changes, by number: of every version since.
    steps: list[tuple[int, TextEntry]]
    shown: Shown
    accepted_by: str
    assent: str

    @property
    def asks_from(self) -> datetime | None:
        """The moment from which the gate is closed until the person answers; None where it is not to come."""
        if self.asked is None or self.asked.is_answered or self.asked.severity is Severity.GATE:
            return None
        return self.asked.gate_from


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
    demand = rules.demand(newest.kind, newest.change_class, facts.country)
    assent = asked.assent if asked else demand.assent if demand.assent != Assent.NONE else Assent.ACKNOWLEDGE
    since = register.numbered(slug, accepted) if accepted != newest.number else None
    accepted_by = facts.accepted_by.get(newest.policy_id, "")
    shown = review_page(
        text,
        newest.number,
        assent=assent,
        silence=silence_of(
            asked,
            has_answered=asked.is_declined if asked else has_answered(facts, newest),
            is_counted=is_deemed(newest, demand, facts, register),
            at=at,
        ),
        last=(since.number, accepted_by) if since else None,
    )
    return Review(
        publication=newest,
        text=text,
        asked=asked,
        since=since,
        steps=register.steps(since, newest, text.language),
        shown=shown,
        accepted_by=accepted_by,
        assent=str(assent),
    )


def has_answered(facts: Facts, entry: Publication) -> bool:
    """Whether a person's last word on a version is on record, a yes or a no."""
    is_accepted = facts.accepted.get(entry.policy_id) == entry.number
    return is_accepted or facts.has_declined(entry.policy_id, entry.number)


def silence_of(asked: Asked | None, *, has_answered: bool, is_counted: bool, at: datetime) -> Silence:
    """Say what it leads to that a person answers nothing about the newest version of a policy at `at`."""
    if has_answered or (asked and asked.is_withdrawn):
        return Silence.STAYS
    if asked is None:
        return Silence.COUNTED if is_counted else Silence.NOTHING
    return Silence.COUNTS if asked.counts_by_use and at < asked.gate_from else Silence.ASKS_ON


def form_for(person: User, found: Review) -> ReviewForm:
    """Give the form that goes with what `person` is shown, good for one act."""
    return ReviewForm(
        nonce=str(uuid.uuid4()),
        user_id=person.pk,
        version_id=found.publication.version_id,
        text_id=found.text.text_id,
        sha256=found.text.sha256,
        assent=found.assent,
        presentation=found.shown.sha256,
    )


@dataclass(frozen=True)
class Offer:
    """A text of a version, and the words to act on it."""

    publication: Publication
    text: TextEntry
    shown: Shown


def withdrawal_of(facts: Facts, slug: str, language: str) -> Offer | None:
    """Give what a person can withdraw of a policy: the version accepted last, also one that was recalled.

    None where there is none.
    """
    entries = load_register().of(slug)
    number, by = facts.last_yes.get(entries[0].policy_id, (0, "")) if entries else (0, "")
    accepted = next((each for each in entries if each.number == number), None)
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
            by=by,
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
