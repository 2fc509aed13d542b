"""What the tests of acceptance share: a stopped clock, a browser, a shop, and the first policy."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from policies.models import ChangeClass, Policy, PolicyVersion, Recall
from policies.services import recall_version
from policies.triggers import create_triggers, drop_triggers, every_trigger
from tests.acceptance.ledgers import HOUR, seal
from tests.acceptance.records import answer
from tests.conftest import NOW

# What a browser says that it reads; a program asks for something else, or for anything.
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

DAY = timedelta(days=1)
# The first version is published at NOW and takes effect a day later; the gate then waits for 14 days.
EFFECT = NOW + DAY
GATE = EFFECT + 14 * DAY
# The second one is published when the first has long been in force.
SECOND_AT = NOW + 60 * DAY
SECOND_EFFECT = SECOND_AT + 31 * DAY


@pytest.fixture
def browse(freeze: Callable[[datetime], None]) -> Callable[..., Client]:
    """Give a browser at an instant: `browse(alice, at=EFFECT)`, or `browse(None, …)` for anybody."""

    def open_browser(person: User | None, *, at: datetime, **options: Any) -> Client:
        freeze(at)
        client = Client(headers={"accept": BROWSER}, **options)
        if person:
            client.force_login(person)
        return client

    return open_browser


@pytest.fixture
def shop(settings: Any) -> None:
    """Put the site beside a shop, before which the gate stands."""
    settings.ROOT_URLCONF = "tests.acceptance.urls"


@pytest.fixture
def first(make_version: Callable[..., PolicyVersion]) -> PolicyVersion:
    """Give version 1 of the privacy policy: a material change, in English and German."""
    return make_version(
        bodies={"en": "We keep orders for six years.", "de": "Wir behalten Bestellungen sechs Jahre lang."},
        effective_at=EFFECT,
    )


@pytest.fixture
def make_second(
    make_version: Callable[..., PolicyVersion], first: PolicyVersion
) -> Callable[..., PolicyVersion]:
    """Give a factory of version 2 of the privacy policy: `make_second(change_class=EDITORIAL)`."""

    def make(**fields: Any) -> PolicyVersion:
        known = {
            "bodies": {
                "en": "We keep orders for ten years.",
                "de": "Wir behalten Bestellungen zehn Jahre lang.",
            },
            "published_at": SECOND_AT,
            "effective_at": SECOND_EFFECT,
        }
        return make_version(first.policy, **(known | fields))

    return make


@pytest.fixture
def agreement(
    make_version: Callable[..., PolicyVersion], make_policy: Callable[..., Policy]
) -> PolicyVersion:
    """Give version 1 of a policy that asks everybody to agree, without days of grace."""
    return make_version(
        make_policy("profiling", name="Profiling"), change_class=ChangeClass.NEW_PURPOSE, effective_at=EFFECT
    )


@pytest.fixture
def people(make_person: Callable[..., User], first: PolicyVersion) -> list[User]:
    """Give a dozen people who have answered the first version."""
    found = [make_person(f"person{number}") for number in range(12)]
    for person in found:
        answer(person, at=EFFECT)
    return found


@pytest.fixture
def sealed(people: list[User]) -> None:
    """Seal the ledger in two portions, with what a person did between them."""
    seal()
    answer(people[0], at=EFFECT + HOUR, accepts=False)
    seal(EFFECT + HOUR)


@pytest.fixture
def bare(sealed: None) -> Iterator[None]:
    """Take the triggers off, as who owns the database can."""
    drop_triggers(connection, every_trigger())
    yield
    create_triggers(connection, every_trigger())


@pytest.fixture
def recall(approver: User) -> Callable[..., Recall]:
    """Give a way to recall a version: `recall(version, now=…)`."""

    def undo(version: PolicyVersion, *, now: datetime) -> Recall:
        return recall_version(
            version_id=version.pk, reason="A clause is wrong.", recalled_by=approver, now=now
        )

    return undo
