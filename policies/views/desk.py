"""The desk: legal staff write, compare, approve and publish."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User

from .. import services
from ..fingerprints import next_number, version_fingerprint
from ..forms import PolicyForm, RecallForm, TextForm, VersionForm
from ..models import Policy, PolicyText, PolicyVersion
from ..redline import compare
from ..refusal import Refusal
from ..rendering import render as render_markdown
from ..selectors import desk_policies, html_of, load_register, obstacles

Arguments = ParamSpec("Arguments")
DeskView = Callable[Concatenate[HttpRequest, Arguments], HttpResponse]


def desk_page(permission: str) -> Callable[[DeskView[Arguments]], DeskView[Arguments]]:
    """Ask for sign-in, then for `permission`, before the view reads anything."""

    def decorate(view: DeskView[Arguments]) -> DeskView[Arguments]:
        @wraps(view)
        @login_required
        def guarded(request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return cast("DeskView[Arguments]", guarded)

    return decorate


def person(request: HttpRequest) -> User:
    """Give the signed-in person of a guarded view."""
    return cast(User, request.user)


@require_safe
@desk_page("policies.view_policy")
def overview(request: HttpRequest) -> HttpResponse:
    """List the policies with what is in force, coming and being written."""
    return render(request, "desk/overview.html", {"policies": desk_policies(now=timezone.now())})


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("policies.write_version")
def new_policy(request: HttpRequest) -> HttpResponse:
    """Make a policy and start its first draft."""
    form = PolicyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        policy = services.create_policy(**form.cleaned_data)
        draft = services.start_draft(policy_id=policy.pk, author=person(request), now=timezone.now())
        return redirect("desk:text", draft.pk, policy.default_language)
    return render(request, "desk/new_policy.html", {"form": form}, status=status_of(form))


@require_POST
@desk_page("policies.write_version")
def start_draft(request: HttpRequest, slug: str) -> HttpResponse:
    """Start a draft on top of the newest published version."""
    policy = get_object_or_404(Policy, slug=slug)
    draft = services.start_draft(policy_id=policy.pk, author=person(request), now=timezone.now())
    return redirect("desk:version", draft.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("policies.view_policy")
def version(request: HttpRequest, version_id: int) -> HttpResponse:
    """Show a version: what it says, what stands against publishing it, and what to do next."""
    found = get_object_or_404(PolicyVersion.objects.select_related("policy", "author"), pk=version_id)
    if request.method == "POST":
        return edit_details(request, found)
    return render(request, "desk/version.html", version_context(found, VersionForm(instance=found)))


def edit_details(request: HttpRequest, found: PolicyVersion) -> HttpResponse:
    """Save what is said of a draft as a whole, or show the form again with the reason why not."""
    if not request.user.has_perm("policies.write_version"):
        raise PermissionDenied
    stored = PolicyVersion.objects.select_related("policy", "author").get(pk=found.pk)
    form = VersionForm(request.POST, instance=found)
    if form.is_valid():
        try:
            services.edit_version(version_id=found.pk, now=timezone.now(), **form.cleaned_data)
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
    return {
        "version": found,
        "number": found.number or next_number(found.policy_id),
        "form": form,
        "texts": [(code, name, texts.get(code)) for code, name in settings.LANGUAGES],
        "fingerprint": current,
        "approvals": [(approval, approval.fingerprint == current) for approval in approvals],
        "obstacles": [] if found.is_published else obstacles(found, now=timezone.now()),
        "state": facts.state(facts.by_id[found.pk], timezone.now()) if found.is_published else None,
        "zone": timezone.get_current_timezone_name(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("policies.write_version")
def text(request: HttpRequest, version_id: int, language: str) -> HttpResponse:
    """Write a draft's text in one language, with a preview."""
    if language not in dict(settings.LANGUAGES):
        raise Http404(_("The site does not speak “%(language)s”.") % {"language": language})
    found = get_object_or_404(PolicyVersion.objects.select_related("policy"), pk=version_id)
    stored = found.texts.filter(language=language).first() or PolicyText(version=found, language=language)
    if request.method == "POST":
        return save_text(request, found, stored)
    form = TextForm(
        initial={
            "title": stored.title,
            "summary": stored.summary,
            "reason": stored.reason,
            "body": stored.body,
            "based_on": services.text_state(stored),
        }
    )
    return render(request, "desk/text.html", {"version": found, "text": stored, "form": form})


