"""One form, or one answer from two tabs, gives one act, however often and however fast it is sent."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client

from acceptance.models import Act, ActKind, Standing
from acceptance.services import AnsweredAlready, record_act
from accounts.models import User
from policies.models import PolicyVersion
from tests.acceptance.conftest import DAY, EFFECT
from tests.acceptance.pages import (
    accepting,
    alert,
    declining,
)
from tests.acceptance.records import REQUEST, answer, opened, recorded

Browse = Callable[..., Client]
REVIEW = "/me/review/privacy/"


def test_a_form_sent_twice_gives_one_act(alice: User, first: PolicyVersion) -> None:
    form, shown = opened(alice, at=EFFECT)

    acts = [
        record_act(person=alice, form=form, shown=shown, accepts=True, note="", request=REQUEST, now=at)
        for at in (EFFECT, EFFECT + timedelta(seconds=2))
    ]

    assert acts[0] == acts[1]
    assert recorded() == {"Act": 1, "ActContext": 1, "Presentation": 1, "Standing": 1}
    assert Act.objects.get().at == EFFECT


def test_the_same_answer_from_two_tabs_gives_one_act(alice: User, first: PolicyVersion) -> None:
    tabs = [opened(alice, at=EFFECT), opened(alice, at=EFFECT)]

    acts = [
        record_act(person=alice, form=form, shown=shown, accepts=True, note="", request=REQUEST, now=EFFECT)
        for form, shown in tabs
    ]

    assert acts[0] == acts[1]
    assert Act.objects.count() == 1


def test_who_declines_again_and_now_says_why_is_heard(alice: User, first: PolicyVersion) -> None:
    silent = answer(alice, at=EFFECT, accepts=False)

    spoken = answer(alice, at=EFFECT + DAY, accepts=False, note="Because you sell my data.")
    again = answer(alice, at=EFFECT + 2 * DAY, accepts=False)

    assert [act.note for act in Act.objects.order_by("at")] == ["", "Because you sell my data."]
    assert again == spoken != silent


def test_a_used_form_is_not_good_for_another_answer(alice: User, first: PolicyVersion) -> None:
    form, shown = opened(alice, at=EFFECT)
    record_act(person=alice, form=form, shown=shown, accepts=True, note="", request=REQUEST, now=EFFECT)

    with pytest.raises(AnsweredAlready, match="To change your answer"):
        record_act(
            person=alice, form=form, shown=shown, accepts=False, note="", request=REQUEST, now=EFFECT + DAY
        )

    assert Act.objects.get().kind == ActKind.ACKNOWLEDGED
    assert Standing.objects.get().declined_version is None


def test_a_fresh_form_changes_the_answer_and_keeps_the_first_one_on_record(
    alice: User, first: PolicyVersion
) -> None:
    answer(alice, at=EFFECT, accepts=False)
    answer(alice, at=EFFECT + DAY)

    kinds = list(Act.objects.order_by("at").values_list("kind", flat=True))
    assert kinds == [ActKind.DECLINED, ActKind.ACKNOWLEDGED]
    assert Standing.objects.get().declined_version is None


def test_a_form_used_before_the_answer_was_changed_does_not_change_it_back(
    alice: User, first: PolicyVersion
) -> None:
    form, shown = opened(alice, at=EFFECT)
    record_act(person=alice, form=form, shown=shown, accepts=True, note="", request=REQUEST, now=EFFECT)
    answer(alice, at=EFFECT + DAY, accepts=False)

    with pytest.raises(AnsweredAlready):
        record_act(
            person=alice, form=form, shown=shown, accepts=True, note="", request=REQUEST, now=EFFECT + 2 * DAY
        )

    assert Standing.objects.get().declined_version == first


def test_looking_at_it_again_does_not_turn_an_agreement_into_an_acknowledgement(
    alice: User, agreement: PolicyVersion
) -> None:
    agreed = answer(alice, at=EFFECT, slug="profiling")

    again = answer(alice, at=EFFECT + DAY, slug="profiling")

    assert again == agreed
    assert Standing.objects.get().accepted_kind == ActKind.AGREED


@pytest.mark.parametrize("same_form", [True, False])
def test_answers_sent_at_the_same_moment_give_one_act(
    committed: None, alice: User, first: PolicyVersion, *, same_form: bool
) -> None:
    form, shown = opened(alice, at=EFFECT)
    forms = [form if same_form else opened(alice, at=EFFECT)[0] for _ in range(6)]

    def send(number: int) -> Act:
        try:
            return record_act(
                person=alice,
                form=forms[number],
                shown=shown,
                accepts=True,
                note="",
                request=REQUEST,
                now=EFFECT + timedelta(milliseconds=number),
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as threads:
        acts = set(threads.map(send, range(6)))

    assert len(acts) == 1
    assert recorded() == {"Act": 1, "ActContext": 1, "Presentation": 1, "Standing": 1}


def test_a_page_sent_twice_gives_one_act_and_the_same_answer(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    client = browse(alice, at=EFFECT)
    sent = accepting(client.get(REVIEW).content)

    responses = [client.post(REVIEW, sent) for _ in range(2)]

    assert [(found.status_code, found.headers["Location"]) for found in responses] == [(302, "/me/")] * 2
    assert recorded() == {"Act": 1, "ActContext": 1, "Presentation": 1, "Standing": 1}


def test_two_tabs_give_one_act_and_the_same_answer(alice: User, first: PolicyVersion, browse: Browse) -> None:
    client = browse(alice, at=EFFECT)
    tabs = [accepting(client.get(REVIEW).content) for _ in range(2)]

    responses = [client.post(REVIEW, tab) for tab in tabs]

    assert tabs[0]["token"] != tabs[1]["token"]
    assert [found.status_code for found in responses] == [302, 302]
    assert recorded() == {"Act": 1, "ActContext": 1, "Presentation": 1, "Standing": 1}


def test_a_used_page_with_another_answer_is_refused(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    client = browse(alice, at=EFFECT)
    content = client.get(REVIEW).content
    client.post(REVIEW, accepting(content))

    response = client.post(REVIEW, declining(content))

    assert response.status_code == 409
    assert alert(response.content).startswith("You answered on that page before.")
    assert Act.objects.get().kind == ActKind.ACKNOWLEDGED
