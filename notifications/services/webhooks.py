"""Add and switch off the addresses of other programs, and send a message again."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from policies.refusal import Refusal

from ..models import DeliveryState, EventKind, WebhookDelivery, WebhookEndpoint
from ..posting import SECRET_PREFIX, is_public

LOOPBACK = ("localhost", "127.0.0.1", "::1")
SECRET_BYTES = 32


class AddressRefused(Refusal):
    """Nothing can be posted safely to this address."""


class WebhookIsOff(Refusal):
    """The webhook is switched off already."""


class CannotSendAgain(Refusal):
    """The message is on its way, or there is nowhere to send it."""


def add_webhook(*, url: str, kinds: Sequence[str], now: datetime) -> WebhookEndpoint:
    """Add an endpoint that hears of events from `now` on; makes its secret. Raises `AddressRefused`."""
    refuse_bad_address(url)
    secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    known = [kind for kind in EventKind.values if kind in kinds]
    return WebhookEndpoint.objects.create(url=url, secret=secret, kinds=known, created_at=now)


def refuse_bad_address(url: str) -> None:
    """Raise `AddressRefused` for an address that is not whole, not encrypted, or of a private network.

    A name is not looked up here: what it leads to counts when a message is sent, and may differ then.
    """
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0
    except ValueError as error:
        raise AddressRefused(_("This is no address of the web.")) from error
    is_whole = parts.scheme in ("http", "https") and parts.hostname and has_port and url.isascii()
    if not is_whole or not url.isprintable() or " " in url or parts.fragment or "@" in parts.netloc:
        raise AddressRefused(_("Give a whole address like https://shop.example/hooks, without an account."))
    if parts.scheme == "http" and not is_own_machine(parts):
        raise AddressRefused(_("The address must begin with https://."))
    if not settings.WEBHOOK_ALLOW_PRIVATE and is_private(parts.hostname or ""):
        raise AddressRefused(_("The address leads into a private network. Give a public one."))


def is_own_machine(parts: SplitResult) -> bool:
    """Whether an address leads to this machine, and such addresses are allowed, as for developing."""
    return bool(settings.WEBHOOK_ALLOW_PRIVATE and parts.hostname in LOOPBACK)


def is_private(host: str) -> bool:
    """Whether a host is written as an IP address and is not public."""
    try:
        return not is_public(host)
    except ValueError:
        return host == "localhost"


@transaction.atomic
def disable_webhook(*, endpoint_id: int, reason: str, now: datetime) -> None:
    """Switch an endpoint off for good, and fail what is still to be sent to it. Locks its row.

    Raises `WebhookIsOff`.
    """
    active = WebhookEndpoint.objects.filter(pk=endpoint_id, is_active=True)
    if not active.update(is_active=False, disabled_reason=reason):
        raise WebhookIsOff(_("The webhook is switched off already."))
    WebhookDelivery.objects.filter(endpoint=endpoint_id, state=DeliveryState.PENDING).update(
        state=DeliveryState.FAILED, due_at=None, last_error="The webhook was switched off.", settled_at=now
    )


def send_again(*, delivery_id: int, now: datetime) -> None:
    """Begin a settled delivery anew, under the same webhook-id. Raises `CannotSendAgain`."""
    settled = WebhookDelivery.objects.filter(pk=delivery_id, due_at=None, endpoint__is_active=True)
    if not settled.update(state=DeliveryState.PENDING, attempt=0, due_at=now, settled_at=None):
        raise CannotSendAgain(_("The message is on its way already, or its webhook is switched off."))
