"""The gate: asks people for what they owe, in a banner first, and in the way after the days of grace."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from threading import Lock
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.addresses import LONGEST
from accounts.middleware import is_seen, signed_in_person
from accounts.models import User
from policies.selectors import Register, RuleBook, register, rule_book
from policies.selectors.kept import kept

from .models import ExposureKind
from .selectors import (
    SHOWN_FOR,
    Asked,
    Deemed,
    Facts,
    News,
    Severity,
    asked_of,
    deemed_of,
    facts_of,
    good_until,
    news_for,
    unrecorded_use,
)
from .services import record_exposures
from .unsent import NotKept, keep, let_go_of_sent

View = Callable[[HttpRequest], HttpResponseBase]
Stopping = Callable[[list[Asked]], list[Asked]]

# The facts of people in good standing, for a second. What somebody owes is never kept: once they
# have acted, no process leads them to the review page again.
known_good = kept(20_000)
known_good_lock = Lock()


@dataclass
class Good:
    """The facts of a person in good standing, and on what and between which instants that was found."""

    facts: Facts
    found: tuple[Register, RuleBook, datetime, datetime]

    def holds(self, at: datetime) -> bool:
        """Whether it is known without looking that nothing is asked of the person at `at`."""
        of_register, of_rules, since, until = self.found
        return since <= at < until and of_register is register() and of_rules is rule_book()


class Visit:
    """One request of a person, as the gate sees it; everything is looked up when it is first needed."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.banner_shown = False

    @cached_property
    def now(self) -> datetime:
        """The instant of this visit."""
        return timezone.now()

    @cached_property
    def person(self) -> User | None:
        """The signed-in person; None, without a query, where there is no session."""
        person = signed_in_person(self.request)
        return person if person and not person.is_service else None

    @cached_property
    def good(self) -> Good | None:
        """What is known of a person in good standing, a second old at most; None for anybody else."""
        if self.person is None:
            return None
        with known_good_lock:
            held = known_good.get(self.person.pk)
        if not isinstance(held, Good) or held.facts.country != self.person.country:
            return None
        if not held.holds(self.now):
            found = self.good_for(held.facts)
            if found is None:
                return None
            # What is on record grows no younger by looking at it again, so it is not kept anew.
            held.found = found
        return held

    def good_for(self, facts: Facts) -> tuple[Register, RuleBook, datetime, datetime] | None:
        """Give on what, since when and until when a person is in good standing; None where they are not."""
        current = register(), rule_book()
        until = good_until(facts, *current, at=self.now)
        return (*current, self.now, until) if until else None

    @cached_property
    def facts(self) -> Facts | None:
        """What is on record of the person, a second old at most, and kept only while nothing is owed."""
        if self.person is None:
            return None
        return self.good.facts if self.good else self.keep_good(facts_of(self.person))

    def keep_good(self, facts: Facts) -> Facts:
        """Give `facts`, kept for the next request where their person owes nothing."""
        found = self.good_for(facts)
        self.good = Good(facts, found) if found else None
        if self.good:
            with known_good_lock:
                known_good[facts.user_id] = self.good
        return facts

    @property
    def asked(self) -> list[Asked]:
        """What is asked of the person now."""
        if self.facts is None or self.good:
            return []
        return asked_of(self.facts, register(), rule_book(), at=self.now)

    @cached_property
    def news(self) -> list[News]:
        """What the person is told on the site, because no mail has told them."""
        return news_for(self.facts, register(), rule_book(), at=self.now) if self.facts else []

    @property
    def counted(self) -> list[Deemed]:
        """What counts as accepted by the person's going on using the shop, since a few days."""
        if self.facts is None:
            return []
        found = deemed_of(self.facts, register(), rule_book())
        return [deemed for deemed in found if deemed.used_at > self.now - SHOWN_FOR]

    def stopped_by(self, stopping: Stopping) -> Asked | None:
        """Give the first that `stopping` picks from what is asked, or record the use of whom it lets pass."""
        self.record_use(stopping)
        found = stopping(self.asked)
        return found[0] if found else None

    def record_use(self, stopping: Stopping) -> None:
        """Record the first use of the shop under each version in force that the person was told of.

        Whom `stopping` stops all the same has not used the shop.
        """
        if self.facts is None or self.good:
            return
        version_ids = unrecorded_use(self.facts, register(), rule_book(), at=self.now)
        if not version_ids:
            return
        used = {(version_id, ExposureKind.USED.value): self.now for version_id in version_ids}
        after = replace(self.facts, exposures={**self.facts.exposures, **used})
        if not stopping(asked_of(after, register(), rule_book(), at=self.now)):
            self.record(version_ids, ExposureKind.USED)
            self.facts = self.keep_good(after)

    def record_banner(self) -> None:
        """Record that the banner was shown, where it was not before."""
        if self.banner_shown and self.facts:
            met = [found.publication for found in self.asked] + [told.publication for told in self.news]
            ids = [publication.version_id for publication in met]
            known = self.facts.exposures
            self.record([key for key in ids if (key, ExposureKind.SHOWN) not in known], ExposureKind.SHOWN)

    def record(self, version_ids: list[int], kind: ExposureKind) -> None:
        """Record exposures of the person at the instant of this visit."""
        if self.person and version_ids and is_seen(self.request):
            record_exposures(user_id=self.person.pk, version_ids=version_ids, kind=kind, now=self.now)


