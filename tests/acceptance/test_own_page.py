"""A person's own page: what applies to them, what they did, and nothing of anybody else."""

from collections.abc import Callable

import pytest
from django.test import Client
from lxml.html import HtmlElement

from acceptance.models import ExposureKind
from acceptance.services import record_exposures
from accounts.models import User
from policies.models import ChangeClass, PolicyVersion
from policies.services import recall_version
from tests.acceptance.conftest import DAY, EFFECT, GATE, SECOND_AT, SECOND_EFFECT
from tests.acceptance.pages import banners, elements, folded, links, page, words
from tests.acceptance.records import answer
from tests.conftest import NOW

pytestmark = pytest.mark.look

Browse = Callable[..., Client]


def cards(content: bytes) -> list[HtmlElement]:
    """Give the card of each policy."""
    return elements(page(content), "//ul[@class='cards']/li")


def pairs(card: HtmlElement) -> dict[str, str]:
    """Give what a card says, by its terms."""
    terms, said = elements(card, ".//dt"), elements(card, ".//dd")
    return {folded(term): folded(what) for term, what in zip(terms, said, strict=True)}


def done(content: bytes) -> list[list[str]]:
    """Give the rows of what the person did."""
    rows = elements(page(content), "//tbody/tr")
    return [[folded(cell) for cell in elements(row, "./td")] for row in rows]


def test_each_policy_that_applies_is_listed(
    alice: User, first: PolicyVersion, agreement: PolicyVersion, browse: Browse
) -> None:
    response = browse(alice, at=EFFECT).get("/me/")

    assert response.status_code == 200
    assert len(cards(response.content)) == 2
    assert {"/policies/privacy/", "/policies/profiling/"} <= set(links(response.content))


def test_a_draft_is_not_listed(alice: User, make_draft: Callable[..., PolicyVersion], browse: Browse) -> None:
    make_draft()

    response = browse(alice, at=EFFECT).get("/me/")

    assert response.status_code == 200
    assert cards(response.content) == []


def test_what_is_in_force_what_comes_and_what_was_accepted_stand_side_by_side(
    alice: User, make_second: Callable[..., PolicyVersion], browse: Browse
) -> None:
    answer(alice, at=EFFECT)
    make_second()

    [card] = cards(browse(alice, at=SECOND_AT).get("/me/").content)

    said = pairs(card)
    assert said["In force"].startswith("version 1")
    assert said["Coming"].startswith("version 2")
    assert said["You acknowledged"].startswith("version 1")


def test_every_instant_is_shown_with_its_zone(
    make_person: Callable[..., User], first: PolicyVersion, browse: Browse
) -> None:
    dora = make_person("dora", time_zone="America/New_York")

    content = browse(dora, at=EFFECT).get("/me/").content

    time, *_others = elements(cards(content)[0], ".//time")
    assert time.get("datetime") == "2026-03-03T04:00:00-05:00"
    assert folded(time).endswith("EST")


