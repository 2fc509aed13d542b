"""The desk's page of a campaign: how far it is, what did not go out, and who may stop it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml.html import document_fromstring

from accounts.models import User
from demo.sink import Sink
from notifications.models import Campaign, CampaignState
from notifications.services import run_due
from policies.models import PolicyVersion
from tests.conftest import NOW

from .conftest import Use
from .letters import words_of
from .mail_servers import StubbornSink
from .records import answer, at, planned

pytestmark = pytest.mark.look

ClientOf = Callable[[User], Client]


def page(version: PolicyVersion) -> str:
    """Give the address of a version's campaign."""
    return f"/desk/versions/{version.pk}/campaign/"


def turning(campaign: Campaign, turn: str) -> str:
    """Give the address at which a campaign is paused, resumed or cancelled."""
    return f"/desk/campaigns/{campaign.pk}/{turn}/"


def words(content: bytes) -> str:
    """Give the words of a page, white space folded."""
    return words_of(document_fromstring(content.decode()))


@pytest.fixture
def half_sent(
    make_people: Callable[..., list[User]],
    version: PolicyVersion,
    use: Use,
    tmp_path: Path,
) -> Campaign:
    """Give a campaign of which two notices were accepted, one failed and one is to be tried again."""
    people = make_people(4)
    campaign = planned()
    with use(StubbornSink(tmp_path)) as sink:
        sink.to_recipients = {people[0].email: "550 No such user", people[1].email: "451 Later"}
        run_due(clock=at(NOW))
    return campaign


def test_the_page_shows_how_far_the_campaign_is_and_why_notices_did_not_go_out(
    half_sent: Campaign, version: PolicyVersion, author: User, client_of: ClientOf
) -> None:
    answer = client_of(author).get(page(version))

    found = words(answer.content)
    assert answer.status_code == 200
    figures = "notices 4 accepted 2 waiting 1 failed 1 unknown 0 not sent 0"
    assert f"{figures} came back 0 reported as unwanted 0 cancelled 0" in found
    assert "failed: The mail server refused the message. (1)" in found


def test_each_wave_is_shown_by_itself(
    alice: User,
    make_people: Callable[..., list[User]],
    version: PolicyVersion,
    author: User,
    client_of: ClientOf,
    mailbox: Sink,
) -> None:
    make_people(2)
    client = client_of(author)
    planned()
    before = words(client.get(page(version)).content)
    run_due(clock=at(NOW))
    answer(alice, version)

    planned(NOW + timedelta(days=7))

    after = words(client.get(page(version)).content)
    assert "First reminder" not in before
    assert "Announcement Accepted by the mail server 0 notices 3 accepted 0 waiting 3" in before
    assert "Announcement Accepted by the mail server 3 notices 3 accepted 3 waiting 0" in after
    assert "First reminder Accepted by the mail server 0 notices 2 accepted 0 waiting 2" in after
    assert "Second reminder" not in after


def test_what_changes_on_the_page_can_be_had_alone(
    half_sent: Campaign, version: PolicyVersion, author: User, client_of: ClientOf
) -> None:
    answer = client_of(author).get(page(version), headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert "accepted 2" in words(answer.content)
    assert b"<html" not in answer.content


def test_the_page_of_a_version_that_is_not_planned_yet_says_so(
    version: PolicyVersion, author: User, client_of: ClientOf
) -> None:
    answer = client_of(author).get(page(version))

    assert answer.status_code == 200
    assert "No notices are planned for this version yet." in words(answer.content)


def test_a_draft_has_no_campaign(
    make_draft: Callable[..., PolicyVersion], author: User, client_of: ClientOf
) -> None:
    assert client_of(author).get(page(make_draft())).status_code == 404


def test_the_page_costs_the_same_however_many_people_there_are(
    make_people: Callable[..., list[User]],
    version: PolicyVersion,
    author: User,
    client_of: ClientOf,
    warm_caches: None,
) -> None:
    make_people(501)
    planned()
    client = client_of(author)
    client.get(page(version))

    with CaptureQueriesContext(connection) as queries:
        client.get(page(version))

    assert len(queries) == 13


def test_the_page_says_how_fast_it_goes_and_how_long_the_rest_takes(
    half_sent: Campaign,
    version: PolicyVersion,
    author: User,
    client_of: ClientOf,
    freeze: Callable[..., None],
) -> None:
    freeze(NOW + timedelta(seconds=59))
    going = words(client_of(author).get(page(version)).content)
    freeze(NOW + timedelta(minutes=2))
    still = words(client_of(author).get(page(version)).content)

    assert "2 notices a minute . At this pace the rest takes about" in going.replace("minute.", "minute .")
    assert "a minute" not in still


def test_who_publishes_can_pause_and_resume(
    half_sent: Campaign, version: PolicyVersion, approver: User, client_of: ClientOf
) -> None:
    client = client_of(approver)

    paused = client.post(turning(half_sent, "pause"), follow=True)
    half_sent.refresh_from_db()
    state, reason = half_sent.state, half_sent.reason
    resumed = client.post(turning(half_sent, "resume"), follow=True)
    half_sent.refresh_from_db()

    assert (state, reason) == (CampaignState.PAUSED, "Paused at the desk.")
    assert half_sent.state == CampaignState.RUNNING
    assert "Paused at the desk." in words(paused.content)
    assert paused.redirect_chain == resumed.redirect_chain == [(page(version), 302)]


@pytest.mark.parametrize("turn", ["pause", "resume"])
def test_who_does_not_publish_can_do_neither(
    half_sent: Campaign, version: PolicyVersion, author: User, alice: User, client_of: ClientOf, turn: str
) -> None:
    answers = [
        client.post(turning(half_sent, turn)) for client in (client_of(author), client_of(alice), Client())
    ]

    half_sent.refresh_from_db()
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert half_sent.state == CampaignState.RUNNING


def test_the_buttons_are_shown_to_whom_they_serve(
    half_sent: Campaign, version: PolicyVersion, author: User, approver: User, client_of: ClientOf
) -> None:
    for_author = client_of(author).get(page(version)).content
    for_approver = client_of(approver).get(page(version)).content

    assert turning(half_sent, "pause").encode() not in for_author
    assert turning(half_sent, "pause").encode() in for_approver
    assert turning(half_sent, "resume").encode() not in for_approver


def test_the_page_is_for_the_desk_alone(
    half_sent: Campaign, version: PolicyVersion, alice: User, client_of: ClientOf, client: Client
) -> None:
    customer, stranger = client_of(alice).get(page(version)), client.get(page(version))

    assert customer.status_code == 403
    assert stranger.status_code == 302
    assert stranger["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("turn", ["pause", "resume"])
def test_opening_an_address_turns_nothing(
    half_sent: Campaign, version: PolicyVersion, approver: User, client_of: ClientOf, turn: str
) -> None:
    answer = client_of(approver).get(turning(half_sent, turn))

    half_sent.refresh_from_db()
    assert answer.status_code == 405
    assert half_sent.state == CampaignState.RUNNING


def test_a_turn_that_comes_too_late_is_answered_with_a_sentence(
    half_sent: Campaign, version: PolicyVersion, approver: User, client_of: ClientOf
) -> None:
    answer = client_of(approver).post(turning(half_sent, "resume"), follow=True)

    assert "Only a paused campaign can be resumed." in words(answer.content)


def test_where_there_is_no_campaign_there_is_nothing_to_turn(
    version: PolicyVersion, approver: User, client_of: ClientOf
) -> None:
    assert client_of(approver).post("/desk/campaigns/1/pause/").status_code == 404
