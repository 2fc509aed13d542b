"""Who may open which door of the desk: sign-in first, then the permission, and only then the record."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from accounts.models import User
from policies.models import PolicyVersion
from policysite.urls import desk_patterns
from tests.acceptance.pages import words

from .conftest import address, rows

pytestmark = pytest.mark.look

# No version has this key: who may come in finds nothing there.
NOWHERE = 4711


@dataclass(frozen=True)
class Door:
    """A page of the desk, the way it is asked for, and the permission that opens it."""

    name: str
    method: str
    permission: str
    arguments: tuple[object, ...] = field(default=(NOWHERE,))

    def __str__(self) -> str:
        return f"{self.method} {self.name}"

    @property
    def address(self) -> str:
        """Where the page is."""
        return address(self.name, *self.arguments)


VIEW, WRITE, APPROVE, PUBLISH = "view_policy", "write_version", "approve_version", "publish_version"
ACT_FOR, LIST = "act_for_others", "list_people"
ERASE, HOLD, PACK = "carry_out_erasure", "hold_person", "make_pack"
DOORS = (
    Door("overview", "GET", VIEW, ()),
    Door("new_policy", "GET", WRITE, ()),
    Door("new_policy", "POST", WRITE, ()),
    Door("start_draft", "POST", WRITE, ("nowhere",)),
    Door("preview", "POST", WRITE, ()),
    Door("version", "GET", VIEW),
    Door("version", "POST", VIEW),
    Door("text", "GET", WRITE, (NOWHERE, "en")),
    Door("text", "POST", WRITE, (NOWHERE, "en")),
    Door("changes", "GET", VIEW, (NOWHERE, "en")),
    Door("ask_for_review", "POST", WRITE),
    Door("send_back", "POST", APPROVE),
    Door("discard", "POST", WRITE),
    Door("catch_up", "POST", WRITE),
    Door("approve", "POST", APPROVE),
    Door("publish", "POST", PUBLISH),
    Door("recall", "POST", PUBLISH),
    Door("answers", "GET", LIST),
    Door("answers_csv", "GET", LIST),
    Door("governing", "GET", LIST, ()),
    Door("governing", "POST", LIST, ()),
    Door("never", "GET", LIST),
    Door("never_csv", "GET", LIST),
    Door("report", "GET", VIEW),
    Door("report_csv", "GET", VIEW),
    Door("report_json", "GET", VIEW),
    Door("policy_report", "GET", VIEW, ("nowhere",)),
    Door("policy_report_csv", "GET", VIEW, ("nowhere",)),
    Door("policy_report_json", "GET", VIEW, ("nowhere",)),
    Door("before_publication", "GET", VIEW),
    Door("letter", "GET", VIEW),
    Door("before_recall", "GET", PUBLISH),
    Door("campaign", "GET", VIEW),
    Door("reach", "GET", VIEW),
    Door("untold_csv", "GET", LIST),
    Door("pause", "POST", PUBLISH),
    Door("resume", "POST", PUBLISH),
    Door("cancel", "POST", PUBLISH),
    Door("webhooks", "GET", PUBLISH, ()),
    Door("webhooks", "POST", PUBLISH, ()),
    Door("switch_off_webhook", "POST", PUBLISH),
    Door("send_webhook_again", "POST", PUBLISH),
    Door("suppressions", "GET", LIST, ()),
    Door("release", "POST", PUBLISH),
    Door("find_person", "GET", ACT_FOR, ()),
    Door("find_person", "POST", ACT_FOR, ()),
    Door("act_for", "GET", ACT_FOR),
    Door("act_for", "POST", ACT_FOR),
    Door("evidence", "GET", PACK, ()),
    Door("evidence", "POST", PACK, ()),
    Door("version_evidence", "POST", PACK),
    Door("erasures", "GET", ERASE, ()),
    Door("carry_out_erasure", "POST", ERASE),
    Door("refuse_erasure", "POST", ERASE),
    Door("holds", "GET", HOLD, ()),
    Door("holds", "POST", HOLD, ()),
    Door("lift_hold", "POST", HOLD),
)


def refused(browser: Client) -> set[str]:
    """Give the doors that stay shut before a browser."""
    return {str(door) for door in DOORS if browser.generic(door.method, door.address).status_code == 403}


def shut(*permissions: str) -> set[str]:
    """Give the doors that none of these permissions opens."""
    return {str(door) for door in DOORS if door.permission not in permissions}


def test_these_are_all_the_doors_there_are() -> None:
    assert {door.name for door in DOORS} == {pattern.name for pattern in desk_patterns}


def test_who_is_not_signed_in_is_led_to_the_sign_in(client: Client, db: None) -> None:
    opened = [door for door in DOORS if door.method == "GET"]
    led = {str(door): client.get(door.address).headers.get("Location") for door in opened}

    assert led == {str(door): f"/accounts/login/?next={door.address}" for door in opened}
    assert refused(client) == {str(door) for door in DOORS if door.method == "POST"}


def test_charlie_is_told_that_the_desk_is_not_his(client_of: Callable[[User], Client], charlie: User) -> None:
    browser = client_of(charlie)

    response = browser.get(address("overview"))

    assert "Ask an administrator to add you to the group that has it." in words(response.content)
    assert refused(browser) == shut()


def test_the_permission_is_asked_for_before_anything_of_a_policy_is_read(
    rf: RequestFactory, charlie: User
) -> None:
    for door in DOORS:
        request, view = rf.generic(door.method, door.address), resolve(door.address)
        request.user = User.objects.get(pk=charlie.pk)

        with CaptureQueriesContext(connection) as asked, pytest.raises(PermissionDenied):
            view.func(request, *view.args, **view.kwargs)

        assert len(asked) == 2
        assert not [query for query in asked.captured_queries if "policies_" in query["sql"]]


def test_an_author_neither_approves_nor_publishes(writer: Client) -> None:
    assert refused(writer) == shut(VIEW, WRITE)


def test_support_looks_and_enters_the_answers_of_others(
    client_of: Callable[[User], Client], make_person: Callable[..., User]
) -> None:
    assert refused(client_of(make_person("support", groups=("Support",)))) == shut(VIEW, ACT_FOR, LIST)


def test_an_approver_does_not_write(decider: Client) -> None:
    assert refused(decider) == shut(VIEW, APPROVE, PUBLISH, LIST)


def test_an_approver_cannot_send_the_form_that_only_authors_see(
    decider: Client, draft: PolicyVersion
) -> None:
    before = rows()

    response = decider.post(
        address("version", draft.pk), {"change_class": "EDITORIAL", "reason": "", "effective_at": ""}
    )

    draft.refresh_from_db()
    assert response.status_code == 403
    assert (draft.change_class, rows()) == ("MATERIAL", before)


def test_the_pages_offer_each_person_only_what_they_may_do(
    writer: Client, decider: Client, draft: PolicyVersion
) -> None:
    page = address("version", draft.pk)

    for_author, for_approver = words(writer.get(page).content), words(decider.get(page).content)

    assert ("Ask for review" in for_author, "Ask for review" in for_approver) == (True, False)
    assert ("Discard" in for_author, "Discard" in for_approver) == (True, False)
    assert ("Approve this text" in for_author, "Approve this text" in for_approver) == (False, True)


def test_a_person_of_the_desk_finds_the_way_there_in_the_menu(
    writer: Client, client_of: Callable[[User], Client], charlie: User
) -> None:
    link = 'href="/desk/"'

    assert link in writer.get("/").content.decode()
    assert link not in client_of(charlie).get("/").content.decode()
