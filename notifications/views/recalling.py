"""Recalling a version; before that: what holds then, who is told of it, and what the mail will say."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from acceptance.selectors import acts_on
from policies import services
from policies.models import PolicyVersion
from policies.refusal import Refusal
from policies.selectors import Publication, load_register, register_if_recalled
from policies.views.guard import desk_page, person

from ..emails import sample_correction
from ..forms import RecallForm
from ..models import Campaign, CampaignKind, Wave
from ..selectors import progress_by_wave
from ..services import was_over
from .outlook import content_of, read


@dataclass(frozen=True)
class Told:
    """How many were, or may have been, told of a version by mail, and how many are still to be told."""

    people: int = 0
    waiting: int = 0


@require_safe
@desk_page("policies.publish_version")
def before_recall(request: HttpRequest, version_id: int) -> HttpResponse:
    """Show what recalling a version will do. A query string `letter` chooses the language of the letter."""
    return recall_page(request, version_id)


@require_POST
@desk_page("policies.publish_version")
def recall(request: HttpRequest, version_id: int) -> HttpResponse:
    """Recall a version; where that is refused, show the page again with why, and what was typed (409)."""
    get_object_or_404(PolicyVersion, pk=version_id)
    form = RecallForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        services.recall_version(
            version_id=version_id, reason=reason, recalled_by=person(request), now=timezone.now()
        )
    except Refusal as refusal:
        if version_id in load_register().by_id:
            return recall_page(request, version_id, refusal, request.POST.get("reason", ""))
        messages.error(request, str(refusal))
        return redirect("desk:version", version_id)
    messages.success(request, _("The version is recalled."))
    return redirect("desk:version", version_id)


def recall_page(
    request: HttpRequest, version_id: int, refusal: Refusal | None = None, reason: str = ""
) -> HttpResponse:
    """Show what recalling a version will do, and the form; with a `refusal` and what was typed a 409."""
    now = timezone.now()
    known = load_register()
    published = known.by_id.get(version_id)
    if published is None:
        raise Http404(_("There is no published version at this address."))
    register = register_if_recalled(published, known, now=now)
    entry = register.by_id[version_id]
    told = told_of(entry)
    is_told = told.people > 0 and not was_over(entry, register)
    context: dict[str, object] = {
        "refusal": refusal,
        "reason": reason,
        "entry": entry,
        "is_recalled": published.recalled_at is not None,
        "was_in_force": known.in_force(entry.slug, now) == published,
        "holds": register.in_force(entry.slug, now),
        "comes": register.announced(entry.slug, now),
        "told": told,
        "is_told": is_told,
        "answers": acts_on(version_id).count(),
    }
    if is_told:
        asked = request.GET.get("letter", "")
        language = asked if asked in entry.texts else entry.text(entry.default_language).language
        letter = read(sample_correction(entry, register, person(request), language))
        context |= {"language": language, "letter": letter, "words": content_of(letter, "plain")}
    return render(request, "desk/before_recall.html", context, status=409 if refusal else 200)


def told_of(entry: Publication) -> Told:
    """Count who was told of a version, from the counters of its chunks."""
    campaign = Campaign.objects.filter(version=entry.version_id, kind=CampaignKind.ANNOUNCEMENT).first()
    waves = dict(progress_by_wave(campaign)) if campaign else {}
    first = waves.get(Wave.ANNOUNCEMENT)
    if first is None:
        return Told()
    reached = first.accepted - first.bounced + first.unknown
    return Told(reached, sum(wave.waiting for wave in waves.values()))
