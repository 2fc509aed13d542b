"""Who answered a version and how, who never accepted it, and which version governed whom."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import F
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from policies.views.downloads import csv_download
from policies.views.guard import desk_page, status_of

from ..forms import GoverningForm
from ..models import Act, Channel
from ..selectors import acts_on, governing_version, never_accepted
from .reports import entry_or_404

PAGE = 50
LARGEST_KEY = 2**63 - 1
HEAD = ("person", "address", "country", "language", "joined_at")
ANSWER = ("act", "at", "person", "address", "kind", "language", "channel", "entered_by", "note")


@require_safe
@desk_page("accounts.list_people")
def answers(request: HttpRequest, version_id: int) -> HttpResponse:
    """Show the acts on a published version, fifty to a page; the next page begins `after` an act."""
    entry, _register = entry_or_404(version_id)
    first = act_at(version_id, request.GET.get("after", ""))
    acts = list(acts_on(version_id, after=first)[: PAGE + 1])
    context = {"entry": entry, "acts": acts[:PAGE], "is_later": first is not None}
    if len(acts) > PAGE:
        context["next"] = acts[PAGE - 1].pk
    return render(request, "desk/answers.html", context)


@require_safe
@desk_page("accounts.list_people")
def answers_csv(_request: HttpRequest, version_id: int) -> StreamingHttpResponse:
    """Give all acts on a published version as CSV, the latest first."""
    entry_or_404(version_id)
    acts = acts_on(version_id).annotate(language=F("text__language"))
    return csv_download(f"answers-{version_id}", answer_rows(acts.iterator(chunk_size=2000)))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@desk_page("accounts.list_people")
def governing(request: HttpRequest) -> HttpResponse:
    """Show which version governed a person at an instant, and why.

    The question is posted, though it changes nothing, so that no address of a person stands in a log.
    """
    form = GoverningForm(request.POST or None)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        person, policy = form.cleaned_data["person"], form.cleaned_data["policy"]
        at = form.cleaned_data["at"] or timezone.now()
        context["found"] = governing_version(person, policy.slug, at=at)
    return render(request, "desk/governing.html", context, status=status_of(form))


@require_safe
@desk_page("accounts.list_people")
def never(request: HttpRequest, version_id: int) -> HttpResponse:
    """Show who never accepted a version or a later one, fifty to a page, by key."""
    after = key_in(request.GET.get("after", ""))
    entry, register = entry_or_404(version_id)
    people = list(never_accepted(entry, register).filter(pk__gt=after)[: PAGE + 1])
    context = {"entry": entry, "people": people[:PAGE], "is_later": after > 0}
    if len(people) > PAGE:
        context["next"] = people[PAGE - 1].pk
    return render(request, "desk/never.html", context)


@require_safe
@desk_page("accounts.list_people")
def never_csv(_request: HttpRequest, version_id: int) -> StreamingHttpResponse:
    """Give the whole list as CSV."""
    people = never_accepted(*entry_or_404(version_id))
    return csv_download(f"never-accepted-{version_id}", lines(people.iterator(chunk_size=2000)))


def lines(people: Iterator[User]) -> Iterator[tuple[Any, ...]]:
    """Give the head of the list and a row for each person."""
    yield HEAD
    for person in people:
        key = person.external_id or person.pk
        yield key, person.email, person.country, person.language, person.date_joined


def answer_rows(acts: Iterator[Any]) -> Iterator[tuple[Any, ...]]:
    """Give the head and a row for each act. Of who was erased nothing is said."""
    yield ANSWER
    for act in acts:
        person, other = act.user, act.acted_by if act.channel == Channel.DESK else None
        yield (
            *(act.pk, act.at),
            *((person.external_id or person.pk, person.email) if person else ("", "")),
            *(act.kind, act.language, act.channel),
            *(other.email if other else "", act.note),
        )


def act_at(version_id: int, key: str) -> Act | None:
    """Give the act on the version that an address names; None, for the first page, where it names none."""
    try:
        return Act.objects.filter(version=version_id, pk=UUID(key)).first()
    except ValueError:
        return None


def key_in(words: str) -> int:
    """Give the key that an address names; 0, for the first page, where it names none."""
    return min(int(words[:20]), LARGEST_KEY) if words.isascii() and words.isdecimal() else 0
