"""The desk's reports: figures with charts and tables, lists, and files, for legal staff alone."""

import csv
import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.db import connection
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from acceptance.models import ExposureKind
from acceptance.selectors import Part
from acceptance.selectors.reports import Figures
from acceptance.services import count_people, record_exposures
from acceptance.views.charts import HEIGHT, WIDTH, stacked
from accounts.models import User
from policies.models import PolicyVersion
from tests.acceptance.pages import elements, folded, links, page, words
from tests.acceptance.records import answer
from tests.conftest import NOW

from .conftest import address
from .test_campaign import figures

pytestmark = pytest.mark.look

OF_VERSION = ("report", "report_csv", "report_json", "answers", "answers_csv", "never", "never_csv")
OF_POLICY = ("policy_report", "policy_report_csv", "policy_report_json")


@pytest.fixture
def counted(
    published: PolicyVersion, alice: User, bob: User, charlie: User, author: User, approver: User
) -> PolicyVersion:
    """Give a version that Alice acknowledged, Bob declined, and Charlie knows of; then it was counted."""
    answer(alice, at=NOW)
    answer(bob, at=NOW, accepts=False)
    record_exposures(user_id=charlie.pk, version_ids=[published.pk], kind=ExposureKind.SHOWN, now=NOW)
    User.objects.filter(pk__in=[author.pk, approver.pk]).update(country="FR")
    count_people(now=NOW)
    return published


def rows_of(response: HttpResponseBase) -> list[dict[str, str]]:
    """Give the rows of a CSV file under their names."""
    assert isinstance(response, StreamingHttpResponse)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    content = response.getvalue().decode()
    return list(csv.DictReader(StringIO(content, newline="")))


def table_rows(content: bytes, name: str) -> list[str]:
    """Give the words of each row of the table with a name."""
    found = elements(page(content), f"//*[@role='region'][@aria-label='{name}']//tbody/tr")
    return [" ".join(folded(cell) for cell in row) for row in found]


def test_the_report_shows_when_it_was_counted_and_what(counted: PolicyVersion, decider: Client) -> None:
    content = decider.get(address("report", counted.pk)).content

    assert figures(content) == {
        "people concerned": 5,
        "acknowledged": 1,
        "agreed": 0,
        "taken over": 0,
        "deemed by use": 0,
        "not asked": 0,
        "outstanding": 3,
        "not notified": 0,
        "declined": 1,
        "withdrawn": 0,
    }
    assert "Counted March 2, 2026" in words(content)
    assert table_rows(content, "By country") == [
        "FR 2 0 0 0 0 0 2 0 0 0",
        "US 2 1 0 0 0 0 1 0 0 0",
        "DE 1 0 0 0 0 0 0 0 1 0",
    ]
    assert table_rows(content, "By language") == ["en 4 1 0 0 0 0 3 0 0 0", "de 1 0 0 0 0 0 0 0 1 0"]
    assert "Who never accepted this version or a later one (4)" in words(content)


def test_a_version_that_was_not_counted_yet_says_so(published: PolicyVersion, decider: Client) -> None:
    pages = [
        decider.get(address("report", published.pk)).content,
        decider.get(address("policy_report", "privacy")).content,
    ]

    assert "This version has not been counted yet." in words(pages[0])
    assert "No version has been counted yet." in words(pages[1])
    assert decider.get(address("report_json", published.pk)).json() == {"policy": "privacy", "version": 1}


@pytest.mark.parametrize("name", ["report", "policy_report"])
def test_a_chart_has_a_title_a_description_and_a_table_and_no_style_of_its_own(
    counted: PolicyVersion, decider: Client, name: str
) -> None:
    response = decider.get(address(name, counted.pk if name == "report" else "privacy"))

    [chart] = elements(page(response.content), "//svg")
    named = [elements(chart, f"//*[@id='{key}']")[0] for key in (chart.get("aria-labelledby") or "").split()]
    assert (chart.get("role"), [element.tag for element in named]) == ("img", ["title", "desc"])
    assert all(folded(element) for element in named)
    assert [segment.get("class") for segment in elements(chart, ".//rect")] == [
        "part acknowledged",
        "part outstanding",
        "part declined",
    ]
    legend = elements(page(response.content), "//ul[@class='legend']/li")
    assert [folded(part) for part in legend] == [str(part.label) for part in Part]
    assert elements(page(response.content), "//*[@style]") == []
    assert elements(page(response.content), "//main//script") == []