def visit_of(request: HttpRequest) -> Visit:
    """Give the visit that `request` makes; one for the whole request."""
    if not hasattr(request, "visit"):
        request.visit = Visit(request)  # type: ignore[attr-defined]  # Django's requests take attributes
    return cast("Visit", request.visit)  # type: ignore[attr-defined]  # set above


class Gate:
    """Middleware that asks the signed-in person for what they owe."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Let the request through; record the banner where the page has shown one."""
        response = self.get_response(request)
        if response.status_code == HTTPStatus.OK:
            visit_of(request).record_banner()
        return response

    def process_view(
        self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any
    ) -> HttpResponseBase | None:
        """Stop the request where the gate is closed and the view is not exempt."""
        if is_exempt(request.resolver_match):
            return None
        is_reading = request.method in ("GET", "HEAD") and not is_program(request)
        return stop(request, led_by if is_reading else closed_by)


def closed_by(asked: list[Asked]) -> list[Asked]:
    """Give those of what is asked for which the gate is closed."""
    return [found for found in asked if found.severity is Severity.GATE]


def led_by(asked: list[Asked]) -> list[Asked]:
    """Give those of what is asked for which a reader of pages is led to the review page."""
    return closed_by(asked) + [found for found in asked if found.can_wait]


def is_exempt(match: ResolverMatch | None) -> bool:
    """Whether the gate never blocks the view, by its name or the namespace it stands in."""
    if match is None:
        return True
    if match.view_name in settings.GATE_EXEMPT_VIEWS:
        return True
    return bool(match.namespaces) and match.namespaces[0] in settings.GATE_EXEMPT_NAMESPACES


def stop(request: HttpRequest, stopping: Stopping) -> HttpResponseBase | None:
    """Stop the request where `stopping` picks something from what is asked of the person.

    A person is led to the review page; a program gets a code and a link, never a page to parse.
    """
    visit = visit_of(request)
    asked = visit.stopped_by(stopping)
    if asked:
        return refused(asked) if is_program(request) else lead_to_review(asked, way_back(request))
    if visit.person:
        let_go_of_sent(request, now=visit.now)
    return None


def refused(asked: Asked) -> JsonResponse:
    """Tell a program what its person must review, and where."""
    publication = asked.publication
    body = {
        "code": "acceptance_required",
        "policy": publication.slug,
        "version": publication.number,
        "assent": asked.assent,
        "review": settings.SITE_URL + reverse("acceptance:review", args=[publication.slug]),
        "detail": _("The person must review this policy before going on."),
    }
    return JsonResponse(body, status=HTTPStatus.FORBIDDEN)


def lead_to_review(asked: Asked, back: str) -> HttpResponseRedirect:
    """Lead a person to the review page, and from there to `back`, an address of this site or nothing."""
    query = f"?{urlencode({'next': back})}" if back else ""
    address = reverse("acceptance:review", args=[asked.publication.slug])
    response = HttpResponseRedirect(address + query)
    response.status_code = HTTPStatus.SEE_OTHER
    return response


def way_back(request: HttpRequest) -> str:
    """Give where a person goes on after the answer: the page they asked for, or the form they were sending.

    Where it cannot be kept, the review page says so.
    """
    if request.method in ("GET", "HEAD"):
        address = request.get_full_path()
        return address if len(urlencode({"next": address})) <= LONGEST else ""
    try:
        key = keep(request, now=visit_of(request).now)
    except NotKept as refusal:
        messages.warning(request, str(refusal))
        return ""
    messages.info(request, _("What you sent is kept for an hour. You can send it after your answer."))
    return reverse("acceptance:unsent", args=[key])


def is_program(request: HttpRequest) -> bool:
    """Whether the sender reads no HTML page: it does not say that it takes one, or asks for a part.

    It only chooses between two refusals: no header opens the gate.
    """
    is_part = request.headers.get("X-Requested-With") == "XMLHttpRequest" or "HX-Request" in request.headers
    return is_part or "text/html" not in request.headers.get("Accept", "")
