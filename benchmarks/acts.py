"""Recording acts, beside bare psycopg that writes the same rows, and beside one row through the ORM.

PostgreSQL at `BENCH_POSTGRES_URL`, on a database of its own. An act is all that belongs to it: the act,
its context, the standing and the ledger's entry, in one commit. Each client is a process of its own, so
that they do not wait for each other inside Python; what they share is the machine's cores, with the
server. The references are given their values, which the site works out: digests, commitments, a body.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import cache, partial
from typing import Any, ClassVar
from uuid import uuid4

import django
import psycopg

from .databases import postgres, postgres_url

DATABASE = "policysite_bench_acts"
os.environ |= {"DATABASE_URL": postgres_url(DATABASE), "LOG_LEVEL": "ERROR", "CELERY_BROKER_URL": ""}
django.setup()

from django.core.management import call_command  # noqa: E402 - models need the set-up above
from django.db import connection, connections, models, transaction  # noqa: E402 - the same
from django.utils import timezone  # noqa: E402 - the same

from acceptance.models import Act, LedgerEntry  # noqa: E402 - the same
from acceptance.presentations import Shown  # noqa: E402 - the same
from acceptance.reviews import form_for, review_of  # noqa: E402 - the same
from acceptance.selectors import facts_of  # noqa: E402 - the same
from acceptance.services import Request, record_act, seal_ledger, verify_ledger  # noqa: E402 - the same
from acceptance.tokens import ReviewForm  # noqa: E402 - the same
from accounts.models import User  # noqa: E402 - the same
from policies.models import PolicyVersion  # noqa: E402 - the same

from .acted import SIGNER  # noqa: E402 - the same
from .clients import LIMIT, Ready, Took, at_once, beside  # noqa: E402 - the same
from .crowd import gather, publish  # noqa: E402 - the same
from .lines import line_of, percentile  # noqa: E402 - the same

CLIENTS = (1, 8, 32)
# Acts of each case, shared among its clients, and how often each case is measured.
ACTS = {"small": 640, "full": 6_400}
ROUNDS = {"small": 1, "full": 3}
# The writers of the ledger's trial, and how many seconds they write.
WRITERS, WRITING = 32, {"small": 5, "full": 30}
REQUEST = Request(ip="192.0.2.1", user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0")
SLUG = "bench"

ACT = """
INSERT INTO acceptance_act
    (id, user_id, version_id, text_id, kind, at, channel, presentation_id, acted_by_id, note)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
CONTEXT = (
    "INSERT INTO acceptance_actcontext (act_id, salt, email, ip, user_agent) VALUES (%s, %s, %s, %s, %s)"
)
STANDING = """
INSERT INTO acceptance_standing (user_id, policy_id, accepted_version_id, accepted_kind, updated_at)
VALUES (%s, %s, %s, %s, %s)
"""
ENTRY = "INSERT INTO acceptance_ledgerentry (kind, body, act_id, entered_at) VALUES (%s, %s, %s, %s)"


class UserTerms(models.Model):
    """The row that django-termsandconditions keeps of a person and a version, with its unique key."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    terms = models.ForeignKey(PolicyVersion, models.CASCADE, related_name="+")
    ip_address = models.GenericIPAddressField(null=True)
    date_accepted = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["UserTerms"]]

    class Meta:
        app_label = "benchmarks"
        unique_together: ClassVar = [("user", "terms")]

    def __str__(self) -> str:
        return f"terms-{self.pk}"


def run(scale: str) -> Iterator[dict[str, object]]:
    """Give the lines: acts a second beside each reference, what the sealer costs, and the writers' trial."""
    with postgres(DATABASE):
        call_command("migrate", verbosity=0)
        with connection.schema_editor() as editor:
            editor.create_model(UserTerms)
        publish(SLUG, now=timezone.now())
        # First, while every entry is of an act as the site records it.
        yield from trial(scale)
        for clients in CLIENTS:
            yield from rates(clients, scale)
        connections.close_all()


def rates(clients: int, scale: str) -> Iterator[dict[str, object]]:
    """Give the lines of one number of clients, all contenders taking turns."""
    contenders: dict[str, tuple[Ready, Callable[[], AbstractContextManager[None]]]] = {
        "ours": (record, nullcontext),
        "sealed": (record, partial(beside, seal)),
        "bare": (bare_after(Act.objects.select_related("context", "entry")[0]), nullcontext),
        "one row": (partial(one_row, PolicyVersion.objects.get()), nullcontext),
    }
    took: dict[str, list[Took]] = {name: [] for name in contenders}
    for _round in range(ROUNDS[scale]):
        for name, (ready, company) in contenders.items():
            took[name].append(measured(ready, clients, ACTS[scale], company))
    rate = {name: statistics.median(one.rate for one in some) for name, some in took.items()}
    late = {
        name: statistics.median(percentile(one.each, 99) for one in some) * 1000
        for name, some in took.items()
    }
    line = partial(line_of, "acts", runs=ROUNDS[scale])
    named = f"{clients} client{'s' if clients > 1 else ''}"
    for name, reference in (
        ("bare", "same rows, bare psycopg"),
        ("one row", "one row by get_or_create, as django-termsandconditions keeps it"),
    ):
        ratio = rate["ours"] / rate[name]
        yield line(named, rate["ours"], "acts/s", reference, rate[name], ratio)
    case = f"{named}, the sealer at work without pause"
    without = "the same without the sealer"
    yield line(case, rate["sealed"], "acts/s", without, rate["ours"], rate["sealed"] / rate["ours"])
    yield line(f"{case}, p99", late["sealed"], "ms", without, late["ours"], late["ours"] / late["sealed"])


