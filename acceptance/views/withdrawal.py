"""The page on which a person withdraws what they accepted."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.decorators import signed_in
from accounts.models import User
from policies.refusal import Refusal
from policies.selectors import load_register

from .. import services
from ..forms import WithdrawalAnswer
from ..reviews import withdrawal_form_for, withdrawal_of
from ..selectors import ErasedMeanwhile, facts_of
from ..tokens import TamperedForm, WithdrawalForm, seal, unseal
from .me import end_visit, request_of


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    """Let a person withdraw from a policy; opening the page does nothing."""
    if not load_register().of(slug):
        raise Http404(_("There is no policy at this address."))
    if request.method == "POST":
        return take(request, slug)
    return show(request, slug)


def show(request: HttpRequest, slug: str, *, refusal: str = "", status: int = 200) -> HttpResponse:
    """Render the page with a fresh form, or without one where nothing is accepted."""
    person = cast(User, request.user)
    found = withdrawal_of(facts_of(person), slug, request.LANGUAGE_CODE)
    context = {
        "found": found,
        "slug": slug,
        "token": seal(withdrawal_form_for(person, found)) if found else "",
        "refusal": refusal,
    }
    return render(request, "acceptance/withdrawal.html", context, status=status)


def take(request: HttpRequest, slug: str) -> HttpResponse:
    """Record the withdrawal, or show the page again with the sentence that says why not."""
    posted = WithdrawalAnswer(request.POST)
    if not posted.is_valid():
        sentence = _("The form did not arrive as it was sent. Open the page again and answer there.")
        return show(request, slug, refusal=sentence, status=400)
    try:
        hand_over(request, slug, posted)
    except TamperedForm as refusal:
        return show(request, slug, refusal=str(refusal), status=400)
    except ErasedMeanwhile as refusal:
        return end_visit(request, refusal)
    except Refusal as refusal:
        return show(request, slug, refusal=str(refusal), status=409)
    messages.success(request, _("Your withdrawal is recorded."))
    return redirect("acceptance:me")


def hand_over(request: HttpRequest, slug: str, posted: WithdrawalAnswer) -> None:
    """Hand the withdrawal to the service that records it."""
    person = cast(User, request.user)
    form = unseal(posted.cleaned_data["token"], WithdrawalForm, user_id=person.pk)
    publication = load_register().by_id.get(form.version_id)
    if publication is None or publication.slug != slug:
        raise TamperedForm(_("This form belongs to another policy. Open the page again."))
    services.withdraw(
        person=person,
        form=form,
        note=posted.cleaned_data["note"],
        request=request_of(request),
        now=timezone.now(),
    )
