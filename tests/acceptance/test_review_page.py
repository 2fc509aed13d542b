"""The review page puts the newest text before a person, and takes an answer to exactly that."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from acceptance import services
from acceptance.models import Act, ActContext, ActKind, Standing
from acceptance.tokens import ReviewForm, unseal
from accounts.models import User
from policies.models import ChangeClass, PolicyVersion
from records.services import erase_person
from tests.acceptance.conftest import DAY, EFFECT, SECOND_EFFECT
from tests.acceptance.pages import (
    accepting,
    alert,
    answer_form,
    declining,
    elements,
    fields,
    folded,
    heard,
    page,
    words,
)
from tests.acceptance.records import NOTHING, answer, recorded

pytestmark = pytest.mark.look

Browse = Callable[..., Client]
REVIEW = "/me/review/privacy/"


def test_the_page_shows_summary_text_statement_and_both_buttons(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    response = browse(alice, at=EFFECT).get(REVIEW)

    assert response.status_code == 200
    seen = words(response.content)
    assert "We keep orders for longer." in seen
    assert "We keep orders for six years." in seen
    form = answer_form(response.content)
    assert "I have seen version 1 of “Privacy policy” and what it changes." in folded(form)
    buttons = elements(form, ".//button[@name='answer']")
    assert [button.get("value") for button in buttons] == ["accept", "decline"]
    assert [folded(button) for button in buttons] == ["Acknowledge", "Decline"]


def test_who_stands_before_the_gate_is_told_so_and_led_to_the_answer(
    alice: User, bob: User, first: PolicyVersion, browse: Browse
) -> None:
    hint = "Before you go on in the shop, it asks for your answer to this version."
    early, late = (
        browse(bob, at=EFFECT + days * DAY).get(f"{REVIEW}?language=en").content for days in (0, 400)
    )

    assert hint not in words(early)
    assert hint in words(late)
    assert [link.get("href") for link in elements(page(late), "//main//a[@href='#answer']")] == ["#answer"]
    answer(bob, at=EFFECT + 400 * DAY)
    assert hint not in words(browse(bob, at=EFFECT + 400 * DAY).get(f"{REVIEW}?language=en").content)


def test_the_reason_for_declining_comes_before_the_buttons(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    form = answer_form(browse(alice, at=EFFECT).get(REVIEW).content)

    assert [field.get("name") for field in elements(form, ".//*[self::textarea or self::button]")] == [
        "note",
        "answer",
        "answer",
    ]


def test_the_statement_is_not_ticked_beforehand(alice: User, first: PolicyVersion, browse: Browse) -> None:
    form = answer_form(browse(alice, at=EFFECT).get(REVIEW).content)

    [box] = elements(form, ".//input[@type='checkbox']")
    assert box.get("name") == "ticked"
    assert "checked" not in box.attrib
    assert "ticked" not in dict(form.form_values())


def test_the_statement_belongs_to_its_box(alice: User, first: PolicyVersion, browse: Browse) -> None:
    form = answer_form(browse(alice, at=EFFECT).get(REVIEW).content)

    [label] = elements(form, ".//label[@for='ticked']")
    assert folded(label) == "I have seen version 1 of “Privacy policy” and what it changes."


def test_the_page_of_an_agreement_asks_to_agree(
    alice: User, agreement: PolicyVersion, browse: Browse
) -> None:
    response = browse(alice, at=EFFECT).get("/me/review/profiling/")

    form = answer_form(response.content)
    assert "and I agree to it." in folded(form)
    assert "Agree" in [folded(button) for button in elements(form, ".//button")]


def test_a_person_reads_in_their_own_language(bob: User, first: PolicyVersion, browse: Browse) -> None:
    client = browse(bob, at=EFFECT)

    content = client.get(REVIEW).content
    client.post(REVIEW, accepting(content))

    assert "Wir behalten Bestellungen sechs Jahre lang." in words(content)
    act = Act.objects.get()
    assert (act.text.language, act.presentation.language) == ("de", "de")


def test_the_answer_is_about_the_language_that_was_read_even_if_another_is_one_s_own(
    bob: User, first: PolicyVersion, browse: Browse
) -> None:
    client = browse(bob, at=EFFECT)

    content = client.get(REVIEW, {"language": "en"}).content
    client.post(REVIEW, accepting(content))

    assert "We keep orders for six years." in words(content)
    act = Act.objects.get()
    assert (act.text.language, act.presentation.language) == ("en", "en")


def test_a_text_that_is_not_translated_is_shown_in_the_policy_s_own_language(
    bob: User, make_version: Callable[..., PolicyVersion], browse: Browse
) -> None:
    make_version(effective_at=EFFECT)
    client = browse(bob, at=EFFECT)

    content = client.get(REVIEW).content
    client.post(REVIEW, accepting(content))

    assert answer_form(content).get("lang") == "en"
    assert (Act.objects.get().text.language, Act.objects.get().presentation.language) == ("en", "en")


def test_the_comparison_starts_from_the_version_this_person_last_accepted(
    alice: User,
    charlie: User,
    make_second: Callable[..., PolicyVersion],
    browse: Browse,
) -> None:
    answer(alice, at=EFFECT)
    make_second()
    make_second(
        bodies={"en": "We keep orders for two years.", "de": "Wir behalten sie zwei Jahre lang."},
        published_at=SECOND_EFFECT,
        effective_at=SECOND_EFFECT + 31 * DAY,
    )

    hers = browse(alice, at=SECOND_EFFECT).get(REVIEW).content
    his = browse(charlie, at=SECOND_EFFECT).get(REVIEW).content

    [gone] = elements(page(hers), "//del")
    assert heard(gone) == "Deleted: six end of deletion."
    assert "You last acknowledged version 1." in words(hers)
    assert elements(page(his), "//del") == []
    assert "You last" not in words(his)


def test_accepting_records_the_act_and_leads_to_one_s_own_page(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    client = browse(alice, at=EFFECT)

    response = client.post(
        REVIEW, accepting(client.get(REVIEW).content), headers={"user-agent": "Firefox/140"}
    )

    assert (response.status_code, response.headers["Location"]) == (302, "/me/")
    assert "Your answer is recorded." in words(client.get("/me/").content)
    act = Act.objects.get()
    assert (act.user, act.version, act.kind, act.at) == (alice, first, ActKind.ACKNOWLEDGED, EFFECT)
    context = ActContext.objects.get()
    assert (context.ip, context.user_agent) == ("127.0.0.1", "Firefox/140")


def test_the_act_names_what_the_form_on_the_page_was_made_for(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    client = browse(alice, at=EFFECT)
    content = client.get(REVIEW).content
    form = unseal(fields(content)["token"], ReviewForm, user_id=alice.pk)

    client.post(REVIEW, accepting(content))

    act = Act.objects.get()
    assert str(act.pk) == form.nonce
    assert (act.version_id, act.text_id, act.text.sha256) == (form.version_id, form.text_id, form.sha256)
    assert act.presentation.sha256 == form.presentation
    assert act.presentation.wording["statement"] in words(content)


def test_declining_needs_no_tick_and_keeps_the_reason(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    client = browse(alice, at=EFFECT)

    response = client.post(REVIEW, declining(client.get(REVIEW).content, note="Too long."))

    assert response.status_code == 302
    assert (Act.objects.get().kind, Act.objects.get().note) == (ActKind.DECLINED, "Too long.")
    again = words(client.get(REVIEW).content)
    assert "You declined this version. You can change your answer below." in again


def test_an_answer_can_be_changed_from_a_page_opened_afterwards(
    alice: User, first: PolicyVersion, browse: Browse, freeze: Callable[..., None]
) -> None:
    client = browse(alice, at=EFFECT)
    client.post(REVIEW, declining(client.get(REVIEW).content))
    freeze(EFFECT + timedelta(minutes=1))

    response = client.post(REVIEW, accepting(client.get(REVIEW).content))

    assert response.status_code == 302
    assert Standing.objects.get().accepted_version == first
    assert "You have acknowledged this version." in words(client.get(REVIEW).content)


def test_an_unticked_statement_is_not_taken(alice: User, first: PolicyVersion, browse: Browse) -> None:
    client = browse(alice, at=EFFECT)

    response = client.post(REVIEW, fields(client.get(REVIEW).content) | {"answer": "accept"})

    assert response.status_code == 422
    assert alert(response.content).startswith("Tick the statement")
    assert recorded() == NOTHING


def test_the_page_shown_again_after_a_refusal_can_be_answered(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    client = browse(alice, at=EFFECT)
    refused = client.post(REVIEW, fields(client.get(REVIEW).content) | {"answer": "accept"})

    response = client.post(REVIEW, accepting(refused.content))

    assert response.status_code == 302
    assert Act.objects.count() == 1


def test_the_page_is_kept_by_no_cache(alice: User, first: PolicyVersion, browse: Browse) -> None:
    response = browse(alice, at=EFFECT).get(REVIEW)

    assert "no-store" in response.headers["Cache-Control"]
    assert "private" in response.headers["Cache-Control"]


def test_a_version_of_which_nothing_is_asked_says_so(
    alice: User, make_version: Callable[..., PolicyVersion], browse: Browse
) -> None:
    make_version(change_class=ChangeClass.EDITORIAL, effective_at=EFFECT)

    response = browse(alice, at=EFFECT).get(REVIEW)

    assert "Nothing is asked of you for this version." in words(response.content)


def test_whoever_was_erased_while_the_answer_was_on_its_way_is_told_so(
    alice: User, first: PolicyVersion, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browse(alice, at=EFFECT)
    content = client.get(REVIEW).content
    record_act = services.record_act

    def erase_before(**given: Any) -> Act:
        erase_person(person_id=alice.pk, decided_by=None, now=EFFECT)
        return record_act(**given)

    monkeypatch.setattr(services, "record_act", erase_before)
    response = client.post(REVIEW, accepting(content), follow=True)

    assert response.redirect_chain == [("/", 302)]
    assert "This account was erased, so nothing was recorded." in words(response.content)
    assert "_auth_user_id" not in client.session
    assert not Act.objects.exists()


def test_what_an_unticked_statement_lacks_is_said_beside_it(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    client = browse(alice, at=EFFECT)
    response = client.post(REVIEW, fields(client.get(REVIEW).content) | {"answer": "accept"})

    form = answer_form(response.content)
    [box] = elements(form, ".//input[@id='ticked']")
    [said] = elements(form, f".//*[@id='{box.get('aria-describedby')}']")
    assert box.get("aria-invalid") == "true"
    assert folded(said) == "Tick the statement to say that it is true, then press the button again."
    [way] = elements(page(response.content), "//*[@role='alert']/a")
    assert way.get("href") == "#ticked"


def test_a_person_is_told_that_they_agreed_where_they_did(
    alice: User, agreement: PolicyVersion, browse: Browse
) -> None:
    answer(alice, at=EFFECT, slug="profiling")
    client = browse(alice, at=EFFECT)

    review = words(client.get("/me/review/profiling/").content)
    withdrawal = words(client.get("/me/withdraw/profiling/").content)

    assert "You have agreed to this version. Nothing more is asked of you." in review
    assert "I withdraw my agreement to version 1" in withdrawal
    assert "acceptance" not in withdrawal
