"""How far the notices of a version are."""

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
from ..services import CampaignNotRunning, cancel_campaign, pause_campaign, resume_campaign


@require_safe
@desk_page("policies.view_policy")
def campaign(request: HttpRequest, version_id: int) -> HttpResponse:
    """Show a version's campaign; a partial request gets the part that changes."""
    entry = load_register().by_id.get(version_id)
    if entry is None:
        raise Http404(_("There is no published version at this address."))
    found = Campaign.objects.filter(version=version_id).first()
    context: dict[str, object] = {"entry": entry, "campaign": found}
    if found:
        now, waves = timezone.now(), progress_by_wave(found)
        speed = pace(found, sum(so_far.waiting for _wave, so_far in waves), now=now)
        context |= {"waves": waves, "troubles": troubles(found), "pace": speed, "now": now}
        context["forecast"] = forecast(found, entry, load_rule_book())
        context["ends"] = now + speed.rest if speed.rest else None
    is_part = "HX-Request" in request.headers
    return render(request, "desk/_progress.html" if is_part else "desk/campaign.html", context)


def troubles(found: Campaign) -> list[dict[str, object]]:
    """Give the reasons for which notices did not go out, the most frequent first."""
    states = dict(NoticeState.choices)
    rows = (
        Notice.objects.filter(campaign=found, state__in=TROUBLED_STATES)
        .values("state", "reason")
        .annotate(count=Count("pk"))
        .order_by("-count", "reason")
    )
    return [{**row, "label": states[row["state"]]} for row in rows]


@require_POST
@desk_page("policies.publish_version")
def pause(request: HttpRequest, version_id: int) -> HttpResponse:
    """Stop sending for now."""
    return turn(request, version_id, pauses=True)


@require_POST
@desk_page("policies.publish_version")
def resume(request: HttpRequest, version_id: int) -> HttpResponse:
    """Go on sending."""
    return turn(request, version_id, pauses=False)


@require_POST
@desk_page("policies.publish_version")
def cancel(request: HttpRequest, version_id: int) -> HttpResponse:
    """End the campaign for good, for a reason that is kept with every notice it cuts off."""
    found = Campaign.objects.filter(version=version_id).first()
    if found is None:
        raise Http404(_("This version has no campaign yet."))
    reason = " ".join(request.POST.get("reason", "").split())[:300]
    try:
        if not reason:
            raise CampaignNotRunning(_("Say why the notices are cancelled."))
        cancel_campaign(campaign_id=found.pk, reason=reason, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("desk:campaign", version_id)


def turn(request: HttpRequest, version_id: int, *, pauses: bool) -> HttpResponse:
    """Pause or resume the campaign, and say what happened."""
    found = Campaign.objects.filter(version=version_id).first()
    if found is None:
        raise Http404(_("This version has no campaign yet."))
    try:
        if pauses:
            pause_campaign(campaign_id=found.pk, reason=PAUSED_AT_THE_DESK, now=timezone.now())
        else:
            resume_campaign(campaign_id=found.pk, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("desk:campaign", version_id)
