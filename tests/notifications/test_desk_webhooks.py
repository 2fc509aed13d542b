"""The desk's page of webhooks: who is told, what became of it, and a secret that is shown once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from notifications.models import DeliveryState, EventKind, WebhookDelivery, WebhookEndpoint
from notifications.services import plan_webhooks
from policies.models import PolicyVersion
from tests.acceptance.pages import words
from tests.conftest import NOW

from .hooks import MakeWebhook

pytestmark = pytest.mark.look

ClientOf = Callable[[User], Client]
PAGE = "/desk/webhooks/"
KINDS = ["version.published", "campaign.finished"]


@pytest.fixture
def desk(client_of: ClientOf, approver: User) -> Client:
    """Give the browser of somebody who publishes."""
    return client_of(approver)


def test_a_webhook_is_added_and_its_secret_shown_this_once(desk: Client) -> None:
    added = desk.post(PAGE, {"url": "https://shop.example/hooks", "kinds": KINDS})
    later = desk.get(PAGE)

    webhook = WebhookEndpoint.objects.get()
    assert added.status_code == 200
    assert (webhook.url, webhook.kinds, webhook.is_active) == ("https://shop.example/hooks", KINDS, True)
    assert f"Copy it now: it is not shown again. {webhook.secret}" in words(added.content)
    assert "no-store" in added["Cache-Control"]
    assert webhook.secret not in later.content.decode()
    assert "https://shop.example/hooks" in words(later.content)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://shop.example/hooks", "The address must begin with https://."),
        ("ftp://shop.example/hooks", "Give a whole address like https://shop.example/hooks"),
        ("shop.example", "Give a whole address like https://shop.example/hooks"),
        ("https://", "Give a whole address like https://shop.example/hooks"),
        ("https://user:secret@shop.example/", "without an account."),
        ("https://shop.example/#part", "Give a whole address"),
        ("https://shop.example/a b", "Give a whole address"),
        ("https://schuhe-für-alle.example/", "Give a whole address"),
        ("https://shop.example:99999/", "This is no address of the web."),
        ("https://shop.example:0/", "Give a whole address"),
        ("https://[::1", "This is no address of the web."),
        ("https://localhost/", "The address leads into a private network. Give a public one."),
        ("https://127.0.0.1/", "The address leads into a private network."),
        ("https://[::1]/", "The address leads into a private network."),
        ("https://169.254.169.254/latest/meta-data/", "The address leads into a private network."),
        ("http://127.0.0.1:8000/", "The address must begin with https://."),
        ("", "This field is required."),
    ],
)
def test_an_address_that_will_not_do_is_refused_with_a_sentence(
    desk: Client, url: str, sentence: str
) -> None:
    answer = desk.post(PAGE, {"url": url, "kinds": KINDS})

    assert answer.status_code == 422
    assert sentence in words(answer.content)
    assert not WebhookEndpoint.objects.exists()


def test_where_private_addresses_are_allowed_this_machine_need_not_be_encrypted(
    desk: Client, settings: Any
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = True

    near = desk.post(PAGE, {"url": "http://localhost:9000/", "kinds": KINDS})
    far = desk.post(PAGE, {"url": "http://10.0.0.1/", "kinds": KINDS})
    encrypted = desk.post(PAGE, {"url": "https://10.0.0.1/", "kinds": KINDS})

    assert [answer.status_code for answer in (near, far, encrypted)] == [200, 422, 200]


@pytest.mark.parametrize("kinds", [[], ["version.guessed"]])
def test_a_webhook_hears_of_something_that_there_is(desk: Client, kinds: list[str]) -> None:
    answer = desk.post(PAGE, {"url": "https://shop.example/hooks", "kinds": kinds})

    assert answer.status_code == 422
    assert not WebhookEndpoint.objects.exists()


def test_the_log_says_what_became_of_each_message(
    desk: Client, version: PolicyVersion, make_webhook: MakeWebhook
) -> None:
    make_webhook()
    plan_webhooks(now=NOW)
    WebhookDelivery.objects.update(
        state=DeliveryState.FAILED, due_at=None, attempt=8, last_error="The server answered with status 500."
    )

    page = words(desk.get(PAGE).content)

    assert "privacy/1, msg_" in page
    assert "failed The server answered with status 500. attempts: 8" in page


def test_the_page_shows_fifty_messages_and_costs_the_same_for_all_of_them(
    desk: Client, version: PolicyVersion, make_webhook: MakeWebhook, warm_caches: None
) -> None:
    make_webhook()
    plan_webhooks(now=NOW)
    desk.get(PAGE)
    with CaptureQueriesContext(connection) as for_one:
        desk.get(PAGE)
    for _number in range(60):
        make_webhook(kinds=[EventKind.VERSION_PUBLISHED])
    plan_webhooks(now=NOW)

    with CaptureQueriesContext(connection) as for_many:
        page = desk.get(PAGE).content.decode()

    assert len(for_many) == len(for_one) == 8
    assert page.count("msg_") == 50


def test_a_webhook_is_switched_off_with_a_reason_that_everyone_can_read(
    desk: Client, make_webhook: MakeWebhook
) -> None:
    webhook = make_webhook()

    answer = desk.post(f"{PAGE}{webhook.pk}/off/", follow=True)
    again = desk.post(f"{PAGE}{webhook.pk}/off/", follow=True)

    webhook.refresh_from_db()
    assert (webhook.is_active, webhook.disabled_reason) == (False, "Switched off at the desk.")
    assert "The webhook is switched off." in words(answer.content)
    assert "Switched off at the desk." in words(answer.content)
    assert "The webhook is switched off already." in words(again.content)


def test_a_message_is_sent_again_on_request(
    desk: Client, version: PolicyVersion, make_webhook: MakeWebhook
) -> None:
    make_webhook()
    plan_webhooks(now=NOW)
    delivery = WebhookDelivery.objects.get()
    WebhookDelivery.objects.update(state=DeliveryState.DELIVERED, due_at=None)

    answer = desk.post(f"{PAGE}deliveries/{delivery.pk}/again/", follow=True)
    too_soon = desk.post(f"{PAGE}deliveries/{delivery.pk}/again/", follow=True)

    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.PENDING
    assert "The message is sent again within half a minute." in words(answer.content)
    assert "The message is on its way already" in words(too_soon.content)


@pytest.mark.parametrize("place", ["4711/off/", "deliveries/4711/again/"])
def test_what_is_not_there_is_not_found(desk: Client, place: str) -> None:
    assert desk.post(PAGE + place).status_code == 404


def test_who_does_not_publish_sees_nothing_of_it_and_adds_none(
    client_of: ClientOf, author: User, make_webhook: MakeWebhook
) -> None:
    webhook = make_webhook()
    browser = client_of(author)

    answers = [
        browser.get(PAGE),
        browser.post(PAGE, {"url": "https://shop.example/hooks", "kinds": KINDS}),
        browser.post(f"{PAGE}{webhook.pk}/off/"),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert list(WebhookEndpoint.objects.values_list("pk", "is_active")) == [(webhook.pk, True)]


def test_the_desk_leads_there_whoever_may_go(desk: Client, client_of: ClientOf, author: User) -> None:
    assert f'href="{PAGE}"' in desk.get("/desk/").content.decode()
    assert f'href="{PAGE}"' not in client_of(author).get("/desk/").content.decode()
