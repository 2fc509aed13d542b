"""Play the whole job on the sample shop: the same services and pages as in earnest, on a played clock."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import count
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from django.urls import reverse

from acceptance.reviews import form_for, review_of
from acceptance.selectors import Part, facts_of, version_report
from acceptance.services import Request, count_people, record_act
from accounts.models import User
from notifications.models import Campaign
from notifications.selectors import progress
from notifications.services import enter_handovers, plan_campaigns, run_due
from policies import services as policies
from policies.models import ChangeClass, PolicyKind, PolicyVersion
from policies.selectors import load_register, load_rule_book

from .cast import address, gather
from .sink import Sink

SLUG = "privacy-policy"
TEXTS = Path(__file__).parent / "texts"
LANGUAGES = ("en", "de", "fr")
# Days before today on the played clock.
SECOND_PUBLISHED, SECOND_IN_FORCE = 36, 5
# How many of the shop's people accepted version 1, and how many of them answered version 2 by now.
ACCEPTED_FIRST, ACKNOWLEDGED_SECOND = 270, 140


def say(line: str) -> None:
    """Tell the terminal what is going on; standard output is kept for the result."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def play(sink: Sink, *, now: datetime) -> dict[str, int]:
    """Play the job up to `now` and give its figures: people, versions, notices, answers."""
    say("Making 300 people in four countries and three languages")
    people = gather(now=now)
    say("Version 1: written, approved by another person, published")
    publish(1, written=now - days(401), published=now - days(400), in_force=now - days(399))
    say(f"Version 1: {ACCEPTED_FIRST} people accept it")
    for i, person in enumerate(people[:ACCEPTED_FIRST]):
        answer(person, accepts=True, at=now - days(39) - timedelta(minutes=ACCEPTED_FIRST - i))
    say("Version 2: a material change, with 31 days of notice")
    published = now - days(SECOND_PUBLISHED)
    version = publish(
        2, written=published - days(2), published=published, in_force=now - days(SECOND_IN_FORCE)
    )
    say(f"Version 2: fingerprint {version.fingerprint}")
    tell(sink, published)
    answer_second(people, now)
    come_back_after_effect()
    prepare_third(now)
    return figures(sink, now)


def days(number: int) -> timedelta:
    """Give a span of whole days."""
    return timedelta(days=number)


def person_of(name: str) -> User:
    """Give one of the named people."""
    return User.objects.get(email=address(name))


def write(number: int, change_class: str, *, at: datetime, in_force: datetime) -> PolicyVersion:
    """Import a version's three texts as one draft of the author's."""
    draft: PolicyVersion | None = None
    for language in LANGUAGES:
        draft = policies.import_draft(
            slug=SLUG,
            path=TEXTS / str(number) / f"{language}.md",
            language=language,
            author=person_of("author"),
            kind=PolicyKind.PRIVACY_NOTICE,
            draft_id=draft.pk if draft else None,
            change_class=change_class,
            effective_at=in_force,
            now=at,
        )
    if draft is None:
        raise LookupError("There is no text to import.")
    return draft


def publish(number: int, *, written: datetime, published: datetime, in_force: datetime) -> PolicyVersion:
    """Write a version, have it approved by another person, and publish it, each at its played moment."""
    draft = write(number, ChangeClass.MATERIAL, at=written, in_force=in_force)
    policies.ask_for_review(version_id=draft.pk, now=written)
    approver = person_of("approver")
    policies.approve_version(
        version_id=draft.pk, approver=approver, fingerprint=draft.fingerprint, now=published - days(1)
    )
    return policies.publish_version(version_id=draft.pk, published_by=approver, now=published)


def answer(person: User, *, accepts: bool, at: datetime) -> None:
    """Let a person answer what the review page shows them at `at`."""
    found = review_of(facts_of(person), SLUG, person.language, at=at)
    if found is None:
        raise LookupError("There is nothing to answer.")
    record_act(
        person=person,
        form=form_for(person, found),
        shown=found.shown,
        accepts=accepts,
        note="",
        request=Request(ip="192.0.2.7", user_agent="the sample shop"),
        now=at,
    )


