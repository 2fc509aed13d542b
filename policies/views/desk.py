"""The desk: legal staff look over, approve and publish."""

from collections.abc import Callable, Iterable
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User

from .. import services
from ..comparisons import Summary, changes_of
from ..fingerprints import next_number, version_fingerprint
from ..forms import CatchUpForm, SendBackForm, VersionForm
from ..models import ChangeClass, PolicyVersion, Recall
from ..refusal import Refusal
from ..selectors import DeskPolicy, State, desk_policies, lacks_approval, load_register, obstacles, writers_of
from ..signals import Waiting, desk_opened
from .guard import desk_page, person, status_of


@require_safe
@desk_page("policies.view_policy")
def overview(request: HttpRequest) -> HttpResponse:
    """List what waits, and the policies with what is in force, coming and being written."""
    now = timezone.now()
    answers = cast(
        "list[tuple[object, list[Waiting]]]",
        desk_opened.send(PolicyVersion, person=person(request), now=now),
    )
    policies = desk_policies(now=now)
    waiting = to_approve(person(request), policies)
    waiting += [found for _receiver, some in answers for found in some]
    context = {
        "policies": policies,
        "waiting": sorted(waiting, key=lambda found: not found.is_urgent),
    }
    return render(request, "desk/overview.html", context)