def save_text(request: HttpRequest, found: PolicyVersion, stored: PolicyText) -> HttpResponse:
    """Save a text, or show what was typed again with the reason why not: nothing typed is lost."""
    form = TextForm(request.POST)
    context = {"version": found, "text": stored, "form": form}
    if form.is_valid() and "preview" not in request.POST:
        try:
            services.save_text(version_id=found.pk, language=stored.language, **form.cleaned_data)
        except services.TextChangedMeanwhile as refusal:
            return show_both(request, context, refusal)
        except Refusal as refusal:
            form.add_error("body", str(refusal))
        else:
            messages.success(request, _("The text is saved."))
            return redirect("desk:version", found.pk)
    if form.is_valid():
        context["preview"] = rendered(form.cleaned_data["body"])
    return render(request, "desk/text.html", context, status=status_of(form))


def show_both(request: HttpRequest, context: dict[str, object], refusal: Refusal) -> HttpResponse:
    """Show what was typed beside what somebody else saved meanwhile; saving again replaces that."""
    stored, form = cast(PolicyText, context["text"]), cast(TextForm, context["form"])
    form.add_error(None, str(refusal))
    data = request.POST.copy()
    data["based_on"] = services.text_state(stored)
    form.data = data
    theirs = compare(stored.html, rendered(form.cleaned_data["body"]))
    return render(request, "desk/text.html", context | {"comparison": theirs}, status=409)


@require_POST
@desk_page("policies.write_version")
def preview(request: HttpRequest) -> HttpResponse:
    """Give the rendered text of a form that is being written."""
    return render(request, "desk/_preview.html", {"preview": rendered(request.POST.get("body", ""))})


def rendered(body: str) -> str:
    """Give the HTML of what is being written, or the sentence that says why there is none."""
    try:
        return render_markdown(body)
    except Refusal as refusal:
        return format_html("<p>{}</p>", str(refusal))


@require_safe
@desk_page("policies.view_policy")
def changes(request: HttpRequest, version_id: int, language: str) -> HttpResponse:
    """Show what a draft changes in one language, against the version before it."""
    found = get_object_or_404(
        PolicyText.objects.select_related("version__policy"), version=version_id, language=language
    )
    register = load_register()
    published = [e for e in register.of(found.version.policy.slug) if e.version_id != version_id]
    before = next((e for e in reversed(published) if e.number < (found.version.number or e.number + 1)), None)
    old = before.texts.get(language) if before else None
    context = {
        "version": found.version,
        "text": found,
        "before": before,
        "comparison": compare(html_of(old) if old else "", found.html),
    }
    return render(request, "desk/changes.html", context)


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


@require_POST
@desk_page("policies.publish_version")
def recall(request: HttpRequest, version_id: int) -> HttpResponse:
    """Recall a published version, with a reason."""
    form = RecallForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    return act(
        request,
        version_id,
        lambda: services.recall_version(
            version_id=version_id, reason=reason, recalled_by=person(request), now=timezone.now()
        ),
        _("The version is recalled."),
    )


def act(request: HttpRequest, version_id: int, service: Callable[[], object], done: str) -> HttpResponse:
    """Call `service`; show `done`, or the page again with the sentence that says why not (409)."""
    found = get_object_or_404(PolicyVersion.objects.select_related("policy", "author"), pk=version_id)
    try:
        service()
    except Refusal as refusal:
        context = version_context(found, VersionForm(instance=found)) | {"refusal": refusal}
        return render(request, "desk/version.html", context, status=409)
    messages.success(request, done)
    return redirect("desk:version", version_id)


def status_of(form: PolicyForm | VersionForm | TextForm) -> int:
    """Give 422 for a form that was refused, 200 otherwise."""
    return 422 if form.is_bound and form.errors else 200
