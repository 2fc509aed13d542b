"""Wherever a comparison is linked, it is said how much changed and what to look at closely."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from accounts.models import User
from demo.sink import Sink
from notifications.services import plan_campaigns, run_due
from policies.models import PolicyVersion
from tests.acceptance.pages import elements, folded, page
from tests.acceptance.records import answer
from tests.conftest import NOW
from tests.notifications.letters import Letter
from tests.notifications.records import at

from .conftest import DAY

pytestmark = pytest.mark.look

OLD = "## Orders\n\nWe may keep orders for six years.\n\n## Contact\n\nWrite to us at any time."
NEW = "## Orders\n\nWe must keep orders for ten years.\n\n## Contact\n\nWrite to us at any time."
SIZE = "1 of 2 clauses changed, 2 words added, 2 removed."
RISKS = "Look closely at: may → must; six years → ten years."
COMPARISON = "/policies/privacy/compare/1...2/"
# Six numbers: two more than are named where a comparison is linked.
MANY = "We keep {} orders, {} names, {} marks, {} notes, {} lists and {} bills."


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Stop the clock of every page at NOW, and give a hand that moves it."""

    def stop(at: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: at)

    stop(NOW)
    return stop


@pytest.fixture
def announced(make_version: Callable[..., PolicyVersion]) -> PolicyVersion:
    """Give version 2, announced at NOW while version 1 is in force."""
    make_version(body=OLD, published_at=NOW - 60 * DAY, effective_at=NOW - 29 * DAY)
    return make_version(body=NEW, published_at=NOW, effective_at=NOW + 31 * DAY)


def sizes(content: bytes) -> list[str]:
    """Give each sentence on the size of a change, with what to look at closely."""
    return [folded(found) for found in elements(page(content), "//main//p[@class='size']")]


def is_linked(content: bytes, address: str) -> bool:
    """Whether a page leads to an address."""
    return address in {link.get("href") for link in elements(page(content), "//main//a")}


@pytest.mark.parametrize(
    "address", ["/policies/privacy/", "/policies/privacy/versions/", "/policies/privacy/versions/2/"]
)
def test_a_public_page_that_links_a_comparison_says_its_size_and_its_risks(
    client: Client, announced: PolicyVersion, address: str
) -> None:
    content = client.get(address).content

    assert is_linked(content, COMPARISON)
    assert sizes(content) == [f"{SIZE} {RISKS}"]


def test_the_public_page_says_it_of_a_change_that_has_just_taken_effect(
    client: Client, announced: PolicyVersion, clock: Callable[[datetime], None]
) -> None:
    clock(NOW + 40 * DAY)

    content = client.get("/policies/privacy/").content

    assert is_linked(content, COMPARISON)
    assert sizes(content) == [f"{SIZE} {RISKS}"]


def test_a_first_version_has_no_size(client: Client, announced: PolicyVersion) -> None:
    content = client.get("/policies/privacy/versions/1/").content

    assert sizes(content) == []
    assert not any("compare" in str(link.get("href")) for link in elements(page(content), "//main//a"))


def test_the_page_of_the_comparison_says_its_size_and_lists_its_risks(
    client: Client, announced: PolicyVersion
) -> None:
    content = client.get(COMPARISON).content

    assert sizes(content) == [SIZE]
    listed = elements(page(content), "//*[@class='closely']//li/a")
    assert [folded(risk) for risk in listed] == ["may → must", "six years → ten years"]


def test_one_s_own_page_says_it_since_the_version_that_was_accepted(
    alice: User, client_of: Callable[[User], Client], announced: PolicyVersion
) -> None:
    before = client_of(alice).get("/me/").content
    answer(alice, at=NOW - 20 * DAY)

    behind = client_of(alice).get("/me/").content
    answer(alice, at=NOW)
    level = client_of(alice).get("/me/").content

    assert (sizes(before), is_linked(before, COMPARISON)) == ([], False)
    assert (sizes(behind), is_linked(behind, COMPARISON)) == ([f"{SIZE} {RISKS}"], True)
    assert (sizes(level), is_linked(level, COMPARISON)) == ([], False)


