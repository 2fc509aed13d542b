"""The list of addresses to which nothing is sent."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from policies.refusal import Refusal
from policies.views.guard import desk_page, person, status_of

from ..forms import AddressForm
from ..selectors import suppressions
from ..services import release_address


@require_safe
@desk_page("accounts.list_people")
def suppressed_addresses(request: HttpRequest) -> HttpResponse:
    """Show the suppressed addresses and the released ones, fifty to a page, or those of one address."""
    form = AddressForm(request.GET)
    wanted = form.cleaned_data["address"] if form.is_valid() else ""
    page = Paginator(suppressions(wanted), 50).get_page(request.GET.get("page"))
    context = {"form": form, "wanted": wanted, "page": page}
    return render(request, "desk/suppressions.html", context, status=status_of(form))


@require_POST
@desk_page("policies.publish_version")
def release(request: HttpRequest, suppression_id: int) -> HttpResponse:
    """Send to an address again from now on."""
    try:
        released = release_address(
            suppression_id=suppression_id, released_by=person(request), now=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        sentence = _("Notices go to %(address)s again.") % {"address": released.address}
        messages.success(request, sentence)
    return redirect("desk:suppressions")
