"""A person's own page, and the review page."""

from ipaddress import ip_address
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.addresses import leads_home
from accounts.decorators import signed_in
from accounts.models import User
from policies.comparisons import Form, published, reading, summaries
from policies.refusal import Refusal
from policies.selectors import html_of, load_register, load_rule_book

from .. import services
from ..forms import AnswerForm
from ..receivers import record_view
from ..reviews import Review, form_for, review_of
from ..selectors import (
    ErasedMeanwhile,
    Facts,
    Severity,
    acts_of,
    asked_about,
    deemed_of,
    facts_of,
    governing,
    legacy_of,
    past_of,
    reminder_choice_of,
)
from ..tokens import ReviewForm, TamperedForm, seal, unseal


@require_safe
@never_cache
@signed_in
def me(request: HttpRequest) -> HttpResponse:
    """Show a person every policy that applies to them, what they did, what is asked, and reminders."""
    person, now = cast(User, request.user), timezone.now()
    register, rules = load_register(), load_rule_book()
    facts, past = facts_of(person), past_of(person, at=now)
    policies: list[dict[str, Any]] = [
        {
            "in_force": register.in_force(slug, now),
            "newest": newest,
            "text": newest.text(request.LANGUAGE_CODE),
            "asked": asked_about(slug, facts, register, rules, now),
            "governing": governing(slug, past, register, rules, at=now),
            "accepted": register.numbered(slug, facts.accepted.get(newest.policy_id, 0)),
            "accepted_by": facts.accepted_by.get(newest.policy_id, ""),
            "can_withdraw": bool(facts.last_yes.get(newest.policy_id, (0, ""))[0]),
            "withdrawn": register.numbered(slug, facts.withdrawn.get(newest.policy_id, 0)),
            "told_at": facts.told_at(newest.version_id),
        }
        for slug in register.by_slug
        if (newest := register.newest(slug, now))
    ]
    add_changes(policies)
    choice = reminder_choice_of(person.pk)
    context = {
        "policies": policies,
        "acts": acts_of(person),
        "legacy": [(taken, register.by_id.get(taken.version_id or 0)) for taken in legacy_of(person)],
        "deemed": [
            (deemed, deemed.publication.text(request.LANGUAGE_CODE))
            for deemed in deemed_of(facts, register, rules)
        ],
        "reminders_stopped_at": choice.at if choice and not choice.is_wanted else None,
    }
    return render(request, "acceptance/me.html", context)


def add_changes(policies: list[dict[str, Any]]) -> None:
    """Add to each policy how much changed since the version that the person accepted."""
    behind = [item for item in policies if item["accepted"] and item["accepted"] != item["newest"]]
    pairs = [
        (published(item["accepted"].text(item["text"].language)), published(item["text"])) for item in behind
    ]
    for item, found in zip(behind, summaries(pairs), strict=True):
        item["summary"] = found


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def review(request: HttpRequest, slug: str) -> HttpResponse:
    """Put the newest version before a person, with what changed since theirs, and take their answer."""
    if request.method == "POST":
        return answer(request, slug)
    return show_review(request, slug, back=request.GET.get("next", ""))


def show_review(
    request: HttpRequest,
    slug: str,
    *,
    back: str,
    refusal: str = "",
    status: int = 200,
    is_unticked: bool = False,
) -> HttpResponse:
    """Render the review page with a fresh form; `refusal` says why an answer was not taken.

    Where the statement `is_unticked` it says so beside it too.
    """
    person = cast(User, request.user)
    facts = facts_of(person)
    found = review_or_404(facts, slug, request.LANGUAGE_CODE)
    record_view(request=request, version_ids=[found.publication.version_id])
    context = {
        "review": found,
        "entry": found.publication,
        "text": found.text,
        "html": html_of(found.text),
        "steps": found.steps,
        "reading": reading(
            published(found.since.text(found.text.language)), published(found.text), Form.CHANGES
        )
        if found.since
        else None,
        "token": seal(form_for(person, found)),
        "is_closed": found.asked is not None
        and not found.asked.is_answered
        and found.asked.severity is Severity.GATE,
        "next": safe_next(request, back),
        "refusal": refusal,
        "is_unticked": is_unticked,
        "is_accepted": facts.accepted.get(found.publication.policy_id, 0) >= found.publication.number,
        "is_deemed": found.publication.version_id in deemed_keys(facts),
        "is_withdrawn": found.publication.policy_id in facts.withdrawn,
        "is_declined": facts.has_declined(found.publication.policy_id, found.publication.number),
    }
    return render(request, "acceptance/review.html", context, status=status)


