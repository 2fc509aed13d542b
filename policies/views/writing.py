"""The desk's pages for writing: policies, drafts, and their texts with a preview."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import services
from ..forms import PolicyForm, TextForm
from ..models import Policy, PolicyText, PolicyVersion
from ..redline import compare
from ..refusal import Refusal
from ..rendering import render as render_markdown
from ..selectors import html_of, load_register
from .guard import desk_page, person, status_of


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
        except ValidationError as error:
            form.add_error(None, error.messages)
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
        return str(format_html("<p>{}</p>", str(refusal)))


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
