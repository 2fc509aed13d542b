"""How far the notices of a version are."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from policies.refusal import Refusal
from policies.selectors import load_register, load_rule_book
from policies.views.guard import desk_page

from ..models import PAUSED_AT_THE_DESK, TROUBLED_STATES, Campaign, Notice, NoticeState
from ..selectors import forecast, pace, progress_by_wave
from ..services import cancel_campaign, pause_campaign, resume_campaign


@require_safe
@desk_page("policies.view_policy")
def campaign(request: HttpRequest, version_id: int) -> HttpResponse:
    """Show a version's campaigns; a partial request gets the part that changes."""
    entry = load_register().by_id.get(version_id)
    if entry is None:
        raise Http404(_("There is no published version at this address."))
    # The one that takes back what was announced is made after it.
    found, now = list(Campaign.objects.filter(version=version_id).order_by("pk")), timezone.now()
    context: dict[str, object] = {
        "entry": entry,
        "campaigns": found,
        "progress": [so_far(campaign, now) for campaign in found],
        "now": now,
    }
    if found:
        context["forecast"] = forecast(found[0], entry, load_rule_book())
    is_part = "HX-Request" in request.headers
    return render(request, "desk/_progress.html" if is_part else "desk/campaign.html", context)


def so_far(found: Campaign, now: datetime) -> dict[str, object]:
    """Give how far a campaign is, wave by wave, and what stands in its way."""
    waves, reasons = progress_by_wave(found), troubles(found)
    speed = pace(found, sum(progress.waiting for _wave, progress in waves), now=now)
    return {
        "campaign": found,
        "waves": [(wave, progress, reasons.get(wave, [])) for wave, progress in waves],
        "pace": speed,
        "is_waiting": any(progress.waiting for _wave, progress in waves),
        "ends": now + speed.rest if speed.rest else None,
    }


def troubles(found: Campaign) -> dict[str, list[dict[str, Any]]]:
    """Give for each wave the reasons for which notices did not go out, the most frequent first."""
    states = dict(NoticeState.choices)
    rows = (
        Notice.objects.filter(campaign=found, state__in=TROUBLED_STATES)
        .values("wave", "state", "reason")
        .annotate(count=Count("pk"))
        .order_by("-count", "reason")
    )
    by_wave: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_wave.setdefault(row["wave"], []).append({**row, "label": states[row["state"]]})
    return by_wave


def campaign_or_404(campaign_id: int) -> Campaign:
    """Give a campaign, or answer 404 where there is none."""
    found = Campaign.objects.filter(pk=campaign_id).first()
    if found is None:
        raise Http404(_("There is no campaign at this address."))
    return found


def turn(request: HttpRequest, campaign_id: int, act: Callable[..., object], **given: str) -> HttpResponse:
    """Do something to a campaign now, and say why where it cannot be done."""
    found = campaign_or_404(campaign_id)
    try:
        act(campaign_id=found.pk, now=timezone.now(), **given)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("desk:campaign", found.version_id)


@require_POST
@desk_page("policies.publish_version")
def pause(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Stop sending for now."""
    return turn(request, campaign_id, pause_campaign, reason=PAUSED_AT_THE_DESK)


@require_POST
@desk_page("policies.publish_version")
def resume(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Go on sending."""
    return turn(request, campaign_id, resume_campaign)


@require_POST
@desk_page("policies.publish_version")
def cancel(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """End the campaign for good, for a reason that is kept with every notice it cuts off."""
    reason = " ".join(request.POST.get("reason", "").split())[:300]
    if reason:
        return turn(request, campaign_id, cancel_campaign, reason=reason)
    messages.error(request, _("Say why the notices are cancelled."))
    return redirect("desk:campaign", campaign_or_404(campaign_id).version_id)