def test_what_is_asked_is_said_and_leads_to_the_review_page(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    before = browse(alice, at=EFFECT).get("/me/")
    answer(alice, at=EFFECT)

    after = browse(alice, at=EFFECT).get("/me/")

    assert "Your answer is asked for." in words(before.content)
    assert "/me/review/privacy/" in links(before.content)
    assert "Nothing is asked of you." in words(after.content)


def test_when_a_person_was_told_is_said(alice: User, first: PolicyVersion, browse: Browse) -> None:
    before = browse(alice, at=EFFECT).get("/me/")
    record_exposures(user_id=alice.pk, version_ids=[first.pk], kind=ExposureKind.NOTIFIED, now=NOW)

    after = browse(alice, at=EFFECT).get("/me/")

    assert "You were told" not in pairs(cards(before.content)[0])
    [told] = elements(cards(after.content)[0], ".//dd[last()]/time")
    assert told.get("datetime") == "2026-03-02T10:00:00+01:00"


def test_what_a_person_did_is_listed_with_text_digest_and_words_the_latest_first(
    alice: User, first: PolicyVersion, make_second: Callable[..., PolicyVersion], browse: Browse
) -> None:
    answer(alice, at=EFFECT)
    second = make_second()
    answer(alice, at=SECOND_EFFECT, accepts=False)

    rows = done(browse(alice, at=SECOND_EFFECT).get("/me/").content)

    assert [row[1] for row in rows] == ["declined", "acknowledged"]
    assert [row[3] for row in rows] == [
        "Decline",
        "I have seen version 1 of “Privacy policy” and what it changes.",
    ]
    for row, version in zip(rows, (second, first), strict=True):
        assert row[2].startswith(f"Privacy policy, version {version.number}")
        assert version.texts.get(language="en").sha256[:12] in row[2]


def test_the_text_that_was_acted_on_is_one_link_away(bob: User, first: PolicyVersion, browse: Browse) -> None:
    answer(bob, at=EFFECT)
    client = browse(bob, at=EFFECT)

    content = client.get("/me/").content

    assert "/policies/privacy/versions/1/?language=de" in links(content)
    text = client.get("/policies/privacy/versions/1/?language=de")
    assert "Wir behalten Bestellungen sechs Jahre lang." in words(text.content)


def test_who_did_nothing_is_told_so(alice: User, first: PolicyVersion, browse: Browse) -> None:
    response = browse(alice, at=EFFECT).get("/me/")

    assert "You have not answered anything yet." in words(response.content)
    assert done(response.content) == []


def test_another_person_s_acts_never_appear(
    alice: User, charlie: User, first: PolicyVersion, browse: Browse
) -> None:
    answer(alice, at=EFFECT)
    record_exposures(user_id=alice.pk, version_ids=[first.pk], kind=ExposureKind.NOTIFIED, now=NOW)

    hers = browse(alice, at=EFFECT).get("/me/")
    his = browse(charlie, at=EFFECT).get("/me/", {"user": str(alice.pk), "email": alice.email})

    assert len(done(hers.content)) == 1
    assert done(his.content) == []
    said = pairs(cards(his.content)[0])
    assert said["You accepted"] == "no version yet"
    assert "You were told" not in said
    assert alice.email not in his.content.decode()


def test_nobody_s_page_is_shown_to_a_stranger(alice: User, first: PolicyVersion, browse: Browse) -> None:
    answer(alice, at=EFFECT)

    response = browse(None, at=EFFECT).get("/me/")

    assert (response.status_code, response.headers["Location"]) == (302, "/accounts/login/?next=/me/")


def test_the_page_is_open_behind_the_closed_gate_and_says_what_is_asked(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    response = browse(alice, at=GATE).get("/me/")

    assert response.status_code == 200
    assert "Your answer is asked for." in words(response.content)


def test_the_page_asks_itself_and_needs_no_banner_above(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    assert banners(browse(alice, at=NOW).get("/me/").content) == []


def test_a_recalled_version_stays_among_what_was_done(
    alice: User, approver: User, make_second: Callable[..., PolicyVersion], browse: Browse
) -> None:
    second = make_second()
    answer(alice, at=SECOND_EFFECT)
    recall_version(version_id=second.pk, reason="A mistake.", recalled_by=approver, now=SECOND_EFFECT + DAY)

    content = browse(alice, at=SECOND_EFFECT + 2 * DAY).get("/me/").content

    assert pairs(cards(content)[0])["In force"].startswith("version 1")
    [row] = done(content)
    assert "version 2" in row[2]


def test_a_policy_whose_only_version_was_recalled_applies_to_nobody(
    alice: User, approver: User, first: PolicyVersion, browse: Browse
) -> None:
    before = cards(browse(alice, at=EFFECT).get("/me/").content)
    recall_version(version_id=first.pk, reason="A mistake.", recalled_by=approver, now=EFFECT)

    after = cards(browse(alice, at=EFFECT + DAY).get("/me/").content)

    assert (len(before), len(after)) == (1, 0)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_the_page_is_only_read(alice: User, first: PolicyVersion, browse: Browse, method: str) -> None:
    assert browse(alice, at=EFFECT).generic(method, "/me/").status_code == 405


def test_the_page_is_kept_by_no_cache(alice: User, first: PolicyVersion, browse: Browse) -> None:
    assert "no-store" in browse(alice, at=EFFECT).get("/me/").headers["Cache-Control"]


def test_an_agreement_is_listed_with_the_words_of_an_agreement(
    alice: User, agreement: PolicyVersion, browse: Browse
) -> None:
    answer(alice, at=EFFECT, slug="profiling")

    [row] = done(browse(alice, at=EFFECT).get("/me/").content)

    assert agreement.change_class == ChangeClass.NEW_PURPOSE
    assert (row[1], row[3]) == ("agreed", "I have read version 1 of “Privacy policy” and I agree to it.")


def test_it_says_which_version_applies_and_why(alice: User, agreement: PolicyVersion, browse: Browse) -> None:
    before = words(browse(alice, at=EFFECT).get("/me/").content)
    answer(alice, at=EFFECT, slug="profiling")
    after = words(browse(alice, at=EFFECT).get("/me/").content)

    assert "Applies to you No version applies to you yet." in before
    assert "Applies to you version 1, since" in after
    assert "You agreed to it." in after
