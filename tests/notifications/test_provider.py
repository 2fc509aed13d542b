"""What a mail provider reports over the web is believed only where it proves who it is and names a notice."""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from demo.sink import Sink
from notifications.codes import label_of
from notifications.emails import MESSAGE_ID
from notifications.models import EventSource, MailEvent, MailEventKind, Notice, NoticeState, Suppression
from notifications.services import run_due
from notifications.views.provider import VIEWS
from policies.models import PolicyVersion
from policysite.environment import PROVIDER_SECRETS
from tests.conftest import NOW

from .records import at, notice_of, planned

pytestmark = pytest.mark.once

SECRET = "k" * 32
ACCOUNT = f"postmark:{SECRET}"


@pytest.fixture
def notice(alice: User, version: PolicyVersion, mailbox: Sink) -> Notice:
    """Give Alice's notice, which the mail server has taken."""
    planned()
    run_due(clock=at(NOW))
    return notice_of(alice)


@pytest.fixture
def mailgun(settings: Any) -> None:
    """Let Mailgun report."""
    settings.MAIL_PROVIDER, settings.MAIL_PROVIDER_SECRET = "mailgun", SECRET
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": SECRET}


def bare(message_id: str) -> str:
    return message_id.strip("<>")


def of_mailgun(
    message_id: str,
    event: str = "delivered",
    *,
    data: Mapping[str, Any] = MappingProxyType({}),
    number: int = 1,
    secret: str = SECRET,
) -> dict[str, Any]:
    """Give what Mailgun posts about a message."""
    timestamp, token = "1772450000", f"{number:050d}"
    signed = hmac.new(secret.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {
        "signature": {"timestamp": timestamp, "token": token, "signature": signed},
        "event-data": {
            "id": f"event-{number}",
            "event": event,
            "timestamp": 1772450000.5,
            "recipient": "alice@example.com",
            "message": {"headers": {"message-id": bare(message_id), "to": "alice@example.com"}},
            **data,
        },
    }


def post(client: Client, payload: object, **headers: str) -> int:
    """Post to where the provider reports; gives the status."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    answer = client.post("/mail-events/", body, content_type="application/json", headers=headers)
    return answer.status_code


GONE = {
    "severity": "permanent",
    "reason": "bounce",
    "delivery-status": {"code": 550, "message": "5.1.1 No such"},
}


@pytest.mark.usefixtures("mailgun")
@pytest.mark.parametrize(
    ("event", "data", "kind", "state"),
    [
        ("delivered", {}, MailEventKind.DELIVERED, NoticeState.DELIVERED),
        ("failed", GONE, MailEventKind.BOUNCED, NoticeState.BOUNCED),
        ("failed", {"severity": "temporary"}, MailEventKind.DELAYED, NoticeState.ACCEPTED),
        ("complained", {}, MailEventKind.COMPLAINED, NoticeState.COMPLAINED),
    ],
)
def test_what_a_provider_reports_moves_the_notice(
    notice: Notice,
    client: Client,
    event: str,
    data: dict[str, Any],
    kind: MailEventKind,
    state: NoticeState,
) -> None:
    assert post(client, of_mailgun(notice.message_id, event, data=data)) == 200

    found = MailEvent.objects.get()
    notice.refresh_from_db()
    assert (found.kind, found.source, notice.state) == (kind, EventSource.PROVIDER, state)


@pytest.mark.usefixtures("mailgun")
def test_an_address_that_does_not_exist_is_left_alone(notice: Notice, client: Client) -> None:
    post(client, of_mailgun(notice.message_id, "failed", data=GONE))

    assert MailEvent.objects.get().status == "5.1.1"
    assert Suppression.objects.get().address == notice.address


@pytest.mark.usefixtures("mailgun")
def test_the_order_of_reports_does_not_matter_and_a_second_copy_changes_nothing(
    notice: Notice, client: Client
) -> None:
    bounce = of_mailgun(notice.message_id, "failed", number=2, data=GONE)
    arrival = of_mailgun(notice.message_id, "delivered", number=1)

    statuses = [post(client, payload) for payload in (bounce, arrival, bounce, arrival)]

    notice.refresh_from_db()
    assert statuses == [200] * 4
    assert MailEvent.objects.count() == 2
    assert notice.state == NoticeState.BOUNCED


@pytest.mark.usefixtures("mailgun")
@pytest.mark.parametrize("event", ["opened", "clicked", "unsubscribed"])
def test_who_opened_a_letter_is_not_recorded(notice: Notice, client: Client, event: str) -> None:
    assert post(client, of_mailgun(notice.message_id, event)) == 200

    assert not MailEvent.objects.exists()


@pytest.mark.usefixtures("mailgun")
@pytest.mark.parametrize(
    "name",
    [
        lambda notice: f"<{notice.pk}-{'a' * 16}@fernhill.example>",
        lambda notice: f"<{label_of(notice.pk, 'notifications.verp')}@fernhill.example>",
        lambda notice: f"<{label_of(notice.pk, MESSAGE_ID)[:-1]}@fernhill.example>",
        lambda notice: f"<{label_of(notice.pk + 1000, MESSAGE_ID)}@fernhill.example>",
        lambda _notice: "",
    ],
    ids=["made up", "of the envelope", "cut short", "not there", "none"],
)
def test_a_report_that_names_no_notice_changes_nothing(
    notice: Notice, client: Client, caplog: pytest.LogCaptureFixture, name: Callable[[Notice], str]
) -> None:
    assert post(client, of_mailgun(name(notice), "failed", data=GONE)) == 200

    notice.refresh_from_db()
    assert notice.state == NoticeState.ACCEPTED
    assert not MailEvent.objects.exists()
    assert "is refused" in caplog.text
    assert "alice@" not in caplog.text


@pytest.mark.usefixtures("mailgun")
@pytest.mark.parametrize("payload", [{}, b"", b"{", [], {"signature": {}}], ids=str)
def test_a_request_without_a_signature_is_refused(notice: Notice, client: Client, payload: object) -> None:
    assert post(client, payload) == 400

    assert not MailEvent.objects.exists()


@pytest.mark.usefixtures("mailgun")
def test_a_request_with_the_signature_of_somebody_else_is_refused(notice: Notice, client: Client) -> None:
    forged = of_mailgun(notice.message_id, "failed", secret="x" * 32, data=GONE)

    assert post(client, forged) == 400
    assert not MailEvent.objects.exists()


@pytest.mark.usefixtures("mailgun")
def test_a_request_of_ten_megabytes_is_refused_before_it_is_read(
    notice: Notice, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    long = of_mailgun(notice.message_id, "failed", data={"filler": "x" * 10_000_000})

    assert post(client, long) == 413
    assert not MailEvent.objects.exists()
    assert "it is too long" in caplog.text


def of_postmark(message_id: str) -> dict[str, Any]:
    """Give what Postmark posts about a message that came back."""
    return {
        "RecordType": "Bounce",
        "ID": 42,
        "Type": "HardBounce",
        "TypeCode": 1,
        "MessageID": "0a129aee-e1cd-480d-b08d-4f48548ff48d",
        "Metadata": {"notice": message_id},
        "Email": "alice@example.com",
        "Details": "smtp;550 5.1.1 The account does not exist.",
        "BouncedAt": "2026-03-02T10:00:00.0000000Z",
    }


@pytest.fixture
def postmark(settings: Any) -> str:
    """Let Postmark report, which repeats a header of the message; gives what it sends as account."""
    settings.MAIL_PROVIDER, settings.MAIL_PROVIDER_SECRET = "postmark", ACCOUNT
    settings.ANYMAIL = {"WEBHOOK_SECRET": ACCOUNT}
    settings.MESSAGE_ID_HEADER = "X-PM-Metadata-notice"
    return "Basic " + b64encode(ACCOUNT.encode()).decode()


def test_a_provider_with_keys_of_its_own_repeats_the_header_that_names_the_notice(
    postmark: str, notice: Notice, client: Client, mailbox: Sink
) -> None:
    (message,) = mailbox.messages()
    assert message["X-PM-Metadata-notice"] == notice.message_id

    assert post(client, of_postmark(message["X-PM-Metadata-notice"]), Authorization=postmark) == 200

    notice.refresh_from_db()
    assert notice.state == NoticeState.BOUNCED
    assert MailEvent.objects.get().status == "5.1.1"


@pytest.mark.usefixtures("postmark")
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic " + b64encode(b"postmark:x").decode()}])
def test_without_the_password_nothing_is_believed(
    notice: Notice, client: Client, headers: dict[str, str]
) -> None:
    assert post(client, of_postmark(notice.message_id), **headers) == 400

    assert not MailEvent.objects.exists()


@pytest.mark.parametrize(("provider", "secret"), [("", ""), ("mailgun", ""), ("", SECRET)])
@pytest.mark.django_db
def test_where_no_provider_or_no_secret_is_set_there_is_no_such_address(
    client: Client, settings: Any, provider: str, secret: str
) -> None:
    settings.MAIL_PROVIDER, settings.MAIL_PROVIDER_SECRET = provider, secret

    assert post(client, of_mailgun("")) == 404


@pytest.mark.usefixtures("mailgun")
def test_a_provider_may_ask_whether_the_address_is_there(client: Client) -> None:
    assert client.head("/mail-events/").status_code == 200
    assert client.get("/mail-events/").status_code == 405


@pytest.mark.usefixtures("mailgun")
def test_a_signed_request_that_is_malformed_is_refused(notice: Notice, client: Client) -> None:
    payload = of_mailgun(notice.message_id)
    payload["event-data"] = [payload["event-data"]]

    assert post(client, payload) == 400
    assert not MailEvent.objects.exists()


def test_every_provider_that_the_settings_take_has_a_view() -> None:
    assert set(VIEWS) == set(PROVIDER_SECRETS)
