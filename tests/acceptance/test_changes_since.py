"""A person sees the exact changes since the text that they accepted, across all versions since."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from policies.models import KeptComparison, PolicyVersion
from tests.acceptance.conftest import DAY, EFFECT, SECOND_AT, SECOND_EFFECT
from tests.acceptance.pages import elements, folded, links, page, words
from tests.acceptance.records import answer
from tests.conftest import NOW

pytestmark = pytest.mark.look

Browse = Callable[..., Client]
REVIEW = "/me/review/privacy/"
THIRD_AT, THIRD_EFFECT = SECOND_EFFECT, SECOND_EFFECT + 31 * DAY
BODIES = [
    "## Orders\n\nWe keep orders for six years.\n\n## Contact\n\nWrite to us at any time.",
    "## Orders\n\nWe keep orders for eight years.\n\n## Contact\n\nWrite to us at any time.",
    "## Orders\n\nWe keep orders for ten years.\n\n## Contact\n\nWrite to us only by letter.",
]


@pytest.fixture
def three(make_version: Callable[..., PolicyVersion]) -> PolicyVersion:
    """Give version 3, after a version 2 with other changes."""
    moments = [(NOW, EFFECT), (SECOND_AT, SECOND_EFFECT), (THIRD_AT, THIRD_EFFECT)]
    return [
        make_version(body=body, published_at=published_at, effective_at=effective_at)
        for body, (published_at, effective_at) in zip(BODIES, moments, strict=True)
    ][-1]


def changed(content: bytes) -> list[str]:
    """Give what was deleted and inserted on the page, in order."""
    return [
        folded(found) for found in elements(page(content), "//*[@class='comparison']//*[self::del|self::ins]")
    ]


def test_the_review_page_shows_the_changes_of_two_versions_as_one(
    alice: User, three: PolicyVersion, browse: Browse
) -> None:
    answer(alice, at=EFFECT)

    content = browse(alice, at=THIRD_AT).get(REVIEW).content

    assert "What changes since version 1, which you acknowledged" in words(content)
    assert "2 of 2 clauses changed, 4 words added, 4 removed." in words(content)
    assert "eight" not in changed(content)
    assert changed(content)[:2] == ["six", "ten"]
    assert "/policies/privacy/compare/1...3/" in links(content)


def test_who_accepted_in_between_sees_the_changes_since_then(
    alice: User, three: PolicyVersion, browse: Browse
) -> None:
    answer(alice, at=SECOND_AT)

    content = browse(alice, at=THIRD_AT).get(REVIEW).content

    assert "What changes since version 2, which you acknowledged" in words(content)
    assert changed(content)[:2] == ["eight", "ten"]
    assert "/policies/privacy/compare/2...3/" in links(content)


def test_since_which_version_they_saw_the_changes_is_part_of_what_they_do(
    alice: User, bob: User, three: PolicyVersion
) -> None:
    answer(alice, at=EFFECT)

    acts = [answer(person, at=THIRD_AT) for person in (alice, bob)]

    told, untold = (act.presentation.wording for act in acts)
    assert told["changes"] == "What changes since version 1, which you acknowledged"
    assert "changes" not in untold


def test_who_declined_in_between_sees_the_changes_since_what_they_accepted(
    alice: User, three: PolicyVersion, browse: Browse
) -> None:
    answer(alice, at=EFFECT)
    answer(alice, at=SECOND_AT, accepts=False)

    content = browse(alice, at=THIRD_AT).get(REVIEW).content

    assert "What changes since version 1, which you acknowledged" in words(content)
    assert changed(content)[:2] == ["six", "ten"]


def test_who_has_accepted_nothing_or_everything_sees_no_changes(
    alice: User, bob: User, three: PolicyVersion, browse: Browse
) -> None:
    answer(alice, at=THIRD_AT)

    pages = [browse(person, at=THIRD_AT).get(REVIEW).content for person in (alice, bob)]

    assert [changed(content) for content in pages] == [[], []]
    assert not any("which you acknowledged" in words(content) for content in pages)


def test_one_s_own_page_leads_to_the_changes_across_all_versions_since(
    alice: User, three: PolicyVersion, browse: Browse
) -> None:
    answer(alice, at=EFFECT)
    client = browse(alice, at=THIRD_AT)

    content = client.get("/me/").content

    assert "What changed from version 1, your last yes, to version 3" in words(content)
    assert "2 of 2 clauses changed, 4 words added, 4 removed." in words(content)
    [led] = [link for link in links(content) if "/compare/" in link]
    assert changed(client.get(led).content) == changed(client.get(REVIEW).content)
    assert KeptComparison.objects.count() == 1


def test_a_german_reader_sees_the_changes_between_the_german_texts(
    bob: User, first: PolicyVersion, make_second: Callable[..., PolicyVersion], browse: Browse
) -> None:
    answer(bob, at=EFFECT)
    make_second()
    client = browse(bob, at=SECOND_AT)

    review, own = client.get(REVIEW).content, client.get("/me/").content

    assert changed(review) == ["sechs", "zehn"]
    assert "sechs Jahre → zehn Jahre" in words(own)


def test_whoever_was_away_for_two_versions_reads_both_summaries(
    alice: User, three: PolicyVersion, browse: Browse
) -> None:
    answer(alice, at=EFFECT)
    client = browse(alice, at=THIRD_AT)

    pages = (REVIEW, "/policies/privacy/compare/1...3/", "/policies/privacy/compare/2...3/")
    told = [headings(client.get(page).content) for page in pages]

    assert told == [["Version 2", "Version 3"], ["Version 2", "Version 3"], []]
    for pair in ("3...1", "3...3"):
        assert "What changes, in short" not in words(client.get(f"/policies/privacy/compare/{pair}/").content)


def headings(content: bytes) -> list[str]:
    """Give the versions whose summaries a page tells apart."""
    return [folded(heading) for heading in elements(page(content), "//section[@class='summary']/h3")]