def deemed_keys(facts: Facts) -> set[int]:
    """Give the keys of the versions that the person is deemed to have accepted."""
    deemed = deemed_of(facts, load_register(), load_rule_book())
    return {found.publication.version_id for found in deemed}


def review_or_404(facts: Facts, slug: str, language: str) -> Review:
    """Give what the person is shown of a policy, or answer 404 where nothing of it is published."""
    found = review_of(facts, slug, language, at=timezone.now())
    if found is None:
        raise Http404(_("There is no policy at this address."))
    return found


def answer(request: HttpRequest, slug: str) -> HttpResponse:
    """Record the answer, or show the page again with the sentence that says why not."""
    posted = AnswerForm(request.POST)
    back = request.POST.get("next", "")
    if not posted.is_valid():
        sentence = _("The form did not arrive as it was sent. Read the text below, then answer again.")
        if posted.has_error("note", "max_length"):
            sentence = _("The reason is too long. Give it in 2000 characters, then answer again.")
        return show_review(request, slug, back=back, refusal=sentence, status=400)
    accepts = posted.cleaned_data["answer"] == "accept"
    if accepts and not posted.cleaned_data["ticked"]:
        sentence = _("Tick the statement to say that it is true, then press the button again.")
        return show_review(request, slug, back=back, refusal=sentence, status=422, is_unticked=True)
    try:
        take_answer(request, slug, posted, accepts=accepts)
    except TamperedForm as refusal:
        return show_review(request, slug, back=back, refusal=str(refusal), status=400)
    except ErasedMeanwhile as refusal:
        return end_visit(request, refusal)
    except Refusal as refusal:
        return show_review(request, slug, back=back, refusal=str(refusal), status=409)
    messages.success(request, _("Thank you. Your answer is recorded."))
    return redirect(safe_next(request, back) or reverse("acceptance:me"))


def take_answer(request: HttpRequest, slug: str, posted: AnswerForm, *, accepts: bool) -> None:
    """Hand the answer to the service that records it."""
    person, now = cast(User, request.user), timezone.now()
    form = unseal(posted.cleaned_data["token"], ReviewForm, user_id=person.pk)
    publication = load_register().by_id.get(form.version_id)
    if publication is None or publication.slug != slug:
        raise TamperedForm(_("This form belongs to another policy. Open the page again."))
    text = next((t for t in publication.texts.values() if t.text_id == form.text_id), None)
    if text is None:
        raise TamperedForm(_("This form belongs to another text. Open the page again."))
    services.record_act(
        person=person,
        form=form,
        shown=review_or_404(facts_of(person), slug, text.language).shown,
        accepts=accepts,
        note=posted.cleaned_data["note"],
        request=request_of(request),
        now=now,
    )


def end_visit(request: HttpRequest, refusal: ErasedMeanwhile) -> HttpResponse:
    """Sign somebody out who was erased meanwhile, and say so where everyone may read."""
    logout(request)
    messages.error(request, str(refusal))
    return redirect("policies:index")


def request_of(request: HttpRequest) -> services.Request:
    """Give the personal circumstances under which an act is sent."""
    return services.Request(ip=client_address(request), user_agent=request.headers.get("User-Agent", ""))


def client_address(request: HttpRequest) -> str | None:
    """Give the IP address of the sender: behind proxies of the site's own, what the outermost of them saw."""
    address = request.META.get("REMOTE_ADDR", "")
    # Each proxy appends what it saw; whatever stands before that, the sender may have made up.
    seen = request.headers.get("X-Forwarded-For", "").split(",")[-settings.BEHIND_PROXY :]
    if settings.BEHIND_PROXY and len(seen) == settings.BEHIND_PROXY:
        address = seen[0].strip() or address
    try:
        return str(ip_address(address))
    except ValueError:
        return None


def safe_next(request: HttpRequest, address: str) -> str:
    """Give `address` where it leads to a page of this site, else nothing."""
    return address if leads_home(request, address) else ""
