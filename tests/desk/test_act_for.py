"""The answer of another person, entered at the desk: it says who entered it, for whom, and how it came."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from acceptance.models import Act, ActContext, ActKind, Channel, Standing, Surface
from acceptance.services import (
    AgreementAsked,
    AnsweredAlready,
    AskedSomethingElse,
    NoteMissing,
    NotForThisPerson,
    NothingToWithdraw,
    NotOpenToAnswers,
    act_for,
)
from acceptance.services.verifying import wrong_acts
from acceptance.tokens import DeskForm
from accounts.models import User
from policies.models import ChangeClass, Policy, PolicyVersion
from policies.services import recall_version
from policies.services.permission import NotPermitted
from tests.acceptance.pages import alert, fields, words
from tests.acceptance.records import answer, enter, everything, paper
from tests.conftest import NOW

from .conftest import address, errors

Acting = Callable[..., Client]


@pytest.fixture
def staff(make_person: Callable[..., User]) -> User:
    """Give somebody of the support."""
    return make_person("support", groups=("Support",))


@pytest.fixture
def desk(client_of: Callable[[User], Client], staff: User) -> Client:
    """Give their browser."""
    return client_of(staff)


def chosen(desk: Client, person: User, version: PolicyVersion, kind: str = "ACKNOWLEDGED") -> dict[str, str]:
    """Choose a text and an answer, and give what the form sends with its box ticked and a note."""
    query = {"text": str(version.texts.get(language="en").pk), "kind": kind}
    page = desk.get(address("act_for", person.pk), query)
    assert page.status_code == 200
    return fields(page.content) | {"ticked": "on", "note": "Letter of 2 March."}


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
    review = fields(own.get("/me/review/privacy/").content)

    desk.post(address("act_for", alice.pk), chosen(desk, alice, published, "DECLINED") | names)
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


def test_to_acknowledge_is_not_enough_where_an_agreement_is_asked(
    alice: User,
    staff: User,
    make_policy: Callable[..., Policy],
    make_version: Callable[..., PolicyVersion],
) -> None:
    purpose = make_version(make_policy("profiling"), change_class=ChangeClass.NEW_PURPOSE)
    before = everything()

    with pytest.raises(AgreementAsked):
        enter(purpose, alice, staff, at=NOW)

    assert everything() == before
    assert enter(purpose, alice, staff, at=NOW, kind=ActKind.AGREED).kind == ActKind.AGREED


def test_a_recalled_version_takes_no_answer_but_a_withdrawal(
    alice: User, charlie: User, staff: User, approver: User, published: PolicyVersion
) -> None:
    answer(charlie, at=NOW)
    recall_version(version_id=published.pk, reason="A mistake.", recalled_by=approver, now=NOW)
    later = NOW.replace(hour=12)
    before = everything()

    for kind in (ActKind.ACKNOWLEDGED, ActKind.AGREED, ActKind.DECLINED):
        with pytest.raises(NotOpenToAnswers, match="recalled"):
            enter(published, alice, staff, at=later, kind=kind)

    assert everything() == before
    assert enter(published, charlie, staff, at=later, kind=ActKind.WITHDRAWN)


def test_a_version_of_the_future_takes_no_answer(alice: User, staff: User, published: PolicyVersion) -> None:
    form = paper(published, alice, staff, at=NOW)

    with pytest.raises(NotOpenToAnswers, match="not published yet"):
        act_for(person=alice, acted_by=staff, form=form, note="A letter.", now=NOW.replace(hour=1))

    assert not Act.objects.exists()


def test_an_unknown_version_and_a_text_of_another_one_take_no_answer(
    alice: User, staff: User, published: PolicyVersion, make_draft: Callable[..., PolicyVersion]
) -> None:
    form = paper(published, alice, staff, at=NOW)
    draft = make_draft()
    before = everything()

    for damage in (
        {"version_id": draft.pk},
        {"version_id": 999_999},
        {"text_id": draft.texts.get().pk},
        {"sha256": "0" * 64},
        {"presentation": "0" * 64},
    ):
        with pytest.raises(AskedSomethingElse):
            act_for(
                person=alice,
                acted_by=staff,
                form=DeskForm(**(vars(form) | damage)),
                note="A letter.",
                now=NOW,
            )

    assert everything() == before


def test_only_published_texts_can_be_chosen(
    desk: Client, alice: User, published: PolicyVersion, make_draft: Callable[..., PolicyVersion]
) -> None:
    draft = make_draft().texts.get().pk
    place = address("act_for", alice.pk)
    before = everything()

    for text, kind in ((draft, "AGREED"), (999_999, "AGREED"), ("x", "AGREED"), (published.pk, "PERHAPS")):
        response = desk.get(place, {"text": text, "kind": kind})
        assert response.status_code == 422
        assert "token" not in response.content.decode().split("<main")[1]
    assert everything() == before


def test_a_recalled_version_is_refused_with_a_sentence_on_the_page(
    desk: Client, alice: User, approver: User, published: PolicyVersion
) -> None:
    sent = chosen(desk, alice, published)
    recall_version(version_id=published.pk, reason="A mistake.", recalled_by=approver, now=NOW)
    before = everything()

    response = desk.post(address("act_for", alice.pk), sent)

    assert (response.status_code, everything()) == (409, before)
    assert "This version was recalled." in alert(response.content)


@pytest.mark.parametrize("email", ["nobody@example.com", "", "x", "a\0@example.com"])
def test_who_is_not_there_is_not_found(desk: Client, email: str) -> None:
    response = desk.post(address("find_person"), {"email": email})

    assert response.status_code == 422
    assert errors(response.content)


def test_opening_the_pages_does_nothing(desk: Client, alice: User, published: PolicyVersion) -> None:
    sent = chosen(desk, alice, published)
    before = everything()

    desk.get(address("act_for", alice.pk), sent)
    desk.get(address("find_person"), {"email": alice.email})

    assert everything() == before
