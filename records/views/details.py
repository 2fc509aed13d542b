"""A person corrects what is recorded of them; a new address counts once they have shown that it is theirs."""

import logging
import smtplib

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import signed_in
from accounts.models import User
from policies.refusal import Refusal
from policies.views.guard import person, status_of

from .. import services
from ..emails import letter_to_confirm, letter_to_the_old_address, letter_to_the_owner
from ..forms import AddressForm, DetailsForm
from ..tokens import NewAddress, seal, unseal

logger = logging.getLogger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def details(request: HttpRequest) -> HttpResponse:
    """Correct one's language, country and time zone."""
    # A row of its own: the form writes into it, and the page is about who is signed in.
    own = User.objects.get(pk=person(request).pk)
    form = DetailsForm(request.POST if request.method == "POST" else None, instance=own)
    if request.method == "POST" and form.is_valid():
        services.correct_details(person_id=own.pk, **form.cleaned_data)
        messages.success(request, _("Your details are saved."))
        answer = redirect("records:details")
        # The language that was saved is meant to be spoken, whatever was chosen before.
        answer.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
        return answer
    context = {"form": form, "address_form": AddressForm()}
    return render(request, "records/details.html", context, status=status_of(form))


@require_POST
@never_cache
@signed_in
def address(request: HttpRequest) -> HttpResponse:
    """Send a link to the address to which a person wants to change.

    Whether somebody else has the address is told to that address alone: a letter goes there in either case,
    so that nobody can find out by trying, nor by how long it takes.
    """
    form = AddressForm(request.POST)
    if not form.is_valid():
        context = {"form": DetailsForm(instance=person(request)), "address_form": form}
        return render(request, "records/details.html", context, status=status_of(form))
    # So many letters as django-allauth allows for the same.
    if not ratelimit.consume(request, action="manage_email", user=person(request)):
        messages.error(request, _("That was too often. Wait a minute, then ask again."))
        return redirect("records:details")
    own, wanted = person(request), form.cleaned_data["email"]
    token = seal(NewAddress(own.pk, own.email, wanted))
    is_taken = services.is_taken(wanted)
    if sent(letter_to_the_owner(own, wanted) if is_taken else letter_to_confirm(own, wanted, token)):
        messages.success(request, _("Open the link in the letter that we send to the new address."))
    else:
        messages.error(request, _("The letter could not be sent. Ask again later."))
    return redirect("records:details")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def confirm_address(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button that changes the address; a POST changes it, and the one before is told."""
    before = person(request).email
    try:
        wanted = unseal(token, person_id=person(request).pk)
        if request.method != "POST":
            return render(request, "records/confirm_address.html", {"address": wanted.address})
        services.change_address(wanted=wanted)
    except Refusal as refusal:
        return render(request, "refused.html", {"sentence": refusal}, status=400)
    sent(letter_to_the_old_address(person(request), before))
    messages.success(request, _("Your address is changed."))
    return redirect("records:details")


def sent(letter: EmailMessage) -> bool:
    """Send a letter; returns whether the mail server took it."""
    try:
        return bool(letter.send())
    except (OSError, smtplib.SMTPException):
        logger.exception("A letter about a change of address could not be sent.")
        return False
