"""The desk shows what a draft changes: against the version in force or any other one, in four forms."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from lxml.html import HtmlElement

from accounts.models import User
from policies import services
from policies.comparisons import Form
from policies.models import PolicyVersion
from tests.acceptance.pages import elements, folded, heard, page, words
from tests.conftest import NOW

from .conftest import address

pytestmark = pytest.mark.look

DAY = timedelta(days=1)


@pytest.fixture
def two(make_version: Callable[..., PolicyVersion]) -> list[PolicyVersion]:
    """Give two versions, the second in force and the first superseded."""
    return [
        make_version(body=f"We keep orders for {years} years.", published_at=at, effective_at=at + 31 * DAY)
        for years, at in (("six", NOW - 90 * DAY), ("seven", NOW - 50 * DAY))
    ]


@pytest.fixture
def changes(two: list[PolicyVersion], make_draft: Callable[..., PolicyVersion]) -> str:
    """Give the address at which a draft on top of both is compared."""
    return address("changes", make_draft(body="We keep orders for eight years.").pk, "en")


def changed(content: bytes) -> list[str]:
    """Give what was deleted and inserted, as it is read aloud."""
    return [
        heard(found) for found in elements(page(content), "//*[@class='comparison']//*[self::del|self::ins]")
    ]


def picker(content: bytes) -> HtmlElement:
    """Give the list of versions to compare with."""
    [found] = elements(page(content), "//select[@name='against']")
    return found


def test_a_draft_is_compared_with_the_version_in_force(writer: Client, changes: str) -> None:
    content = writer.get(changes).content

    assert "What this text changes against version 2." in words(content)
    assert changed(content) == ["Deleted: seven end of deletion.", "Inserted: eight end of insertion."]


def test_a_draft_is_compared_with_any_version_that_the_address_names(writer: Client, changes: str) -> None:
    content = writer.get(changes, {"against": "1"}).content

    assert "What this text changes against version 1." in words(content)
    assert changed(content) == ["Deleted: six end of deletion.", "Inserted: eight end of insertion."]


def test_the_versions_to_compare_with_are_offered_with_their_states(writer: Client, changes: str) -> None:
    content = writer.get(changes, {"against": "1", "form": "columns"}).content

    options = elements(picker(content), "option")
    assert [(option.get("value"), folded(option)) for option in options] == [
        ("2", "Version 2, in force"),
        ("1", "Version 1, superseded"),
    ]
    assert [option.get("value") for option in options if option.get("selected") is not None] == ["1"]
    form = next(form for form in page(content).forms if "against" in form.fields)
    assert dict(form.form_values()) == {"against": "1", "form": "columns"}


def test_a_version_that_is_not_there_is_not_found(writer: Client, changes: str) -> None:
    for against in ("", "0", "3", "9", "-1", "two", "1.0", "1 or 1=1", "²"):
        response = writer.get(changes, {"against": against})

        assert response.status_code == 404
        assert " ".join(f"There is no version {against} to compare with.".split()) in words(response.content)


def test_a_draft_is_shown_in_any_form_and_the_forms_keep_the_version(writer: Client, changes: str) -> None:
    for form in Form:
        response = writer.get(changes, {"against": "1", "form": form})

        assert response.status_code == 200
        tree = page(response.content)
        links = elements(tree, "//nav[@class='forms']//a")
        assert [link.get("href") for link in links] == [f"?form={each}&against=1" for each in Form]
        assert [link.get("href") for link in links if link.get("aria-current")] == [f"?form={form}&against=1"]
        assert elements(tree, "//style | //*[@style] | //@*[starts-with(name(), 'on')]") == []
        assert elements(tree, "//script[not(@src)]") == []


def test_an_unknown_form_is_not_found(writer: Client, changes: str) -> None:
    response = writer.get(changes, {"form": "spiral"})

    assert response.status_code == 404
    assert "There is no form “spiral”. Choose one of: column, columns, changes, text." in words(
        response.content
    )


def test_everything_in_a_first_version_is_new_in_any_form(writer: Client, draft: PolicyVersion) -> None:
    for form in Form:
        response = writer.get(address("changes", draft.pk, "en"), {"form": form})

        assert response.status_code == 200
        seen = words(response.content)
        assert "This is the first version: everything is new." in seen
        assert "We keep orders for six years." in seen
        assert elements(page(response.content), "//del | //select[@name='against']") == []


def test_a_published_version_is_compared_with_the_one_before_it(
    writer: Client, two: list[PolicyVersion]
) -> None:
    second = writer.get(address("changes", two[1].pk, "en")).content
    first = writer.get(address("changes", two[0].pk, "en")).content

    assert changed(second) == ["Deleted: six end of deletion.", "Inserted: seven end of insertion."]
    assert "This is the first version: everything is new." in words(first)
    assert [option.get("value") for option in elements(picker(second), "option")] == ["1"]


def test_a_draft_is_not_compared_with_a_version_that_was_recalled_unless_that_is_asked_for(
    writer: Client, changes: str, two: list[PolicyVersion], approver: User
) -> None:
    services.recall_version(version_id=two[1].pk, reason="A mistake.", recalled_by=approver, now=NOW)

    content, asked = writer.get(changes).content, writer.get(changes, {"against": "2"}).content

    assert "What this text changes against version 1." in words(content)
    assert changed(content) == ["Deleted: six end of deletion.", "Inserted: eight end of insertion."]
    assert [folded(option) for option in elements(picker(asked), "option[@selected]")] == [
        "Version 2, recalled"
    ]


def test_a_language_that_the_draft_lacks_is_not_found(writer: Client, changes: str) -> None:
    assert writer.get(changes.replace("/en/", "/de/")).status_code == 404


def test_it_is_said_that_the_older_version_lacks_the_language(
    writer: Client, two: list[PolicyVersion], make_draft: Callable[..., PolicyVersion]
) -> None:
    draft = make_draft(bodies={"en": "We keep orders.", "de": "Wir behalten Bestellungen."})

    german = words(writer.get(address("changes", draft.pk, "de")).content)
    english = words(writer.get(address("changes", draft.pk, "en")).content)

    said = "The older version has no text in this language, so the comparison is with another language."
    assert (said in german, said in english) == (True, False)


def test_what_is_typed_anew_is_compared_anew(writer: Client, changes: str, two: list[PolicyVersion]) -> None:
    writer.get(changes)
    draft = PolicyVersion.objects.get(number=None)

    services.save_text(
        version_id=draft.pk,
        language="en",
        title="Privacy policy",
        summary="",
        body="We keep orders for nine years.",
    )

    assert changed(writer.get(changes).content) == [
        "Deleted: seven end of deletion.",
        "Inserted: nine end of insertion.",
    ]


def test_nobody_else_sees_what_a_draft_changes(
    client: Client, client_of: Callable[[User], Client], charlie: User, changes: str
) -> None:
    stranger, customer = client.get(changes), client_of(charlie).get(changes)

    assert (stranger.status_code, customer.status_code) == (302, 403)
    assert stranger.headers["Location"].startswith("/accounts/login/")
    assert "eight" not in customer.content.decode()


def test_the_page_of_a_draft_says_how_much_each_text_changes(
    writer: Client, two: list[PolicyVersion], make_draft: Callable[..., PolicyVersion]
) -> None:
    draft = make_draft(body="We keep orders for eight years.")

    content = writer.get(address("version", draft.pk)).content

    [row] = elements(page(content), "//tr[th='English']")
    [below] = elements(row, "following-sibling::tr[1]")
    assert "1 of 1 clause changed, 1 word added, 1 removed." in folded(below)
    assert "Look closely at: seven years → eight years." in folded(below)
    [link] = elements(row, ".//a[contains(@href, 'changes')]")
    assert link.get("href") == address("changes", draft.pk, "en")
    [untouched] = elements(page(content), "//tr[th='German']")
    assert "clause" not in folded(untouched)


def test_a_draft_begun_before_another_was_published_must_hold_its_changes(
    writer: Client, published: PolicyVersion, make_draft: Callable[..., PolicyVersion]
) -> None:
    draft = make_draft()
    PolicyVersion.objects.filter(pk=draft.pk).update(base_number=None)
    address = f"/desk/versions/{draft.pk}/"

    before = words(writer.get(address).content)
    unseen = writer.post(f"{address}catch-up/", {"number": 2})
    writer.post(f"{address}catch-up/", {"number": 1})
    after = words(writer.get(address).content)

    assert "Version 1 was published after this draft was begun." in before
    assert "the draft would undo its changes" in before
    assert unseen.status_code == 409
    assert "Version 1 was published" not in after
    assert PolicyVersion.objects.get(pk=draft.pk).base_number == 1