def test_a_chart_keeps_within_its_frame_and_its_parts_stand_on_each_other() -> None:
    rows = [
        (f"{day}", Figures(dict.fromkeys(Part, 0) | {Part.AGREED: day, Part.DECLINED: 7}))
        for day in range(40)
    ]

    chart = stacked(rows)

    assert [line.people for line in chart.lines] == [0, 23, 46]
    for column in chart.columns:
        assert chart.left <= column.x <= column.x + column.width <= WIDTH
        foot = float(chart.foot)
        for segment in column.segments:
            assert segment.y + segment.height == pytest.approx(foot, abs=0.02)
            assert 0 < segment.y <= HEIGHT
            foot = segment.y
    assert [column.label for column in chart.columns if column.label] == [
        "4",
        "9",
        "14",
        "19",
        "24",
        "29",
        "34",
        "39",
    ]


def test_days_that_were_not_counted_are_left_free_in_a_chart() -> None:
    rows = [(f"{day}", Figures(dict.fromkeys(Part, 0) | {Part.AGREED: 1})) for day in (0, 1, 2, 18, 19)]

    chart = stacked(rows, [738_000, 738_001, 738_002, 738_018, 738_019])

    middles = [column.middle for column in chart.columns]
    day = middles[1] - middles[0]
    assert middles[3] - middles[2] == pytest.approx(16 * day, abs=0.1)
    assert all(column.width < day for column in chart.columns)
    assert chart.left <= chart.columns[0].x
    assert chart.columns[-1].x + chart.columns[-1].width <= WIDTH
    assert [column.label for column in chart.columns] == ["", "", "2", "", "19"]


def test_a_count_late_in_the_day_stays_on_its_day_wherever_the_reader_lives(
    decider: Client, alice: User, published: PolicyVersion
) -> None:
    # By the clock of the approver, which is Berlin's, the first is of the next day.
    for moment in (NOW.replace(hour=23, minute=50), NOW.replace(hour=8) + timedelta(days=1)):
        count_people(now=moment)

    content = page(decider.get(address("report", published.pk)).content)

    columns = {bar.get("x") for bar in elements(content, "//*[local-name()='rect']")}
    assert len(columns) == 2


def test_the_report_on_a_policy_has_a_row_for_each_version_the_newest_first(
    counted: PolicyVersion, decider: Client, make_version: Callable[..., PolicyVersion]
) -> None:
    second = make_version(body="We keep orders for ten years.")
    count_people(now=NOW)

    content = decider.get(address("policy_report", "privacy")).content

    rows = table_rows(content, "Versions")
    assert [row.split(" March")[0] for row in rows] == [
        "version 2 5 0 0 0 0 0 2 3 0 0 5",
        "version 1 5 1 0 0 0 3 0 0 1 0 4",
    ]
    assert address("report", second.pk) in links(content)


def test_the_figures_can_be_had_as_csv(counted: PolicyVersion, decider: Client) -> None:
    of_version = rows_of(decider.get(address("report_csv", counted.pk)))
    [of_policy] = rows_of(decider.get(address("policy_report_csv", "privacy")))

    assert [(row["country"], row["language"], row["people"]) for row in of_version] == [
        ("DE", "de", "1"),
        ("FR", "en", "2"),
        ("US", "en", "2"),
    ]
    assert of_version[0]["counted_at"] == "2026-03-02T09:00:00+00:00"
    assert of_version[0]["declined"] == of_version[2]["acknowledged"] == "1"
    assert (of_policy["version"], of_policy["state"], of_policy["people"]) == ("1", "announced", "5")
    assert (of_policy["outstanding"], of_policy["never_accepted"]) == ("3", "4")


