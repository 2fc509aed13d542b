"""A real Chromium before the real site: a server in a thread, real commits, real mail."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from typing import Any, cast

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright
from pytest_django import DjangoDbBlocker, Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from demo.sink import Sink
from policies.models import Policy, PolicyVersion
from tests import services

from .steps import DAY

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Milliseconds within which what is waited for must be seen, also on a machine that is busy.
PATIENCE = 20_000
# A page that refuses what was sent is an error to the browser's console, and none to us.
REFUSED = "Failed to load resource: the server responded with a status of 4"


@pytest.fixture(scope="package")
def chromium(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Browser]:
    """Give the browser, started once for this folder.

    Playwright keeps an event loop running in this thread. Beside it Django asks the database only
    where it is told that this is safe, and over a connection of its own, which must learn what a
    database is to hold again after `committed`. The browser ends with the folder, and the loop too.
    """
    found = services.chromium()
    if not found.url:
        pytest.skip(found.how)
    contents = connection._test_serialized_contents  # type: ignore[attr-defined]  # of Django's test runner
    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        connection._test_serialized_contents = contents  # type: ignore[attr-defined]  # as above
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(executable_path=found.url, args=FLAGS)
        yield browser
        browser.close()
        with django_db_blocker.unblock():
            connection.close()


@pytest.fixture(scope="package")
def live_server(static_files: None) -> Iterator[LiveServer]:
    """Give a server in a thread, with the static files from WhiteNoise, as in production.

    The one of pytest-django answers /static/ itself, and does not know the hashed names.
    """
    server = LiveServer("127.0.0.1", start=False)
    server.thread.static_handler = cast("type[WSGIHandler]", lambda application: application)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def site(committed: None, live_server: LiveServer, settings: Settings, mailbox: Sink) -> str:
    """Give the address at which the site and the sample shop are served."""
    settings.SITE_URL = live_server.url
    settings.ROOT_URLCONF = "tests.browser.urls"
    settings.DEMO_SHOP = True
    return live_server.url


@pytest.fixture
def visit(chromium: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Give a factory of browser windows, each with cookies of its own: `visit(author, color_scheme="dark")`.

    At the end no window may have heard a complaint: no error in the console, of the content security
    policy or of a script, and no request to another site.
    """
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(REFUSED):
            complaints.append(f"{message.location['url']}: {message.text}")

    def watch(request: Request) -> None:
        if not request.url.startswith((f"{site}/", "data:")):
            complaints.append(f"A request left the site: {request.url}")

    with ExitStack() as windows:

        def open_window(person: User | None = None, **options: Any) -> Page:
            context = chromium.new_context(base_url=site, locale="en-GB", **options)
            windows.callback(context.close)
            context.set_default_timeout(PATIENCE)
            context.on("console", hear)
            context.on("weberror", lambda error: complaints.append(str(error.error)))
            context.on("request", watch)
            if person:
                context.add_cookies([{"name": "sessionid", "value": session_of(person), "url": site}])
            return context.new_page()

        yield open_window
    assert complaints == []


def session_of(person: User) -> str:
    """Sign a person in without a page and give the key of their session."""
    client = Client()
    client.force_login(person)
    return str(client.cookies["sessionid"].value)


@pytest.fixture
def now() -> datetime:
    """Give the instant at which the test happens: the real one, because the server's clock is real too."""
    return timezone.now().replace(second=0, microsecond=0)


@pytest.fixture
def customer(site: str, make_person: Callable[..., User], now: datetime) -> User:
    """Give Dora, who joined ten days ago, lives where silence is no acceptance, and has no password."""
    dora = make_person("dora", country="DE", language="en", date_joined=now - 10 * DAY)
    dora.set_unusable_password()
    dora.save()
    return dora


@pytest.fixture
def first(
    site: str, make_policy: Callable[..., Policy], make_version: Callable[..., PolicyVersion], now: datetime
) -> PolicyVersion:
    """Give version 1 of the privacy policy, in force for 29 days: nobody is asked to wait any longer."""
    return make_version(
        make_policy(),
        body="## Orders\n\nWe keep orders for six years.\n\n## Contact\n\nWrite to us at any time.",
        published_at=now - 60 * DAY,
        effective_at=now - 29 * DAY,
    )


@pytest.fixture
def publish_two(
    site: str, make_policy: Callable[..., Policy], make_version: Callable[..., PolicyVersion], now: datetime
) -> Callable[[str, str], None]:
    """Give a hand that publishes two versions of the privacy policy."""

    def publish(old: str, new: str) -> None:
        make_version(make_policy(), body=old, published_at=now - 60 * DAY, effective_at=now - 29 * DAY)
        make_version(body=new, published_at=now - DAY, effective_at=now + 30 * DAY)

    return publish
