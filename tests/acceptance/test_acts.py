"""An act names exactly what the person was shown."""

import hashlib
import json
from collections.abc import Callable

from django.utils import translation

from acceptance.models import Act, ActContext, ActKind, Channel, Presentation, Standing
from acceptance.services import Request, record_act
from accounts.models import User
from policies.models import ChangeClass, PolicyVersion
from tests.acceptance.conftest import EFFECT, SECOND_EFFECT
from tests.acceptance.records import REQUEST, answer, opened
from tests.conftest import NOW


def test_an_act_names_version_text_and_digest_that_were_shown(bob: User, first: PolicyVersion) -> None:
    form, shown = opened(bob, at=EFFECT)

    act = record_act(person=bob, form=form, shown=shown, accepts=True, note="", request=REQUEST, now=EFFECT)

    act.refresh_from_db()
    german = first.texts.get(language="de")
    assert (act.user, act.acted_by, act.version, act.text) == (bob, bob, first, german)
    assert form.sha256 == hashlib.sha256(german.body.encode()).hexdigest() == act.text.sha256
    assert (act.kind, act.at, act.channel) == (ActKind.ACKNOWLEDGED, EFFECT, Channel.WEB)


def test_an_act_names_the_words_that_were_on_the_page(bob: User, first: PolicyVersion) -> None:
    form, shown = opened(bob, at=EFFECT)

    act = record_act(person=bob, form=form, shown=shown, accepts=True, note="", request=REQUEST, now=EFFECT)

    kept = act.presentation
    assert kept.wording["statement"] == shown.statement
    assert (kept.sha256, kept.language, kept.surface) == (form.presentation, "de", "REVIEW_PAGE")


def test_the_words_of_an_act_are_in_the_language_of_the_text_whoever_asks(
    bob: User, first: PolicyVersion
) -> None:
    with translation.override("fr"):
        act = answer(bob, at=EFFECT)

    assert act.text.language == "de"
    assert act.presentation.wording == {
        "statement": "Ich habe Version 1 von „Privacy policy“ gesehen und auch, was sie ändert.",
        "accept_button": "Zur Kenntnis nehmen",
        "decline_button": "Ablehnen",
        "consequences": "Wenn Sie ablehnen, halten wir das fest. Die Version gilt für Sie trotzdem: Sie"
        " braucht keine Zustimmung. Wenn Sie nichts tun, gilt nichts als angenommen, und am Ende fragt"
        " der Shop nach Ihrer Antwort, bevor Sie weitermachen können. Sie können Ihre Antwort jederzeit"
        " ändern.",
    }


def test_the_digest_of_a_presentation_can_be_worked_out_from_its_row(
    alice: User, first: PolicyVersion
) -> None:
    act = answer(alice, at=EFFECT)

    row = Presentation.objects.values("surface", "language", "wording", "markup", "release").get()
    canonical = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert act.presentation.sha256 == hashlib.sha256(canonical.encode()).hexdigest()


def test_people_who_saw_the_same_words_share_a_presentation(
    alice: User, bob: User, charlie: User, first: PolicyVersion
) -> None:
    acts = [answer(person, at=EFFECT) for person in (alice, bob, charlie)]

    assert acts[0].presentation == acts[2].presentation != acts[1].presentation
    assert Presentation.objects.count() == 2


def test_an_acknowledgement_and_an_agreement_are_different_acts(
    alice: User, first: PolicyVersion, agreement: PolicyVersion
) -> None:
    seen, agreed = answer(alice, at=EFFECT), answer(alice, at=EFFECT, slug="profiling")

    assert (seen.kind, agreed.kind) == (ActKind.ACKNOWLEDGED, ActKind.AGREED)
    assert "I have seen version 1" in seen.presentation.wording["statement"]
    assert "I agree to it" in agreed.presentation.wording["statement"]


def test_the_circumstances_of_an_act_stand_apart_from_it(alice: User, first: PolicyVersion) -> None:
    form, shown = opened(alice, at=EFFECT)
    request = Request(ip="2001:db8::7", user_agent="Firefox " * 100)

    act = record_act(person=alice, form=form, shown=shown, accepts=True, note="", request=request, now=EFFECT)

    context = ActContext.objects.get(act=act)
    assert (context.ip, context.user_agent) == ("2001:db8::7", ("Firefox " * 100)[:400])
    assert len(bytes(context.salt)) == 32


def test_each_act_has_a_salt_of_its_own(alice: User, charlie: User, first: PolicyVersion) -> None:
    answer(alice, at=EFFECT)
    answer(charlie, at=EFFECT)

    salts = {bytes(context.salt) for context in ActContext.objects.all()}
    assert len(salts) == 2


def test_a_decline_keeps_the_reason_that_was_given(alice: User, first: PolicyVersion) -> None:
    act = answer(alice, at=EFFECT, accepts=False, note="  Six years are too long.\n")

    assert (act.kind, act.note) == (ActKind.DECLINED, "Six years are too long.")


def test_a_version_of_which_nothing_is_asked_can_be_acknowledged_all_the_same(
    alice: User, make_version: Callable[..., PolicyVersion]
) -> None:
    version = make_version(change_class=ChangeClass.EDITORIAL, effective_at=EFFECT)

    act = answer(alice, at=EFFECT)

    assert (act.version, act.kind) == (version, ActKind.ACKNOWLEDGED)


def test_the_answer_to_a_newer_version_stands_beside_the_one_before(
    alice: User, first: PolicyVersion, make_second: Callable[..., PolicyVersion]
) -> None:
    answer(alice, at=EFFECT)
    second = make_second()
    answer(alice, at=SECOND_EFFECT)

    assert list(Act.objects.order_by("at").values_list("version", flat=True)) == [first.pk, second.pk]
    assert Standing.objects.get().accepted_version == second


def test_one_person_s_answer_is_nobody_else_s(alice: User, charlie: User, first: PolicyVersion) -> None:
    answer(alice, at=EFFECT)
    answer(charlie, at=EFFECT, accepts=False)

    standings = {standing.user: standing.accepted_version for standing in Standing.objects.all()}
    assert standings == {alice: first, charlie: None}


def test_an_answer_before_effect_counts_as_much_as_one_after(alice: User, first: PolicyVersion) -> None:
    answer(alice, at=NOW)

    assert Standing.objects.get().accepted_version == first
