"""Where the mail provider reports what became of messages."""

import logging
from http import HTTPStatus

from anymail.webhooks.base import AnymailCoreWebhookView
from anymail.webhooks.brevo import BrevoTrackingWebhookView
from anymail.webhooks.mailersend import MailerSendTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.mailjet import MailjetTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from anymail.webhooks.sparkpost import SparkPostTrackingWebhookView
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from ..services import take_event

logger = logging.getLogger(__name__)

VIEWS: dict[str, type[AnymailCoreWebhookView]] = {
    "brevo": BrevoTrackingWebhookView,
    "mailersend": MailerSendTrackingWebhookView,
    "mailgun": MailgunTrackingWebhookView,
    "mailjet": MailjetTrackingWebhookView,
    "postmark": PostmarkTrackingWebhookView,
    "sparkpost": SparkPostTrackingWebhookView,
}
# Providers send up to a thousand events at once. What is longer is no such list.
LARGEST = 2_000_000


@csrf_exempt
@require_http_methods(["HEAD", "POST"])
def provider_events(request: HttpRequest) -> HttpResponse:
    """Take the events of the provider that the settings name, whose signature or password is checked.

    django-anymail checks and reads the request. One that proves nothing or is malformed gets status
    400, one that is too long 413; neither changes anything. `HEAD` says that the address is there.
    """
    if not (settings.MAIL_PROVIDER and settings.MAIL_PROVIDER_SECRET):
        raise Http404
    if request.method == "HEAD":
        return HttpResponse()
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        logger.warning("A request in the name of %s is refused: it is too long.", settings.MAIL_PROVIDER)
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    provider = VIEWS[settings.MAIL_PROVIDER]()
    try:
        provider.run_validators(request)
        events = provider.parse_events(request)
    except (AttributeError, LookupError, TypeError, ValueError):
        # They take the form of what comes for granted, before and after they check the signature.
        logger.warning("A request in the name of %s is refused: it is malformed.", provider.esp_name)
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    for event in events:
        take_event(event, provider=provider.esp_name, now=timezone.now())
    return HttpResponse()
