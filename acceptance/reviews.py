"""What a review puts before a person, and the signed form that goes with it."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from policies.models import Assent
from policies.selectors import Publication, TextEntry, load_register, load_rule_book

from .presentations import Shown, review_page
from .selectors import Asked, Facts, asked_about
from .tokens import ReviewForm


@dataclass(frozen=True)
class Review:
    """What the review page puts before a person: one text, since what, and the words to act on."""

    publication: Publication
    text: TextEntry
    asked: Asked | None
    since: Publication | None
    shown: Shown


def review_of(facts: Facts, slug: str, language: str, *, at: datetime) -> Review | None:
    """Give what a person is shown of a policy at `at`: always its newest version, in force or announced.

    None where no version is either.
    """
    register = load_register()
    newest = register.newest(slug, at)
    if newest is None:
        return None
    asked = asked_about(slug, facts, register, load_rule_book(), at)
    text = newest.text(language)
    accepted = facts.accepted.get(newest.policy_id, 0)
    shown = review_page(
        assent=asked.assent if asked else Assent.ACKNOWLEDGE,
        title=text.title,
        number=newest.number,
        language=text.language,
    )
    since = register.numbered(slug, accepted) if accepted != newest.number else None
    return Review(newest, text, asked, since, shown)


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
