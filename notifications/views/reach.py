"""The desk's page of whom a campaign reached, and the list of those it did not."""

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from policies.selectors import load_register
from policies.views.downloads import csv_download
from policies.views.guard import desk_page

from ..models import Campaign, Notice
from ..selectors import hours, reach_by_country, reach_by_language, replies, untold

HEAD = ("person", "address", "country", "language", "state", "reason", "reply", "tried_at", "shown_at")


@require_safe
@desk_page("policies.view_policy")
def reach(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Show how many were told in each country and language, what servers said, and who was not told."""
    campaign = get_object_or_404(Campaign, pk=campaign_id)
    accepted = hours(campaign)
    context = {
        "entry": load_register().by_id[campaign.version_id],
        "campaign": campaign,
        "by_country": reach_by_country(campaign),
        "by_language": reach_by_language(campaign),
        "replies": replies(campaign),
        "hours": accepted,
        "most": max((count for _hour, count in accepted), default=0),
        "page": Paginator(untold(campaign), 50).get_page(request.GET.get("page")),
    }
    return render(request, "desk/reach.html", context)


@require_safe
@desk_page("accounts.list_people")
def untold_csv(_request: HttpRequest, campaign_id: int) -> StreamingHttpResponse:
    """Give the list of who was not told."""
    found = untold(get_object_or_404(Campaign, pk=campaign_id))
    return csv_download(f"not-told-{campaign_id}", lines(found.iterator(chunk_size=2000)))


def lines(notices: Iterator[Notice]) -> Iterator[tuple[Any, ...]]:
    """Give the head of the list and a row for each notice; instants are in UTC."""
    yield HEAD
    for notice in notices:
        person = notice.user
        yield (
            person.external_id or person.pk if person else "",
            notice.address or (person.notice_email if person else ""),
            person.country if person else "",
            person.language if person else "",
            notice.state,
            notice.reason,
            notice.said,  # type: ignore[attr-defined]  # `untold` adds it
            notice.armed_at,
            notice.shown_at,  # type: ignore[attr-defined]  # `untold` adds it
        )
