"""The desk's page of webhooks: which programs are told, and what became of the messages to them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from policies.refusal import Refusal
from policies.views.guard import attempt, desk_page, status_of

from .. import services
from ..forms import WebhookForm
from ..models import WebhookDelivery, WebhookEndpoint
from ..selectors import newest_deliveries
from ..selectors import webhooks as all_webhooks

# Kept in English and shown in the reader's language.
SWITCHED_OFF_AT_THE_DESK = gettext_noop("Switched off at the desk.")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@desk_page("policies.publish_version")
def webhooks(request: HttpRequest) -> HttpResponse:
    """List the webhooks and the last deliveries; add one, and show its secret this once."""
    form, added = WebhookForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            added = services.add_webhook(now=timezone.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("url", str(refusal))
        else:
            form = WebhookForm()
    context = {
        "form": form,
        "added": added,
        "webhooks": all_webhooks(),
        "deliveries": newest_deliveries(),
    }
    return render(request, "desk/webhooks.html", context, status=status_of(form))


@require_POST
@desk_page("policies.publish_version")
def switch_off(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Tell a program nothing more."""
    get_object_or_404(WebhookEndpoint, pk=webhook_id)
    reason = SWITCHED_OFF_AT_THE_DESK
    return attempt(
        request,
        lambda: services.disable_webhook(endpoint_id=webhook_id, reason=reason, now=timezone.now()),
        _("The webhook is switched off."),
        page="desk:webhooks",
    )


@require_POST
@desk_page("policies.publish_version")
def send_again(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Send a message again, under the same id."""
    get_object_or_404(WebhookDelivery, pk=delivery_id)
    return attempt(
        request,
        lambda: services.send_again(delivery_id=delivery_id, now=timezone.now()),
        _("The message is sent again within half a minute."),
        page="desk:webhooks",
    )
