"""Put the answer off, on the review page."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.decorators import signed_in
from accounts.models import User
from policies.refusal import Refusal

from ..services import put_off
from .me import safe_next, show_review


@require_POST
@never_cache
@signed_in
def later(request: HttpRequest, slug: str) -> HttpResponse:
    """Put the answer off for a day and go on, or show the review page with the sentence that says why not."""
    back = request.POST.get("next", "")
    try:
        put_off(person=cast(User, request.user), slug=slug, now=timezone.now())
    except Refusal as refusal:
        return show_review(request, slug, back=back, refusal=str(refusal), status=409)
    return redirect(safe_next(request, back) or reverse("acceptance:me"))
