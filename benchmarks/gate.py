"""The gate: what it adds to a request of somebody in good standing, beside two other packages' gates.

All three stand in one process, on one database, before the same view and the same person, who has
accepted three documents of each (django-tos knows but one). Timed is the middleware alone, from the
request with its person to the response; asking who is signed in is common to all three, and left out.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.gate_settings"
django.setup()

from django.conf import settings  # noqa: E402 - models need the set-up above
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402 - the same
from django.core.cache import cache  # noqa: E402 - the same
from django.core.management import call_command  # noqa: E402 - the same
from django.db import connection  # noqa: E402 - the same
from django.http import HttpRequest  # noqa: E402 - the same
from django.http.response import HttpResponseBase  # noqa: E402 - the same
from django.test import RequestFactory  # noqa: E402 - the same
from django.urls import resolve  # noqa: E402 - the same
from django.utils import timezone  # noqa: E402 - the same
from termsandconditions.middleware import TermsAndConditionsRedirectMiddleware  # noqa: E402 - the same
from termsandconditions.models import TermsAndConditions, UserTermsAndConditions  # noqa: E402 - the same
from tos.middleware import UserAgreementMiddleware  # noqa: E402 - the same
from tos.models import TermsOfService, UserAgreement  # noqa: E402 - the same
from tos.utils import initialize_cache_version  # noqa: E402 - the same

from acceptance.middleware import Gate, known_good  # noqa: E402 - the same
from acceptance.reviews import form_for, review_of  # noqa: E402 - the same
from acceptance.selectors import facts_of  # noqa: E402 - the same
from acceptance.services import Request, record_act  # noqa: E402 - the same
from accounts.models import User  # noqa: E402 - the same
from policies.selectors import register, rule_book  # noqa: E402 - the same

from .crowd import gather, publish  # noqa: E402 - the same
from .gate_urls import shelf  # noqa: E402 - the same

ADDRESS = "/shelf/"
MATCH = resolve(ADDRESS)
DOCUMENTS = ("privacy", "terms", "cookies")
REQUESTS = {"small": 2_000, "full": 20_000}
ROUNDS = 5
# A cold request costs some hundred times a warm one.
COLD_REQUESTS = {"small": 200, "full": 1_000}

Middleware = Callable[[HttpRequest], HttpResponseBase]


@dataclass(frozen=True)
class Contender:
    """A gate, and how it is made to forget what it keeps."""

    name: str
    answer: Middleware
    forget: Callable[[], None]


def run(scale: str) -> Iterator[dict[str, object]]:
    """Give the lines: microseconds that each gate adds, then the queries that it asks."""
    call_command("migrate", verbosity=0)
    person, stranger = world()
    gates = {gate.name: gate for gate in contenders()}
    for gate in gates.values():
        refuse_wrong(gate, person, stranger)
    warm = added(gates, person, REQUESTS[scale], is_cold=False)
    cold = added(gates, person, COLD_REQUESTS[scale], is_cold=True)
    for name in ("django-termsandconditions", "django-tos"):
        yield line("added to a request, warm", "µs", warm["ours"], f"{name}, warm", warm[name])
        yield line("added to a request, warm", "µs", warm["ours"], f"{name}, cold", cold[name])
        yield line("added to a request, cold", "µs", cold["ours"], f"{name}, cold", cold[name])
    for is_cold in (False, True):
        asked = {name: queries(gate, person, is_cold=is_cold) for name, gate in gates.items()}
        state = "cold" if is_cold else "warm"
        for name in ("django-termsandconditions", "django-tos"):
            reference = f"{name}, {state}"
            yield line(f"queries of a request, {state}", "queries", asked["ours"], reference, asked[name])


def contenders() -> list[Contender]:
    """Give the three gates, each before the same view."""

    def view(request: HttpRequest) -> HttpResponseBase:
        return shelf(request)

    def guarded(request: HttpRequest) -> HttpResponseBase:
        # What Django does between the middleware and the view.
        return gate.process_view(request, shelf, (), {}) or shelf(request)

    gate = Gate(guarded)
    return [
        Contender("ours", gate, forget_ours),
        Contender("django-termsandconditions", TermsAndConditionsRedirectMiddleware(view), cache.clear),
        Contender("django-tos", UserAgreementMiddleware(view), cache.clear),
    ]


def forget_ours() -> None:
    """Let go of everything that the gate keeps."""
    register.cache_clear()
    rule_book.cache_clear()
    known_good.clear()


def world() -> tuple[User, User]:
    """Make the documents of each package, somebody who accepted all of them, and somebody who did not."""
    start = timezone.now() - timedelta(days=100)
    for slug in DOCUMENTS:
        publish(slug, now=start)
        TermsAndConditions.objects.create(slug=slug, name=slug, text="We keep orders.", date_active=start)
    tos = TermsOfService.objects.create(active=True, content="We keep orders.")
    initialize_cache_version()
    gather(2, now=start)
    person, stranger = User.objects.filter(email__endswith="@crowd.example").order_by("pk")
    for slug in DOCUMENTS:
        accept(person, slug)
    for terms in TermsAndConditions.objects.all():
        UserTermsAndConditions.objects.create(user=person, terms=terms)
    UserAgreement.objects.create(user=person, terms_of_service=tos)
    return person, stranger


def accept(person: User, slug: str) -> None:
    """Record that somebody accepted a policy, as on the review page."""
    now = timezone.now()
    found = review_of(facts_of(person), slug, "en", at=now)
    if found is None:
        raise LookupError(f"Nothing is published of {slug}.")
    record_act(
        person=person,
        form=form_for(person, found),
        shown=found.shown,
        accepts=True,
        note="",
        request=Request(ip=None, user_agent=""),
        now=now,
    )


def request_of(person: User) -> HttpRequest:
    """Give a request of somebody, as it stands where the gate comes: signed in, and resolved."""
    request: Any = RequestFactory(headers={"accept": "text/html"}).get(ADDRESS)
    request.COOKIES[settings.SESSION_COOKIE_NAME] = "here"
    request.session = SessionStore()
    request.session["_auth_user_id"] = str(person.pk)
    request.session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    request.user = person
    return again(request)


def again(request: HttpRequest) -> HttpRequest:
    """Give the same request as if it came anew."""
    copied = copy(request)
    copied.resolver_match = MATCH
    return copied


def refuse_wrong(gate: Contender, person: User, stranger: User) -> None:
    """Raise `LookupError` where a gate does not stop the one and let the other pass."""
    statuses = [gate.answer(request_of(who)).status_code for who in (person, stranger)]
    if statuses[0] != HTTPStatus.OK or statuses[1] not in (HTTPStatus.FOUND, HTTPStatus.SEE_OTHER):
        raise LookupError(f"{gate.name} answers {statuses}; there is nothing to measure.")


def added(gates: dict[str, Contender], person: User, requests: int, *, is_cold: bool) -> dict[str, float]:
    """Give the microseconds that each gate adds to a request: the median of rounds taken in turn."""
    bare = Contender("bare", shelf, lambda: None)
    took: dict[str, list[float]] = {name: [] for name in (*gates, "bare")}
    for _round in range(ROUNDS):
        for name, gate in {**gates, "bare": bare}.items():
            took[name].append(mean(gate, person, requests // ROUNDS, is_cold=is_cold))
    without = statistics.median(took["bare"])
    return {name: statistics.median(took[name]) - without for name in gates}


def mean(gate: Contender, person: User, requests: int, *, is_cold: bool) -> float:
    """Give the microseconds that a gate and the view take, on average. One request before warms it."""
    first = request_of(person)
    gate.answer(again(first))
    total = 0
    for _ in range(requests):
        request = again(first)
        if is_cold:
            gate.forget()
        started = time.perf_counter_ns()
        gate.answer(request)
        total += time.perf_counter_ns() - started
    return total / requests / 1000


def queries(gate: Contender, person: User, *, is_cold: bool) -> int:
    """Count what a gate asks the database in one request."""
    asked = 0

    def count(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal asked
        asked += 1
        return execute(*arguments)

    gate.answer(request_of(person))
    request = request_of(person)
    if is_cold:
        gate.forget()
    with connection.execute_wrapper(count):
        gate.answer(request)
    return asked


def line(case: str, unit: str, value: float, reference: str, reference_value: float) -> dict[str, object]:
    """Give a line of the report."""
    return {
        "benchmark": "gate",
        "case": case,
        "value": round(value, 2),
        "unit": unit,
        "reference": reference,
        "reference_value": round(reference_value, 2),
        "ratio": round(reference_value / value, 2) if value else 1.0,
        "runs": ROUNDS,
    }
