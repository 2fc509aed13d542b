"""The answer of another person, entered at the desk: it says who entered it, for whom, and how it came."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from acceptance.models import Act, ActContext, ActKind, Channel, Standing, Surface
from acceptance.services import (
    AnsweredAlready,
    NoteMissing,
    NotForThisPerson,
    NothingToWithdraw,
    act_for,
)
from acceptance.services.comparing import wrong_acts
from accounts.models import User
from policies.models import PolicyVersion
from policies.services.permission import NotPermitted
from tests.acceptance.pages import alert, fields, words
from tests.acceptance.records import answer, enter, everything, paper
from tests.conftest import NOW

from .conftest import address, chosen, errors

pytestmark = pytest.mark.look


def test_the_whole_way_from_the_overview_to_the_record(
    desk: Client, staff: User, alice: User, published: PolicyVersion
) -> None:
    assert address("find_person") in desk.get(address("overview")).content.decode()
    found = desk.post(address("find_person"), {"email": "ALICE@example.com"})
    place = address("act_for", alice.pk)

    response = desk.post(place, chosen(desk, alice, published), follow=True)

    assert found.headers["Location"] == place
    assert "The answer is recorded." in words(response.content)
    act = Act.objects.get()
    assert (act.user, act.acted_by, act.channel) == (alice, staff, Channel.DESK)
    assert (act.kind, act.at, act.note) == (ActKind.ACKNOWLEDGED, NOW, "Letter of 2 March.")
    assert act.presentation.surface == Surface.DESK
    assert "version 1 of “Privacy policy”: acknowledged" in act.presentation.wording["statement"]
    context = ActContext.objects.get()
    assert (context.email, context.ip, context.user_agent) == (alice.email, None, "")
    assert Standing.objects.get(user=alice).accepted_version == published
    assert list(wrong_acts()) == []


def test_the_person_sees_that_it_was_entered_for_them(
    desk: Client, alice: User, published: PolicyVersion, client_of: Callable[[User], Client]
) -> None:
    desk.post(address("act_for", alice.pk), chosen(desk, alice, published, "DECLINED"))

    own = words(client_of(alice).get("/me/").content)

    assert "declined entered at the desk: Letter of 2 March." in own
    assert "version 1 of “Privacy policy”: declined" in own


def test_sent_twice_it_gives_one_act_and_the_same_answer(
    desk: Client, alice: User, published: PolicyVersion
) -> None:
    sent = chosen(desk, alice, published)
    place = address("act_for", alice.pk)

    answers = [desk.post(place, sent) for _ in range(2)]

    assert [(each.status_code, each.headers["Location"]) for each in answers] == [(302, place)] * 2
    assert Act.objects.count() == 1


def test_what_the_person_said_themselves_is_not_said_again(
    desk: Client, alice: User, published: PolicyVersion
) -> None:
    answer(alice, at=NOW)

    response = desk.post(address("act_for", alice.pk), chosen(desk, alice, published), follow=True)

    assert "This answer is on record already." in words(response.content)
    assert Act.objects.get().channel == Channel.WEB


def test_a_used_form_enters_no_second_answer(alice: User, staff: User, published: PolicyVersion) -> None:
    form = paper(published, alice, staff, at=NOW)
    act_for(person=alice, acted_by=staff, form=form, note="A letter.", now=NOW)
    enter(published, alice, staff, at=NOW.replace(hour=10), kind=ActKind.DECLINED)

    with pytest.raises(AnsweredAlready):
        act_for(person=alice, acted_by=staff, form=form, note="A letter.", now=NOW.replace(hour=11))

    assert Act.objects.count() == 2


def test_a_withdrawal_comes_on_paper_too_and_then_an_acceptance_again(
    alice: User, staff: User, published: PolicyVersion
) -> None:
    answer(alice, at=NOW)

    enter(published, alice, staff, at=NOW.replace(hour=10), kind=ActKind.WITHDRAWN)
    withdrawn = Standing.objects.get().withdrawn_version
    enter(published, alice, staff, at=NOW.replace(hour=11))

    assert withdrawn == published
    assert Standing.objects.get().accepted_version == published


def test_what_was_not_accepted_is_not_withdrawn(alice: User, staff: User, published: PolicyVersion) -> None:
    before = everything()

    with pytest.raises(NothingToWithdraw):
        enter(published, alice, staff, at=NOW, kind=ActKind.WITHDRAWN)

    assert everything() == before


def test_nobody_answers_for_themselves_by_this_door(
    desk: Client, alice: User, staff: User, published: PolicyVersion
) -> None:
    sent = chosen(desk, alice, published)
    before = everything()

    pages = [desk.get(address("act_for", staff.pk)), desk.post(address("act_for", staff.pk), sent)]
    with pytest.raises(NotForThisPerson):
        enter(published, staff, staff, at=NOW)

    assert [page.status_code for page in pages] == [403, 403]
    assert "Answer for yourself on your own page." in alert(pages[0].content)
    assert everything() == before


def test_nobody_answers_for_a_program(
    make_person: Callable[..., User], staff: User, published: PolicyVersion
) -> None:
    robot = make_person("robot", is_service=True)

    with pytest.raises(NotForThisPerson):
        enter(published, robot, staff, at=NOW)


def test_the_permission_is_asked_for_by_the_service_too(
    alice: User, approver: User, published: PolicyVersion
) -> None:
    with pytest.raises(NotPermitted):
        enter(published, alice, approver, at=NOW)

    assert not Act.objects.exists()


def test_a_publisher_accepts_nothing_by_publishing(approver: User, published: PolicyVersion) -> None:
    assert published.published_by == approver
    assert not Act.objects.exists()
    assert not Standing.objects.exists()


@pytest.mark.parametrize(
    "damage",
    [
        {"note": ""},
        {"note": " "},
        {"note": "x" * 2001},
        {"note": "x" * 1_000_000},
        {"note": "\0"},
        {"ticked": ""},
    ],
)
def test_without_a_note_or_the_tick_nothing_is_recorded(
    desk: Client, alice: User, published: PolicyVersion, damage: dict[str, str]
) -> None:
    sent = chosen(desk, alice, published)
    before = everything()

    response = desk.post(address("act_for", alice.pk), sent | damage)

    assert (response.status_code, everything()) == (422, before)
    assert errors(response.content)
    assert fields(response.content)["token"] == sent["token"]


def test_the_service_wants_a_note_as_well(alice: User, staff: User, published: PolicyVersion) -> None:
    with pytest.raises(NoteMissing):
        enter(published, alice, staff, at=NOW, note=" ")


def test_a_form_is_good_for_one_person_one_colleague_and_one_purpose(
    desk: Client,
    alice: User,
    charlie: User,
    published: PolicyVersion,
    make_person: Callable[..., User],
    client_of: Callable[[User], Client],
) -> None:
    sent = chosen(desk, alice, published)
    colleague = client_of(make_person("colleague", groups=("Support",)))
    review = fields(client_of(alice).get("/me/review/privacy/").content)
    before = everything()

    answers = [
        desk.post(address("act_for", charlie.pk), sent),
        colleague.post(address("act_for", alice.pk), sent),
        desk.post(address("act_for", alice.pk), sent | {"token": review["token"]}),
        desk.post(address("act_for", alice.pk), sent | {"token": sent["token"].swapcase()}),
        desk.post(address("act_for", alice.pk)),
        client_of(alice).post("/me/review/privacy/", review | sent | {"answer": "accept"}),
    ]

    assert [response.status_code for response in answers] == [400] * 6
    assert everything() == before


def test_whoever_acts_is_whoever_is_signed_in_whatever_the_form_says(
    desk: Client,
    staff: User,
    alice: User,
    charlie: User,
    published: PolicyVersion,
    client_of: Callable[[User], Client],
) -> None:
    names = {key: str(charlie.pk) for key in ("user", "user_id", "acted_by", "acted_by_id", "person", "su")}
    own = client_of(alice)

    desk.post(address("act_for", alice.pk), chosen(desk, alice, published, "DECLINED") | names)
    review = fields(own.get("/me/review/privacy/").content)
    own.post("/me/review/privacy/", review | {"ticked": "on", "answer": "accept"} | names)

    acts = list(Act.objects.order_by("channel").values_list("channel", "user", "acted_by"))
    assert acts == [("DESK", alice.pk, staff.pk), ("WEB", alice.pk, alice.pk)]
    assert own.session["_auth_user_id"] == str(alice.pk)
    assert desk.session["_auth_user_id"] == str(staff.pk)


@pytest.mark.parametrize(
    "change",
    [
        {"channel": "WEB"},
        {"channel": "DESK", "note": ""},
        {"channel": "DESK", "acted_by": "themselves"},
    ],
)
def test_the_database_wants_one_s_own_act_on_the_site_and_another_s_at_the_desk(
    alice: User, staff: User, published: PolicyVersion, change: dict[str, Any]
) -> None:
    act = enter(published, alice, staff, at=NOW)
    act.pk = None
    for name, value in change.items():
        setattr(act, name, alice if value == "themselves" else value)

    with pytest.raises(IntegrityError, match=r"act_(on_the_site|at_the_desk)"), transaction.atomic():
        act.save(force_insert=True)
