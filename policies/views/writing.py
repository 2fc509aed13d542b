"""The desk's pages for writing: policies, drafts, and their texts with a preview."""

from collections.abc import Sequence
from dataclasses import asdict
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
from ..comparisons import NOTHING, Form, base_of, published, reading, stored
from ..docx import FILE_LIMIT
from ..forms import PolicyForm, TextForm
from ..manuscript import manuscript_of
from ..models import Policy, PolicyText, PolicyVersion
from ..redline import Page, compare, size_in_words
from ..refusal import Refusal
from ..rendering import normalise
from ..rendering import render as render_markdown
from ..selectors import Publication, load_register
from .guard import desk_page, person, status_of
from .public import chosen_form


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
    saved = found.texts.filter(language=language).first() or PolicyText(version=found, language=language)
    if request.method == "POST":
        return save_text(request, found, saved)
    form = TextForm(
        initial={
            "title": saved.title,
            "summary": saved.summary,
            "reason": saved.reason,
            "body": saved.body,
            "based_on": services.text_state(saved),
        }
    )
    return render(request, "desk/text.html", {"version": found, "text": saved, "form": form})


def save_text(request: HttpRequest, found: PolicyVersion, saved: PolicyText) -> HttpResponse:
    """Save a text, or show what was typed again with the reason why not: nothing typed is lost."""
    if request.FILES or "take_over" in request.POST:
        return take_over(request, found, saved)
    form = TextForm(request.POST)
    context = {"version": found, "text": saved, "form": form}
    if form.is_valid() and "preview" not in request.POST:
        try:
            typed = {name: value for name, value in form.cleaned_data.items() if name != "file"}
            services.save_text(version_id=found.pk, language=saved.language, **typed)
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


def take_over(request: HttpRequest, found: PolicyVersion, saved: PolicyText) -> HttpResponse:
    """Put what a file says into the form, to be looked at and saved; what it does not say stays as typed."""
    file, data = request.FILES.get("file"), request.POST.copy()
    form = TextForm(data)
    form.full_clean()
    context: dict[str, object] = {"version": found, "text": saved, "form": form}
    try:
        if file is None or file.name is None:
            raise NoFile(_("Choose a file first."))
        taken = manuscript_of(file.name, file.read(FILE_LIMIT + 1))
    except Refusal as refusal:
        form.add_error("file", str(refusal))
        return render(request, "desk/text.html", context, status=422)
    for name, said in asdict(taken).items():
        if said:
            data[name] = said
    sentence = _("Taken over from %(file)s. Look at it, then save: nothing is saved yet.")
    messages.info(request, sentence % {"file": file.name})
    context |= {"form": TextForm(data), "preview": rendered(taken.body)}
    return render(request, "desk/text.html", context)


class NoFile(Refusal):
    """A file was to be taken over, and none came."""


def show_both(request: HttpRequest, context: dict[str, object], refusal: Refusal) -> HttpResponse:
    """Show what was typed beside what somebody else saved meanwhile; saving again replaces that."""
    theirs, form = cast(PolicyText, context["text"]), cast(TextForm, context["form"])
    form.add_error(None, str(refusal))
    data = request.POST.copy()
    data["based_on"] = services.text_state(theirs)
    form.data = data
    mine = compare(theirs.html, rendered(form.cleaned_data["body"]), theirs.language)
    shown = {
        "words": size_in_words(mine.size),
        "html": "" if mine.size.is_equal else Page(mine).changes_only(),
        "others": [
            (form.fields[name].label, getattr(theirs, name))
            for name in ("title", "summary", "reason")
            if getattr(theirs, name) != form.cleaned_data[name]
        ],
    }
    return render(request, "desk/text.html", context | {"comparison": shown}, status=409)


@require_POST
@desk_page("policies.write_version")
def preview(request: HttpRequest) -> HttpResponse:
    """Give the rendered text of a form that is being written."""
    return render(request, "desk/_preview.html", {"preview": rendered(request.POST.get("body", ""))})


def rendered(body: str) -> str:
    """Give the HTML of what is being written, or the sentence that says why there is none."""
    try:
        return render_markdown(normalise(body))
    except Refusal as refusal:
        return str(format_html("<p>{}</p>", str(refusal)))


@require_safe
@desk_page("policies.view_policy")
def changes(request: HttpRequest, version_id: int, language: str) -> HttpResponse:
    """Show what a draft changes in one language, against the version before it or another one (`against`)."""
    found = get_object_or_404(
        PolicyText.objects.select_related("version__policy"), version=version_id, language=language
    )
    register, now = load_register(), timezone.now()
    others = [e for e in register.of(found.version.policy.slug) if e.version_id != version_id]
    before = chosen_version(request, others) or base_of(found.version, register, now)
    old = published(before.text(language)) if before else NOTHING
    names = (_("Version %(number)d") % {"number": before.number} if before else "–", _("This text"))
    context = {
        "version": found.version,
        "text": found,
        "before": before,
        "old_text": before.text(language) if before else None,
        "reading": reading(old, stored(found), chosen_form(request), names),
        "forms": list(Form),
        "kept": f"&against={before.number}" if before and "against" in request.GET else "",
        "others": [(entry, register.state(entry, now)) for entry in reversed(others)],
    }
    return render(request, "desk/changes.html", context)


def chosen_version(request: HttpRequest, entries: Sequence[Publication]) -> Publication | None:
    """Give the version that the address names with `against`, None where it names none, or answer 404."""
    asked = request.GET.get("against")
    if asked is None:
        return None
    found = next((entry for entry in entries if str(entry.number) == asked), None)
    if found is None:
        raise Http404(_("There is no version %(number)s to compare with.") % {"number": asked[:20]})
    return found