def test_the_figures_can_be_had_as_json(counted: PolicyVersion, decider: Client) -> None:
    of_version = decider.get(address("report_json", counted.pk)).json()
    of_policy = decider.get(address("policy_report_json", "privacy")).json()

    assert (of_version["policy"], of_version["version"]) == ("privacy", 1)
    assert of_version["total"] == {
        "people": 5,
        "acknowledged": 1,
        "agreed": 0,
        "taken_over": 0,
        "deemed": 0,
        "not_asked": 0,
        "outstanding": 3,
        "not_notified": 0,
        "declined": 1,
        "withdrawn": 0,
    }
    assert of_version["by_country"]["DE"]["declined"] == of_version["by_language"]["de"]["declined"] == 1
    assert [day["counted_at"] for day in of_version["over_time"]] == ["2026-03-02T09:00:00Z"]
    assert [row["version"] for row in of_policy["versions"]] == [1]
    assert json.dumps(of_policy).count("@") == 0


def test_who_never_accepted_is_listed_fifty_to_a_page(
    published: PolicyVersion, decider: Client, make_person: Callable[..., User]
) -> None:
    people = [make_person(f"person-{number}") for number in range(51)]
    answer(people[3], at=NOW)
    place = address("never", published.pk)

    start = decider.get(place).content
    [following] = [link for link in links(start) if link.startswith("?after=")]
    rest = decider.get(place + following).content

    named = [
        folded(cell) for cell in elements(page(start), "//tbody//th") + elements(page(rest), "//tbody//th")
    ]
    expected = [person.email for person in people if person != people[3]]
    assert len(elements(page(start), "//tbody//th")) == 50
    assert [email for email in named if email.startswith("person-")] == expected
    for nonsense in ("x", "-1", "9" * 40, "²", "1' OR 1=1"):
        assert decider.get(place, {"after": nonsense}).status_code == 200


def test_the_list_of_who_never_accepted_can_be_had_as_csv_that_no_spreadsheet_runs(
    counted: PolicyVersion, decider: Client, bob: User
) -> None:
    User.objects.filter(pk=bob.pk).update(external_id="=1+1")

    rows = rows_of(decider.get(address("never_csv", counted.pk)))

    assert [row["person"] for row in rows if row["address"] == bob.email] == ["'=1+1"]
    assert "alice@example.com" not in {row["address"] for row in rows}


@pytest.mark.parametrize("name", OF_VERSION + OF_POLICY)
def test_only_the_desk_sees_it_and_nobody_else_makes_the_site_look(
    counted: PolicyVersion, decider: Client, client_of: Callable[[User], Client], charlie: User, name: str
) -> None:
    place = address(name, counted.pk if name in OF_VERSION else "privacy")
    nowhere = address(name, 999_999 if name in OF_VERSION else "unknown")
    customer = client_of(charlie)

    with CaptureQueriesContext(connection) as asked:
        refused = [customer.get(place).status_code, Client().get(place).status_code]

    assert refused == [403, 302]
    assert not any("acceptance_tally" in query["sql"] for query in asked)
    assert customer.get(nowhere).status_code == 403
    assert (decider.get(place).status_code, decider.get(nowhere).status_code) == (200, 404)
    assert decider.post(place).status_code == 405


def test_a_draft_has_no_report(draft: PolicyVersion, decider: Client) -> None:
    places = [address(name, draft.pk) for name in OF_VERSION] + [
        address(name, "privacy") for name in OF_POLICY
    ]

    assert {decider.get(place).status_code for place in places} == {404}


def test_the_desk_leads_to_the_reports(published: PolicyVersion, decider: Client) -> None:
    overview = decider.get(address("overview")).content
    version = decider.get(address("version", published.pk)).content

    assert address("policy_report", "privacy") in links(overview)
    assert address("report", published.pk) in links(version)