def test_the_review_page_says_it_above_the_changes(
    alice: User, client_of: Callable[[User], Client], announced: PolicyVersion
) -> None:
    answer(alice, at=NOW - 20 * DAY)

    content = client_of(alice).get("/me/review/privacy/").content

    assert is_linked(content, COMPARISON)
    assert sizes(content) == [SIZE]
    listed = elements(page(content), "//*[@class='closely']//li/a")
    assert [folded(risk) for risk in listed] == ["may → must", "six years → ten years"]


def test_the_desk_says_it_of_each_text_of_a_draft(
    author: User,
    client_of: Callable[[User], Client],
    announced: PolicyVersion,
    make_draft: Callable[..., PolicyVersion],
) -> None:
    draft = make_draft(bodies={"en": NEW.replace("ten", "12"), "de": "Neu."})

    content = client_of(author).get(f"/desk/versions/{draft.pk}/").content

    assert is_linked(content, f"/desk/versions/{draft.pk}/changes/en/")
    english, _german = sizes(content)
    assert english == (
        "1 of 2 clauses changed, 1 word added, 1 removed. Look closely at: ten years → 12 years."
    )


@pytest.fixture
def letter(announced: PolicyVersion, alice: User, mailbox: Sink) -> Letter:
    """Give the letter in which Alice is told of version 2."""
    plan_campaigns(now=NOW)
    run_due(clock=at(NOW))
    letters = [Letter(message) for message in mailbox.messages() if message["To"] == alice.email]
    [found] = [letter for letter in letters if "is going to change" in letter.words]
    return found


def test_the_text_of_a_notice_says_it_below_the_link(letter: Letter) -> None:
    lines = letter.text.splitlines()

    [link] = [number for number, line in enumerate(lines) if COMPARISON in line]
    assert lines[link + 1 : link + 5] == [
        SIZE,
        "Look closely at:",
        "- may → must",
        "- six years → ten years",
    ]


def test_the_page_of_a_notice_says_it_beside_the_link(letter: Letter) -> None:
    [link] = [link for link in elements(letter.page, "//a") if COMPARISON in str(link.get("href"))]
    paragraph = link.getparent()

    assert paragraph is not None
    assert folded(paragraph) == f"Exactly what changes, word by word: {SIZE} {RISKS}"


def test_only_the_first_risks_are_named_and_the_rest_is_counted(
    client: Client, make_version: Callable[..., PolicyVersion]
) -> None:
    make_version(body=MANY.format(*range(11, 17)), published_at=NOW - 60 * DAY, effective_at=NOW - 29 * DAY)
    make_version(body=MANY.format(*range(21, 27)))

    linked = client.get("/policies/privacy/versions/2/").content
    opened = client.get(COMPARISON).content

    [said] = sizes(linked)
    assert said == (
        "1 of 1 clause changed, 6 words added, 6 removed."
        " Look closely at: 11 → 21; 12 → 22; 13 → 23; 14 → 24; and 2 more."
    )
    assert len(elements(page(opened), "//*[@class='closely']//li")) == 6


def test_what_an_author_wrote_into_a_risk_is_shown_as_text(
    client: Client, make_version: Callable[..., PolicyVersion]
) -> None:
    make_version(body="[Ask](https://a.example/?x=1&y=<b>)", published_at=NOW - DAY, effective_at=NOW + DAY)
    make_version(body="[Ask](https://b.example/?x=1&y=<i>)")

    content = client.get("/policies/privacy/versions/2/").content

    [said] = elements(page(content), "//main//p[@class='size']")
    assert "https://a.example/?x=1&y=" in folded(said)
    assert elements(said, ".//b | .//i | .//a") == []
