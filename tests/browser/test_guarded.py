"""Whoever leaves the editor with something unsaved is asked first, and whoever saved is not."""

from collections.abc import Callable

from playwright.sync_api import Dialog, Page

from accounts.models import User
from policies.models import PolicyVersion


def asked_on_leaving(page: Page) -> list[str]:
    """Follow the way to the desk, and give the kinds of questions that the browser asked."""
    questions: list[str] = []

    def heed(dialog: Dialog) -> None:
        questions.append(dialog.type)
        dialog.accept()

    page.on("dialog", heed)
    page.get_by_role("navigation").get_by_role("link", name="Desk").click()
    page.wait_for_url("**/desk/")
    return questions


def test_what_was_typed_is_not_left_without_a_question(
    visit: Callable[..., Page], author: User, make_draft: Callable[..., PolicyVersion]
) -> None:
    draft = make_draft()
    pages = {f"/desk/versions/{draft.pk}/texts/en/": "Text:", f"/desk/versions/{draft.pk}/": "Reason:"}

    for address, field in pages.items():
        page = visit(author)
        page.goto(address)
        page.get_by_label(field, exact=True).press_sequentially("More.")
        assert asked_on_leaving(page) == ["beforeunload"]


def test_who_typed_nothing_or_saved_leaves_freely(
    visit: Callable[..., Page], author: User, make_draft: Callable[..., PolicyVersion]
) -> None:
    draft = make_draft()
    page = visit(author)
    page.goto(f"/desk/versions/{draft.pk}/texts/en/")
    assert asked_on_leaving(page) == []

    page = visit(author)
    page.goto(f"/desk/versions/{draft.pk}/texts/en/")
    page.get_by_label("Text:", exact=True).press_sequentially("More.")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**/desk/versions/{draft.pk}/")
    assert asked_on_leaving(page) == []
