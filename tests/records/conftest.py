"""What the tests of records share: a person of whom much is held, and who decides about them."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from acceptance.models import ChoiceSource, ExposureKind
from acceptance.services import Request, choose_reminders, record_act, record_exposures
from accounts.models import User
from notifications.models import EventSource, MailEventKind
from notifications.services import plan_campaigns
from notifications.services.claiming import settle
from notifications.services.events import record_event
from notifications.services.settling import count_chunk, settlement
from notifications.services.suppressing import suppress_address
from notifications.transport import Fate, Outcome
from policies.models import ChangeClass, Policy, PolicyVersion
from records.models import EndedRelationship
from records.services import ask_for_erasure, lift_hold, place_hold
from tests.acceptance.conftest import EFFECT
from tests.acceptance.records import answer, opened
from tests.conftest import NOW
from tests.notifications.records import claim_for, leased, notice_of

# What must be found nowhere once Wilhelmina is erased. Nobody else's data holds any of it.
IP = "198.51.100.77"
NAME = "wilhelmina"
ADDRESS = f"{NAME}@example.com"
EARLIER = f"{NAME}.before@example.org"
BROWSER = "Wilhelmina's Browser/7"
KEY_IN_SHOP = "shop-4711-w"


@pytest.fixture
def version(make_version: Callable[..., PolicyVersion]) -> PolicyVersion:
    """Give a version of which people are told, and which asks them to acknowledge it."""
    return make_version(effective_at=EFFECT)


@pytest.fixture
def keeper(make_person: Callable[..., User]) -> User:
    """Give who decides about erasures and legal holds."""
    return make_person("keeper", groups=("Data protection",), date_joined=NOW.replace(year=2040))


@pytest.fixture
def told(make_person: Callable[..., User], version: PolicyVersion) -> User:
    """Give Wilhelmina, to whom a notice was sent, which came back and quoted her address."""
    person = make_person(NAME, external_id=KEY_IN_SHOP, country="DE")
    plan_campaigns(now=NOW)
    _chunk, token = leased()
    claim = claim_for(person, token)
    assert claim
    settle(settlement(claim, Outcome(Fate.ACCEPTED, f"250 OK <{ADDRESS}>"), NOW))
    count_chunk(notice_of(person).chunk_id, NOW)
    record_event(
        notice_id=claim.notice_id,
        kind=MailEventKind.BOUNCED,
        status="5.1.1",
        diagnostic=f"550 5.1.1 <{ADDRESS}> unknown",
        source=EventSource.PIPE,
        digest="a" * 64,
        now=NOW,
    )
    return person


@pytest.fixture
def wilhelmina(told: User, version: PolicyVersion, keeper: User) -> User:
    """Give Wilhelmina, of whom there is something in every table that can hold something of a customer."""
    acted(told, EFFECT, accepts=False, note=f"I am {NAME}, and moved.")
    acted(told, EFFECT + timedelta(minutes=1), accepts=True)
    record_exposures(user_id=told.pk, version_ids=[version.pk], kind=ExposureKind.SHOWN, now=EFFECT)
    choose_reminders(user_id=told.pk, is_wanted=False, source=ChoiceSource.OWN_PAGE, now=EFFECT)
    EmailAddress.objects.create(user=told, email=EARLIER, verified=True, primary=False)
    suppress_address(address=EARLIER, reason="MANUAL", detail=f"{NAME} asked", now=NOW)
    LogEntry.objects.create(
        user=keeper,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(told.pk),
        object_repr=ADDRESS,
        action_flag=CHANGE,
        change_message=f"Changed {NAME}",
    )
    EndedRelationship.objects.create(person=told, noted_at=NOW)
    hold = place_hold(person_id=told.pk, reason=f"{NAME} against us", placed_by=keeper, now=NOW)
    lift_hold(hold_id=hold.pk, lifted_by=keeper, now=NOW)
    ask_for_erasure(person_id=told.pk, now=NOW)
    return told


def acted(
    person: User, at: datetime, *, accepts: bool, note: str = "", ip: str = IP, browser: str = BROWSER
) -> None:
    """Record what a person answered, from an address and with a browser of their own."""
    form, shown = opened(person, at=at)
    record_act(
        person=person,
        form=form,
        shown=shown,
        accepts=accepts,
        note=note,
        request=Request(ip=ip, user_agent=browser),
        now=at,
    )


@pytest.fixture
def keeping(client_of: Callable[[User], Client], keeper: User) -> Client:
    """Give the browser of who decides."""
    return client_of(keeper)


@pytest.fixture
def agreement(
    make_version: Callable[..., PolicyVersion], make_policy: Callable[..., Policy]
) -> PolicyVersion:
    """Give version 1 of a policy that asks everybody to agree, without days of grace."""
    return make_version(
        make_policy("profiling", name="Profiling"), change_class=ChangeClass.NEW_PURPOSE, effective_at=EFFECT
    )


@pytest.fixture
def first(make_version: Callable[..., PolicyVersion]) -> PolicyVersion:
    """Give version 1 of the privacy policy: a material change, in English and German."""
    return make_version(
        bodies={
            "en": "We keep orders for six years.\n",
            "de": "Wir behalten Bestellungen sechs Jahre lang.\n",
        },
        effective_at=EFFECT,
    )


@pytest.fixture
def answered(alice: User, bob: User, first: PolicyVersion) -> User:
    """Give a person who has acknowledged the first version, beside another who has declined it."""
    answer(alice, at=EFFECT, note="Seen on the train.")
    answer(bob, at=EFFECT, accepts=False, note="Bob's own words.")
    return alice
