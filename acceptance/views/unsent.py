"""What a person was sending when the gate stopped them, to be sent again or thrown away."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.decorators import signed_in

from ..middleware import closed_by, lead_to_review, visit_of
from ..unsent import find, let_go


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def unsent(request: HttpRequest, key: str) -> HttpResponse:
    """Show a form that the gate stopped, with a button that sends it again; a POST throws it away.

    While something else must be answered first, the person is led there.
    """
    found = find(request, key, now=timezone.now())
    if found is None:
        raise Http404(_("What you were sending is not kept any more. Please enter it again."))
    if request.method == "POST":
        let_go(request, key, now=timezone.now())
        messages.success(request, _("It was thrown away. Nothing was sent."))
        return redirect("acceptance:me")
    closed = closed_by(visit_of(request).asked)
    if closed:
        return lead_to_review(closed[0], request.path)
    return render(request, "acceptance/unsent.html", {"unsent": found})