def tell(sink: Sink, start: datetime) -> None:
    """Plan and send the notices, a played second for each look at the clock."""
    ticks = count()

    def clock() -> datetime:
        return start + timedelta(seconds=next(ticks) / 10)

    planned = plan_campaigns(now=start)
    say(f"Notices: {planned} planned, now handed to the mail server")
    with shown_progress(sink, planned):
        run_due(clock=clock)
    enter_handovers(now=clock())
    say(f"Notices: {len(sink.files())} messages in {sink.folder}")


@contextmanager
def shown_progress(sink: Sink, total: int) -> Iterator[None]:
    """Show how many messages the mail server has, while the block runs."""
    done = Event()

    def show() -> None:
        while not done.wait(0.5):
            say(f"Notices: {sink.accepted} of {total} sent")

    watcher = Thread(target=show, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def answer_second(people: list[User], now: datetime) -> None:
    """Let some people acknowledge version 2 before it takes effect, and one decline it."""
    say(f"Version 2: {ACKNOWLEDGED_SECOND} people acknowledge it, one declines")
    first = now - days(SECOND_PUBLISHED) + timedelta(hours=2)
    crowd = [person for person in people if person.external_id and person.pk > person_of("dora").pk]
    moments = [first + timedelta(hours=4 * i) for i in range(ACKNOWLEDGED_SECOND)]
    # One after the other, as the ledger enters them.
    answers = sorted([*((at, True) for at in moments), (first + days(9) + timedelta(hours=1), False)])
    for i, ((at, accepts), person) in enumerate(zip(answers, crowd, strict=False)):
        answer(person, accepts=accepts, at=at)
        if i % 6 == 0:
            count_people(now=at)


def come_back_after_effect() -> None:
    """Let two customers use the shop again, over HTTP: one where the rule deems by use, one where not."""
    for name in ("bruno", "chloe"):
        person = person_of(name)
        client = Client(headers={"accept": "text/html", "host": urlsplit(settings.SITE_URL).netloc})
        client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
        shelf = client.get(reverse("shop:shelf"))
        if shelf.status_code != HTTPStatus.OK:
            raise LookupError(f"The shop answered {shelf.status_code}.")
        say(f"After effect: {person.email} ({person.country}) goes on using the shop")


def prepare_third(now: datetime) -> None:
    """Leave a third version in review, for the visitor to approve and publish."""
    draft = write(3, ChangeClass.BENEFICIAL, at=now - days(1), in_force=now + days(7))
    policies.ask_for_review(version_id=draft.pk, now=now - days(1))
    say("Version 3: a draft waits at the desk for review")


def figures(sink: Sink, now: datetime) -> dict[str, int]:
    """Count what happened, from the record and from the mail server's own folder."""
    register = load_register()
    entry = register.numbered(SLUG, 2)
    if entry is None:
        raise LookupError("Version 2 was not published.")
    in_force = register.in_force(SLUG, now)
    count_people(now=now)
    report = version_report(entry, register, load_rule_book(), at=now)
    if report is None:
        raise LookupError("Version 2 was not counted.")
    parts = report.total.by_part
    campaigns = Campaign.objects.order_by("pk")
    return {
        "people": report.total.people,
        "versions": len(register.of(SLUG)),
        "in_force": in_force.number if in_force else 0,
        "notices": sum(progress(campaign).notices for campaign in campaigns),
        "accepted_by_smtp": sum(progress(campaign).accepted for campaign in campaigns),
        "eml_files": len(sink.files()),
        "acknowledged": parts[Part.ACKNOWLEDGED],
        "declined": parts[Part.DECLINED],
        "deemed": parts[Part.DEEMED],
        "outstanding": parts[Part.OUTSTANDING],
    }
