"""The desk's pages of erasures and legal holds."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from policies.refusal import Refusal
from policies.views.guard import attempt, desk_page, person, status_of

from .. import services
from ..forms import HoldForm
from ..selectors import active_holds, open_requests


@require_safe
@never_cache
@desk_page("records.carry_out_erasure")
def erasures(request: HttpRequest) -> HttpResponse:
    """List who asked to be erased, the most urgent first."""
    context = {"requests": open_requests(), "now": timezone.now()}
    return render(request, "desk/erasures.html", context)


@require_POST
@desk_page("records.carry_out_erasure")
def carry_out(request: HttpRequest, request_id: int) -> HttpResponse:
    """Erase who asked for it, for whoever ticked that they mean it."""
    if "is_meant" not in request.POST:
        messages.error(request, _("Tick the box beside the button: an erasure cannot be undone."))
        return redirect("desk:erasures")
    return attempt(
        request,
        lambda: services.carry_out(request_id=request_id, decided_by=person(request), now=timezone.now()),
        _("The person is erased."),
        page="desk:erasures",
    )


@require_POST
@desk_page("records.carry_out_erasure")
def refuse(request: HttpRequest, request_id: int) -> HttpResponse:
    """Refuse a request, for a reason that the person reads."""
    reason = request.POST.get("reason", "")[:2000]
    return attempt(
        request,
        lambda: services.refuse_erasure(
            request_id=request_id, reason=reason, decided_by=person(request), now=timezone.now()
        ),
        _("The request is refused. The person reads the reason on their page."),
        page="desk:erasures",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@desk_page("records.hold_person")
def holds(request: HttpRequest) -> HttpResponse:
    """List whose record must stay, and place another hold."""
    form = HoldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.place_hold(
                person_id=key_of(form.cleaned_data["address"]),
                reason=form.cleaned_data["reason"],
                placed_by=person(request),
                now=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error("address", str(refusal))
        else:
            messages.success(request, _("What is recorded of the person stays until you lift the hold."))
            return redirect("desk:holds")
    context = {"holds": active_holds(), "form": form}
    return render(request, "desk/holds.html", context, status=status_of(form))


def key_of(address: str) -> int:
    """Give the key of the person at an address. Raises `NotThere`."""
    found = User.objects.filter(email=address.strip()).values_list("pk", flat=True).first()
    if found is None:
        raise services.NotThere(_("Nobody has this address."))
    return found


@require_POST
@desk_page("records.hold_person")
def lift(request: HttpRequest, hold_id: int) -> HttpResponse:
    """Let what is recorded of a person be erased again."""
    try:
        services.lift_hold(hold_id=hold_id, lifted_by=person(request), now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The hold is lifted."))
    return redirect("desk:holds")
