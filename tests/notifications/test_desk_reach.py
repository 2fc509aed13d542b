"""The desk's page of whom a campaign reached: by country and language, and who was not told."""

import csv
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml.html import document_fromstring

from acceptance.models import ExposureKind
from acceptance.services import record_exposures
from accounts.models import User
from notifications.models import Campaign, CampaignKind, EventSource, MailEventKind, Notice, NoticeState
from notifications.selectors import Reach, reach_by_country, reach_by_language, replies, untold
from notifications.services import plan_campaigns, record_event, run_due
from policies.models import PolicyVersion
from policies.services import recall_version
from tests.acceptance.records import answer
from tests.conftest import NOW

from .conftest import Use
from .letters import words_of
from .mail_servers import StubbornSink
from .records import at, planned

ClientOf = Callable[[User], Client]


def page(campaign: Campaign, end: str = "") -> str:
    """Give the address of the page, or of the list."""
    return f"/desk/campaigns/{campaign.pk}/reach/{end}"


def words(content: bytes) -> str:
    """Give the words of a page, white space folded."""
    return words_of(document_fromstring(content.decode()))


@pytest.fixture
def people(make_people: Callable[..., list[User]]) -> list[User]:
    """Give three people in the United States, two in Germany, and one of whom nothing is known."""
    return [
        *make_people(3),
        *make_people(2, country="DE", language="de"),
        *make_people(1, country="", language="fr"),
    ]


@pytest.fixture
def sent(people: list[User], version: PolicyVersion, use: Use, tmp_path: Path) -> Campaign:
    """Give a campaign after its first round: one has answered, two were refused, one is tried again."""
    campaign = planned()
    answer(people[0], at=NOW)
    with use(StubbornSink(tmp_path)) as sink:
        sink.to_recipients = {
            people[1].email: "550 5.1.1 <person00001@example.com> unknown",
            people[3].email: "550 5.1.1 <person00003@example.com> unknown",
            people[4].email: "451 4.3.0 Later",
        }
        run_due(clock=at(NOW))
    return campaign


def test_each_country_and_language_has_its_figures(sent: Campaign) -> None:
    assert reach_by_country(sent) == [
        Reach("US", people=3, told=1, untold=1),
        Reach("DE", people=2, told=0, untold=1),
        Reach("", people=1, told=1, untold=0),
    ]
    assert {row.of: row.waiting for row in reach_by_language(sent)} == {"en": 1, "de": 1, "fr": 0}


def test_what_servers_said_is_grouped_by_its_codes_with_an_example(sent: Campaign) -> None:
    [found] = replies(sent)

    assert (found.codes, found.count, found.label) == ("550 5.1.1", 2, "failed")
    assert found.example == "550 5.1.1 <person00001@example.com> unknown"


def test_of_what_came_back_the_report_counts_and_not_that_it_was_taken_first(sent: Campaign) -> None:
    notice = Notice.objects.filter(state=NoticeState.ACCEPTED)[0]
    record_event(
        notice_id=notice.pk,
        kind=MailEventKind.BOUNCED,
        status="5.2.2",
        diagnostic="552 5.2.2 mailbox full",
        source=EventSource.PIPE,
        digest="a" * 64,
        now=NOW,
    )

    assert [(found.codes, found.label) for found in replies(sent)] == [
        ("550 5.1.1", "failed"),
        ("552 5.2.2", "came back"),
    ]
    assert untold(sent).get(pk=notice.pk).said == "552 5.2.2 mailbox full"  # type: ignore[attr-defined]


def test_who_was_not_told_is_listed_and_who_has_answered_is_not(sent: Campaign, people: list[User]) -> None:
    assert [notice.user for notice in untold(sent)] == [people[3], people[1]]


def test_the_page_shows_all_of_it(
    sent: Campaign, people: list[User], version: PolicyVersion, approver: User, client_of: ClientOf
) -> None:
    record_exposures(user_id=people[1].pk, version_ids=[version.pk], kind=ExposureKind.SHOWN, now=NOW)

    response = client_of(approver).get(page(sent))

    found = words(response.content)
    assert response.status_code == 200
    assert "US 3 1 1 1" in found
    assert "not stated 1 1 0 0" in found
    assert "failed 550 5.1.1 2 550 5.1.1 <person00001@example.com> unknown" in found
    [row] = document_fromstring(response.content.decode()).xpath(
        f"//tr[contains(., '{people[1].email}')][th]"
    )
    assert "March 2, 2026" in words_of(row)


