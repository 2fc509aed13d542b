"""Stop reminders by the signed link in one, without signing in; stop and resume them on one's own page."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import signed_in
from accounts.models import User

from ..models import ChoiceSource
from ..selectors import reminder_choice_of
from ..services import choose_reminders
from ..tokens import TamperedLink, user_of


# The mail program that posts for its reader has no cookie of ours (RFC 8058). The token says who asks,
# and all that it can do is stop reminders.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def stop_reminders(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button that stops the reminders of the link's person; a POST stops them.

    Opening the address does nothing, because mail scanners open every link. RFC 8058 forbids to
    answer the POST with a redirection.
    """
    try:
        user_id = user_of(token)
    except TamperedLink as refusal:
        return render(request, "refused.html", {"sentence": refusal}, status=400)
    if not User.objects.filter(pk=user_id).exists():
        sentence = _("There is no account any more to which this link belongs.")
        return render(request, "refused.html", {"sentence": sentence}, status=404)
    if request.method == "POST":
        is_one_click = request.POST.get("List-Unsubscribe") == "One-Click"
        source = ChoiceSource.ONE_CLICK if is_one_click else ChoiceSource.LINK
        choose_reminders(user_id=user_id, is_wanted=False, source=source, now=timezone.now())
    latest = reminder_choice_of(user_id)
    context = {"stopped_at": latest.at if latest and not latest.is_wanted else None}
    return render(request, "acceptance/reminders.html", context)


@require_POST
@never_cache
@signed_in
def reminders(request: HttpRequest) -> HttpResponse:
    """Stop the signed-in person's reminders, or let them come again."""
    is_wanted = request.POST.get("reminders") == "on"
    person = cast(User, request.user)
    choose_reminders(user_id=person.pk, is_wanted=is_wanted, source=ChoiceSource.OWN_PAGE, now=timezone.now())
    sentence = _("You get reminders again.") if is_wanted else _("You get no more reminders.")
    messages.success(request, sentence)
    return redirect("acceptance:me")
