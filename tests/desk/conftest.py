"""What the tests of the desk share: a stopped clock, people at their desks, and what nobody may change."""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from accounts.models import User
from policies.models import KeptComparison, PolicyVersion
from tests.acceptance.pages import elements, fields, page
from tests.conftest import NOW


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be NOW on every page."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def writer(client_of: Callable[[User], Client], author: User) -> Client:
    """Give the author's browser."""
    return client_of(author)


@pytest.fixture
def decider(client_of: Callable[[User], Client], approver: User) -> Client:
    """Give the approver's browser."""
    return client_of(approver)


@pytest.fixture
def draft(make_draft: Callable[..., PolicyVersion]) -> PolicyVersion:
    """Give the draft of a first version, with an English text and everything that publishing needs."""
    return make_draft()


@pytest.fixture
def published(make_version: Callable[..., PolicyVersion]) -> PolicyVersion:
    """Give version 1, published a moment ago."""
    return make_version()


@pytest.fixture
def staff(make_person: Callable[..., User]) -> User:
    """Give somebody of the support."""
    return make_person("support", groups=("Support",))


@pytest.fixture
def desk(client_of: Callable[[User], Client], staff: User) -> Client:
    """Give their browser."""
    return client_of(staff)


def address(name: str, *arguments: object) -> str:
    """Give the address of a page of the desk."""
    return reverse(f"desk:{name}", args=arguments)


def form_with(field: str, content: bytes) -> dict[str, str]:
    """Give what the form with `field` sends as it stands; a browser drops the line end that opens an area."""
    return {name: value.removeprefix("\n") for name, value in fields(content, field).items()}


def typed(browser: Client, place: str, field: str, **changes: str) -> dict[str, str]:
    """Open a page and give what its form with `field` sends once `changes` are typed into it."""
    return form_with(field, browser.get(place).content) | changes


def errors(content: bytes) -> list[str]:
    """Give the sentences that a page says beside its fields, and above its form."""
    lists = elements(page(content), "//*[contains(@class, 'errorlist')]//li")
    return [" ".join(str(found.text_content()).split()) for found in lists]


def rows() -> dict[str, int]:
    """Give how many rows each table of policies and its history holds: what a refusal must not change.

    What was compared to show the page stays kept, whatever the page says.
    """
    return {
        model._meta.db_table: model._default_manager.count()
        for model in apps.get_app_config("policies").get_models()
        if model is not KeptComparison
    }


def chosen(desk: Client, person: User, version: PolicyVersion, kind: str = "ACKNOWLEDGED") -> dict[str, str]:
    """Choose a text and an answer, and give what the form sends with its box ticked and a note."""
    query = {"text": str(version.texts.get(language="en").pk), "kind": kind}
    page = desk.get(address("act_for", person.pk), query)
    assert page.status_code == 200
    return fields(page.content) | {"ticked": "on", "note": "Letter of 2 March."}
