"""What stands in the database: counts of what was recorded, and everything at once."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

from django.apps import apps
from django.core import signing
from django.db import transaction
from django.db.models import Model

from acceptance.models import Act, ActContext, ActKind, Exposure, Presentation, Standing, Tally
from acceptance.presentations import Shown
from acceptance.reviews import (
    desk_form_for,
    entry_of,
    form_for,
    review_of,
    withdrawal_form_for,
    withdrawal_of,
)
from acceptance.selectors import facts_of, version_report
from acceptance.services import Request, act_for, count_people, record_act, withdraw
from acceptance.tokens import DeskForm, ReviewForm, WithdrawalForm, seal
from accounts.models import User
from policies.models import KeptComparison, PolicyVersion
from policies.selectors import load_register, load_rule_book

OUR_APPS = ("accounts", "policies", "acceptance", "notifications", "records")
# What reading may add to: whom we met, and what follows from two texts and need not be worked out again.
ADDED_BY_READING = (Exposure, KeptComparison)
REQUEST = Request(ip="192.0.2.1", user_agent="Firefox")


def our_tables() -> list[type[Model]]:
    """Give every model of ours, the histories and the links between tables included."""
    return [
        model
        for label in OUR_APPS
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    ]


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Give every row of every table of ours but those that reading may add to."""
    return {
        model._meta.label: sorted(model._default_manager.values_list(), key=repr)
        for model in our_tables()
        if model not in ADDED_BY_READING
    }


def recorded() -> dict[str, int]:
    """Count what an answer leaves behind."""
    return {model.__name__: model.objects.count() for model in (Act, ActContext, Presentation, Standing)}


NOTHING = {"Act": 0, "ActContext": 0, "Presentation": 0, "Standing": 0}


def exposures_of(person: User) -> list[tuple[int | None, str]]:
    """Give the numbers of the versions that a person met, and how."""
    found = Exposure.objects.filter(user=person).order_by("version__number", "kind")
    return list(found.values_list("version__number", "kind"))


def opened(person: User, *, at: datetime, slug: str = "privacy") -> tuple[ReviewForm, Shown]:
    """Give the form and the words that the review page puts before a person at an instant."""
    found = review_of(facts_of(person), slug, person.language, at=at)
    assert found
    return form_for(person, found), found.shown


def answer(person: User, *, at: datetime, accepts: bool = True, slug: str = "privacy", note: str = "") -> Act:
    """Record the answer that a person gives on a review page opened at the same instant."""
    form, shown = opened(person, at=at, slug=slug)
    return record_act(
        person=person, form=form, shown=shown, accepts=accepts, note=note, request=REQUEST, now=at
    )


def withdrawal(person: User, *, slug: str = "privacy") -> WithdrawalForm:
    """Give the form that the page puts before a person who wants to withdraw."""
    found = withdrawal_of(facts_of(person), slug, person.language)
    assert found
    return withdrawal_form_for(person, found)


def withdraw_by(form: WithdrawalForm, person: User, *, at: datetime) -> Act:
    """Send the form by which a person withdraws."""
    return withdraw(person=person, form=form, note="", request=REQUEST, now=at)


def paper(
    version: PolicyVersion,
    person: User,
    staff: User,
    *,
    at: datetime,
    kind: ActKind = ActKind.ACKNOWLEDGED,
    language: str = "en",
) -> DeskForm:
    """Give the form by which the desk enters the answer of a person."""
    offer = entry_of(version.texts.get(language=language).pk, kind, at=at)
    assert offer
    return desk_form_for(person, staff, offer, kind)


def enter(
    version: PolicyVersion,
    person: User,
    staff: User,
    *,
    at: datetime,
    kind: ActKind = ActKind.ACKNOWLEDGED,
    note: str = "Letter of 2 March.",
) -> Act:
    """Enter the answer of a person at the desk."""
    form = paper(version, person, staff, at=at, kind=kind)
    return act_for(person=person, acted_by=staff, form=form, note=note, now=at)


def parts_of(version: PolicyVersion, *, at: datetime) -> dict[str, int]:
    """Count everyone anew, and give the parts of a version's report in which there is anybody."""
    Tally.objects.all().delete()
    count_people(now=at)
    register = load_register()
    report = version_report(register.by_id[version.pk], register, load_rule_book(), at=at)
    assert report
    return {part.value: people for part, people in report.total.by_part.items() if people}


@contextmanager
def undone() -> Iterator[None]:
    """Roll back what is written inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def sealed_before(form: ReviewForm, seconds: float) -> str:
    """Give a form sealed as the page did it so many seconds ago."""
    stamp = signing.b62_encode(int(time.time() - seconds))
    with patch.object(signing.TimestampSigner, "timestamp", lambda _signer: stamp):
        return seal(form)
