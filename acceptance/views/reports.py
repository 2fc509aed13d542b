"""How versions were answered: pages and files, all read from the last counts."""

from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from policies.selectors import Publication, Register, load_register, load_rule_book
from policies.views.downloads import csv_download
from policies.views.guard import desk_page

from ..selectors import (
    Counted,
    Demands,
    Figures,
    Part,
    Report,
    moment_of,
    policy_report,
    tallies_of,
    version_report,
)
from .charts import stacked

PLACES = ("counted_at", "country", "language", "people", *Part.values)
VERSIONS = (
    *("version", "published_at", "effective_at", "state", "counted_at", "people"),
    *(*Part.values, "never_accepted"),
)


@require_safe
@desk_page("policies.view_policy")
def policy(request: HttpRequest, slug: str) -> HttpResponse:
    """Show how each version of a policy was answered."""
    register, found = versions_of(slug)
    newest = register.of(slug)[-1]
    chart = stacked([(str(counted.publication.number), counted.total) for counted in found])
    context = {"entry": newest, "versions": found[::-1], "parts": Part, "chart": chart}
    return render(request, "desk/policy_report.html", context)


@require_safe
@desk_page("policies.view_policy")
def policy_csv(_request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """Give the same as CSV, a row for each version."""
    register, found = versions_of(slug)
    rows = (version_row(counted, register) for counted in found)
    return csv_download(f"{slug}-report", (VERSIONS, *rows))


@require_safe
@desk_page("policies.view_policy")
def policy_json(_request: HttpRequest, slug: str) -> JsonResponse:
    """Give the same as JSON."""
    register, found = versions_of(slug)
    rows = [dict(zip(VERSIONS, version_row(counted, register), strict=True)) for counted in found]
    return JsonResponse({"policy": slug, "versions": rows})


@require_safe
@desk_page("policies.view_policy")
def version(request: HttpRequest, version_id: int) -> HttpResponse:
    """Show how a version was answered: in all, over time, by country and by language."""
    entry, report = report_on(version_id)
    context: dict[str, object] = {"entry": entry, "report": report, "parts": Part}
    if report:
        # There is one count for each day of UTC, and none of them may move to the next day.
        days = [(moment.astimezone(UTC).date(), figures) for moment, figures in report.over_time]
        context["chart"] = stacked(
            [(formats.date_format(day, "SHORT_DATE_FORMAT"), figures) for day, figures in days],
            [day.toordinal() for day, _figures in days],
        )
    return render(request, "desk/report.html", context)


@require_safe
@desk_page("policies.view_policy")
def version_csv(_request: HttpRequest, version_id: int) -> StreamingHttpResponse:
    """Give the counts of a version as CSV: a row for each day, country and language."""
    return csv_download(f"report-{version_id}", day_rows(*entry_or_404(version_id)))


@require_safe
@desk_page("policies.view_policy")
def version_json(_request: HttpRequest, version_id: int) -> JsonResponse:
    """Give the report on a version as JSON."""
    entry, report = report_on(version_id)
    found: dict[str, object] = {"policy": entry.slug, "version": entry.number}
    if report:
        found |= {
            "counted_at": report.counted_at,
            "never_accepted": report.never_accepted,
            "total": named(report.total),
            "by_country": {country: named(figures) for country, figures in report.by_country},
            "by_language": {language: named(figures) for language, figures in report.by_language},
            "over_time": [{"counted_at": at, **named(figures)} for at, figures in report.over_time],
        }
    return JsonResponse(found)


def entry_or_404(version_id: int) -> tuple[Publication, Register]:
    """Give a published version with the register, or answer 404."""
    register = load_register()
    entry = register.by_id.get(version_id)
    if entry is None:
        raise Http404(_("There is no published version at this address."))
    return entry, register


def report_on(version_id: int) -> tuple[Publication, Report | None]:
    """Give a published version with its report, or answer 404."""
    entry, register = entry_or_404(version_id)
    return entry, version_report(entry, register, load_rule_book(), at=timezone.now())


def versions_of(slug: str) -> tuple[Register, list[Counted]]:
    """Give how the versions of a policy were answered, or answer 404 where it has none."""
    register = load_register()
    if not register.of(slug):
        raise Http404(_("Nothing of this policy is published."))
    return register, policy_report(slug, register, load_rule_book(), at=timezone.now())


def version_row(counted: Counted, register: Register) -> tuple[Any, ...]:
    """Give what is said of one version, in the order of its head."""
    entry = counted.publication
    state = register.state(entry, timezone.now()).value
    return (
        *(entry.number, entry.published_at, entry.effective_at, state, counted.counted_at),
        *(counted.total.people, *counted.total.by_part.values(), counted.never_accepted),
    )


def day_rows(entry: Publication, register: Register) -> Iterator[tuple[Any, ...]]:
    """Give the head, and what was counted on each day in each place."""
    demands = Demands(entry, register, load_rule_book(), timezone.now())
    yield PLACES
    for tally in tallies_of(entry).iterator(chunk_size=50):
        places: dict[tuple[str, str], Figures] = {}
        for country, language, part, people in demands.parts(tally):
            places.setdefault((country, language), Figures()).by_part[part] += people
        for place, figures in sorted(places.items()):
            yield moment_of(tally), *place, figures.people, *figures.by_part.values()


def named(figures: Figures) -> Mapping[str, int]:
    """Give figures under their names."""
    return {"people": figures.people} | {part.value: people for part, people in figures.by_part.items()}