def to_approve(viewer: User, policies: Iterable[DeskPolicy]) -> list[Waiting]:
    """Say which drafts in review wait for the approval of somebody who may give it and wrote none of them."""
    if not viewer.has_perm("policies.approve_version"):
        return []
    return [
        Waiting(
            _("%(name)s: draft %(key)d waits for approval.") % {"name": found.policy.name, "key": draft.pk},
            reverse("desk:version", args=[draft.pk]),
            is_urgent=True,
        )
        for found in policies
        for draft in found.drafts
        if draft.review_asked_at and viewer.pk not in writers_of(draft) and lacks_approval(draft)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("policies.view_policy")
def version(request: HttpRequest, version_id: int) -> HttpResponse:
    """Show a version: what it says, what stands against publishing it, and what to do next."""
    found = get_object_or_404(PolicyVersion.objects.select_related("policy", "author"), pk=version_id)
    if request.method == "POST":
        return edit_details(request, found)
    return render(request, "desk/version.html", version_context(found, form_of(found)))


def form_of(found: PolicyVersion) -> VersionForm:
    """Give the form about a draft as it stands."""
    return VersionForm(instance=found, initial={"based_on": services.details_state(found)})


def edit_details(request: HttpRequest, found: PolicyVersion) -> HttpResponse:
    """Save what is said of a draft as a whole, or show the form again with the reason why not."""
    if not request.user.has_perm("policies.write_version"):
        raise PermissionDenied
    stored = PolicyVersion.objects.select_related("policy", "author").get(pk=found.pk)
    form = VersionForm(request.POST, instance=found)
    if form.is_valid():
        try:
            services.edit_version(version_id=found.pk, now=timezone.now(), **form.cleaned_data)
        except services.EffectiveMomentPassed as refusal:
            form.add_error("effective_at", str(refusal))
        except services.DetailsChangedMeanwhile as refusal:
            form.add_error(None, str(refusal))
            data = request.POST.copy()
            data["based_on"] = services.details_state(stored)
            form.data = data
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The draft is saved."))
            return redirect("desk:version", found.pk)
    return render(request, "desk/version.html", version_context(stored, form), status=status_of(form))


def version_context(found: PolicyVersion, form: VersionForm) -> dict[str, object]:
    """Give what the page of one version shows."""
    texts = {text.language: text for text in found.texts.order_by("language")}
    current = version_fingerprint(found)
    approvals = list(found.approvals.select_related("approver").order_by("approved_at", "pk"))
    facts = load_register()
    changes = changes_of(found, texts.values(), facts, timezone.now())
    state = facts.state(facts.by_id[found.pk], timezone.now()) if found.is_published else None
    newest = next(iter(facts.of(found.policy.slug)[-1:]), None)
    return {
        "version": found,
        "missed": newest if newest and newest.number != found.base_number else None,
        "number": found.number or next_number(found.policy_id),
        "form": form,
        "texts": [(code, name, texts.get(code), changes.get(code)) for code, name in settings.LANGUAGES],
        "is_understated": is_understated(found, changes.values()),
        "fingerprint": current,
        "approvals": [(approval, approval.fingerprint == current) for approval in approvals],
        "recall": Recall.objects.select_related("recalled_by").get(version=found)
        if state is State.RECALLED
        else None,
        "sent_back": sent_back(found),
        "writers": set() if found.is_published else writers_of(found),
        "approved_by": {approval.approver_id for approval in approvals if approval.fingerprint == current},
        "obstacles": [] if found.is_published else obstacles(found, now=timezone.now()),
        "state": state,
        "zone": timezone.get_current_timezone_name(),
    }


def sent_back(found: PolicyVersion) -> Any:
    """Give the record of how a draft was sent back with a note; None where review was asked for since."""
    if found.is_published or found.review_asked_at:
        return None
    said = Q(review_asked_at__isnull=False) | Q(history_change_reason__gt="")
    last = found.history.filter(said).select_related("history_user").first()
    return last if last and last.history_change_reason else None


def is_understated(found: PolicyVersion, changes: Iterable[Summary]) -> bool:
    """Whether a version calls itself editorial and changes numbers, durations, or words like *must*."""
    return found.change_class == ChangeClass.EDITORIAL and any(change.named for change in changes)


@require_POST
@desk_page("policies.write_version")
def ask_for_review(request: HttpRequest, version_id: int) -> HttpResponse:
    """Put a draft before the approvers."""
    return act(
        request,
        version_id,
        lambda: services.ask_for_review(version_id=version_id, now=timezone.now()),
        _("The draft is in review."),
    )


@require_POST
@desk_page("policies.approve_version")
def send_back(request: HttpRequest, version_id: int) -> HttpResponse:
    """Give a draft back to its author, with a note on what is to be changed."""
    form = SendBackForm(request.POST)
    if not form.is_valid():
        found = get_object_or_404(PolicyVersion.objects.select_related("policy", "author"), pk=version_id)
        context = version_context(found, form_of(found)) | {"refusal": form.errors["note"][0]}
        return render(request, "desk/version.html", context | {"note": form["note"].value()}, status=422)
    return act(
        request,
        version_id,
        lambda: services.send_back(version_id=version_id, note=form.cleaned_data["note"]),
        _("The draft is with its author again."),
    )


@require_POST
@desk_page("policies.write_version")
def catch_up(request: HttpRequest, version_id: int) -> HttpResponse:
    """Confirm that a draft holds what was published since it was begun."""
    form = CatchUpForm(request.POST)
    number = form.cleaned_data["number"] if form.is_valid() else 0
    return act(
        request,
        version_id,
        lambda: services.catch_up(version_id=version_id, number=number),
        _("Noted: the draft holds these changes."),
    )


@require_POST
@desk_page("policies.write_version")
def discard(request: HttpRequest, version_id: int) -> HttpResponse:
    """Throw a draft away."""
    get_object_or_404(PolicyVersion, pk=version_id)
    try:
        services.discard_draft(version_id=version_id)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("desk:version", version_id)
    messages.success(request, _("The draft is discarded. The history of its edits is kept."))
    return redirect("desk:overview")


@require_POST
@desk_page("policies.approve_version")
def approve(request: HttpRequest, version_id: int) -> HttpResponse:
    """Approve exactly the text that the form was shown with."""
    fingerprint = request.POST.get("fingerprint", "")
    return act(
        request,
        version_id,
        lambda: services.approve_version(
            version_id=version_id, approver=person(request), fingerprint=fingerprint, now=timezone.now()
        ),
        _("You approved this text."),
    )


@require_POST
@desk_page("policies.publish_version")
def publish(request: HttpRequest, version_id: int) -> HttpResponse:
    """Publish a version."""
    return act(
        request,
        version_id,
        lambda: services.publish_version(
            version_id=version_id, published_by=person(request), now=timezone.now()
        ),
        _("The version is published. Everyone concerned is being told."),
    )


def act(request: HttpRequest, version_id: int, service: Callable[[], object], done: str) -> HttpResponse:
    """Call `service`; show `done`, or the page again with the sentence that says why not (409)."""
    found = get_object_or_404(PolicyVersion.objects.select_related("policy", "author"), pk=version_id)
    try:
        service()
    except Refusal as refusal:
        context = version_context(found, form_of(found)) | {"refusal": refusal}
        return render(request, "desk/version.html", context, status=409)
    messages.success(request, done)
    return redirect("desk:version", version_id)