def measured(
    ready: Ready, clients: int, acts: int, company: Callable[[], AbstractContextManager[None]]
) -> Took:
    """Let so many clients take so many acts together, each act of somebody who has done nothing yet."""
    people = crowd(acts)
    with company():
        return at_once(ready, [people[at::clients] for at in range(clients)])


def crowd(count: int) -> list[User]:
    """Give so many new people."""
    name = uuid4().hex
    gather(count, name=name, now=timezone.now())
    with connection.cursor() as cursor:
        # As autovacuum does all the time; here it would come at a moment of its own.
        cursor.execute("VACUUM ANALYZE")
    return list(User.objects.filter(email__startswith=name).order_by("pk"))


def record(person: User, *, accepts: bool = True) -> Callable[[], object]:
    """Give what records a person's act through the site's own service, on a form of their own."""
    form, shown = opened()
    form = replace(form, nonce=str(uuid4()), user_id=person.pk)
    return lambda: record_act(
        person=person, form=form, shown=shown, accepts=accepts, note="", request=REQUEST, now=timezone.now()
    )


@cache
def opened() -> tuple[ReviewForm, Shown]:
    """Give the form and the words that the review page puts before anybody new."""
    person = User.objects.filter(email__endswith="@crowd.example")[0]
    found = review_of(facts_of(person), SLUG, "en", at=timezone.now())
    if found is None:
        raise LookupError("There is nothing to answer.")
    form = form_for(person, found)
    # Once for nothing, so that the process has loaded what it keeps.
    with transaction.atomic():
        record_act(
            person=person,
            form=form,
            shown=found.shown,
            accepts=False,
            note="",
            request=REQUEST,
            now=timezone.now(),
        )
        transaction.set_rollback(True)
    return form, found.shown


def bare_after(act: Act) -> Ready:
    """Give what makes a client ready that writes rows like those of `act`."""
    connect = cache(lambda _process: psycopg.connect(postgres_url(DATABASE), prepare_threshold=0))

    def ready(person: User) -> Callable[[], object]:
        opened, key, at = connect(os.getpid()), uuid4(), timezone.now()
        told = key, person.pk, act.version_id, act.text_id, act.kind, at, act.channel, act.presentation_id
        statements: Sequence[tuple[Any, tuple[Any, ...]]] = [
            (ACT, (*told, person.pk, act.note)),
            (CONTEXT, (key, bytes(act.context.salt), person.email, REQUEST.ip, REQUEST.user_agent)),
            (ENTRY, ("ACT", bytes(act.entry.body), key, at)),
            (STANDING, (person.pk, act.version.policy_id, act.version_id, act.kind, at)),
        ]

        def write() -> None:
            with opened.transaction(), opened.cursor() as cursor:
                for statement, values in statements:
                    cursor.execute(statement, values)

        return write

    return ready


def one_row(version: PolicyVersion, person: User) -> Callable[[], object]:
    """Give what records that a person accepted a version, as django-termsandconditions does."""
    connection.ensure_connection()
    known = {"ip_address": REQUEST.ip}
    return lambda: UserTerms.objects.get_or_create(user=person, terms=version, defaults=known)


def seal() -> None:
    """Seal what is ready."""
    seal_ledger(signer=SIGNER, now=timezone.now())


def seal_all() -> None:
    """Seal everything. What another database of the server is busy with can hold that up for a while."""
    until = time.monotonic() + LIMIT
    while LedgerEntry.objects.filter(position=None).exists() and time.monotonic() < until:
        seal()


def trial(scale: str) -> Iterator[dict[str, object]]:
    """Let many write while the sealer seals, and say what was missed and what was sealed twice."""
    people, seconds = crowd(WRITERS), WRITING[scale]
    before = Act.objects.count()
    with beside(seal):
        at_once(partial(writes, seconds), [[person] for person in people])
    seal_all()
    acts = Act.objects.count()
    places = list(LedgerEntry.objects.values_list("position", flat=True))
    missed = places.count(None) + acts - LedgerEntry.objects.filter(kind="ACT").count()
    twice = len(places) - len(set(places))
    wrong = verify_ledger(trusted=SIGNER.public, now=timezone.now())
    case = f"{WRITERS} writers and the sealer for {seconds} s, {acts - before} acts"
    for what, count in (
        ("missed", missed),
        ("sealed twice", twice),
        ("findings of the verifier", len(wrong)),
    ):
        yield line_of("acts", f"{case}: {what}", count, "entries", "none", 0, 0.0 if count else 1.0, 1)


def writes(seconds: float, person: User) -> Callable[[], object]:
    """Give what lets a person change their mind again and again for so many seconds."""

    def write() -> None:
        until, accepts = time.monotonic() + seconds, True
        while time.monotonic() < until:
            record(person, accepts=accepts)()
            accepts = not accepts

    return write