def test_authors_see_how_many_were_not_told_and_not_who(
    sent: Campaign, people: list[User], author: User, client_of: ClientOf
) -> None:
    client = client_of(author)

    shown = words(client.get(page(sent)).content)

    assert "Who they are you may not see" in shown
    assert not [person.email for person in people if person.email in shown]
    assert client.get(page(sent, "not-told.csv")).status_code == 403


def test_the_list_can_be_had_as_csv_that_no_spreadsheet_runs(
    sent: Campaign, people: list[User], approver: User, client_of: ClientOf
) -> None:
    User.objects.filter(pk=people[1].pk).update(external_id="=1+1", country="US")
    Notice.objects.filter(user=people[3]).update(reply='@SUM(A1)", "\r\n-2')

    response = client_of(approver).get(page(sent, "not-told.csv"))

    assert isinstance(response, StreamingHttpResponse)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    content = b"".join(response.streaming_content).decode()
    head, *rows = list(csv.reader(StringIO(content, newline="")))
    assert head[:4] == ["person", "address", "country", "language"]
    by_address = {row[1]: dict(zip(head, row, strict=True)) for row in rows}
    assert by_address.keys() == {people[1].email, people[3].email}
    assert by_address[people[1].email]["person"] == "'=1+1"
    assert by_address[people[3].email]["reply"] == '\'@SUM(A1)", "\r\n-2'
    assert by_address[people[3].email]["tried_at"] == "2026-03-02T09:00:00+00:00"


def test_whom_no_correction_reached_is_on_a_page_of_its_own(
    alice: User,
    bob: User,
    version: PolicyVersion,
    approver: User,
    client_of: ClientOf,
    use: Use,
    tmp_path: Path,
) -> None:
    told = planned()
    with use(StubbornSink(tmp_path)) as sink:
        run_due(clock=at(NOW))
        record_exposures(user_id=alice.pk, version_ids=[version.pk], kind=ExposureKind.SHOWN, now=NOW)
        recall_version(version_id=version.pk, reason="A wrong annex.", recalled_by=approver, now=NOW)
        plan_campaigns(now=NOW)
        sink.to_recipients = {alice.email: "550 5.1.1 unknown"}
        run_due(clock=at(NOW))
    correction = Campaign.objects.get(kind=CampaignKind.CORRECTION)

    overview = client_of(approver).get(f"/desk/versions/{version.pk}/campaign/").content.decode()
    found = words(client_of(approver).get(page(correction)).content)

    assert page(told) in overview
    assert page(correction) in overview
    assert "Who was told of the recall" in found
    assert alice.email in found
    assert bob.email not in found
    assert "Told on the site" not in found
    [notice] = untold(correction)
    assert notice.shown_at is None  # type: ignore[attr-defined]  # `untold` adds it
    assert list(untold(told)) == []


@pytest.mark.parametrize("end", ["", "not-told.csv"])
def test_only_the_desk_sees_it_and_only_of_a_campaign(
    sent: Campaign, alice: User, approver: User, client_of: ClientOf, end: str
) -> None:
    assert client_of(alice).get(page(sent, end)).status_code == 403
    assert Client().get(page(sent, end)).status_code == 302
    assert client_of(approver).get(f"/desk/campaigns/9999/reach/{end}").status_code == 404


def test_the_page_costs_the_same_however_many_people_there_are(
    make_people: Callable[..., list[User]], version: PolicyVersion, approver: User, client_of: ClientOf
) -> None:
    make_people(60)
    campaign = planned()
    client = client_of(approver)
    client.get(page(campaign))
    costs = []
    for count in (1, 50):
        Notice.objects.filter(
            pk__in=Notice.objects.filter(campaign=campaign, state="PENDING").values("pk")[:count]
        ).update(state="FAILED", reason="So it is.")
        with CaptureQueriesContext(connection) as queries:
            client.get(page(campaign))
        costs.append(len(queries))

    assert costs[0] == costs[1]
