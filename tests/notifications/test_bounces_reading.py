"""Reading reports: what each mail server means, and that no bytes at all upset the reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.bounces import Report, ReportKind, read_report

from .reports import MESSAGE_ID, VERP, sample, status_report

pytestmark = pytest.mark.pure

SAMPLES = ["postfix", "exim", "exchange", "gmail", "delivered", "complaint"]


def read(raw: bytes) -> Report:
    """Give what a report says, which is something."""
    found = read_report(raw)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "kind", "status", "diagnostic"),
    [
        (
            "postfix",
            ReportKind.BOUNCED,
            "5.1.1",
            "550 5.1.1 <alice@example.com>: Recipient address rejected:",
        ),
        ("exim", ReportKind.BOUNCED, "5.1.1", "550 5.1.1 No such user here"),
        ("exchange", ReportKind.BOUNCED, "5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient"),
        (
            "gmail",
            ReportKind.DELAYED,
            "4.4.1",
            "The recipient server did not accept our requests to connect.",
        ),
        ("complaint", ReportKind.COMPLAINED, "", "abuse"),
    ],
)
def test_a_report_is_understood_whoever_wrote_it(
    name: str, kind: ReportKind, status: str, diagnostic: str
) -> None:
    found = read(sample(name))

    assert (found.kind, found.status) == (kind, status)
    assert found.diagnostic.startswith(diagnostic)
    assert (found.recipient, found.message_id) == ("alice@example.com", MESSAGE_ID)
    assert VERP in found.came_to


def test_a_delivery_is_understood_though_it_encloses_nothing() -> None:
    found = read(sample("delivered"))

    assert (found.kind, found.status, found.message_id) == (ReportKind.DELIVERED, "2.0.0", "")


@pytest.mark.parametrize("name", SAMPLES)
def test_the_kind_of_line_ends_makes_no_difference(name: str) -> None:
    assert read(sample(name).replace(b"\n", b"\r\n")) == read(sample(name))


def test_what_the_envelope_said_comes_before_what_the_message_says_of_itself() -> None:
    raw = b"Delivered-To: bounces+1-a@fernhill.example\nX-Original-To: <bounces+2-b@fernhill.example>\n"

    came_to = read(raw + sample("exchange")).came_to

    assert came_to == ("bounces+1-a@fernhill.example", "bounces+2-b@fernhill.example", VERP)


def test_of_several_recipients_the_gravest_fate_counts() -> None:
    other = b"Final-Recipient: rfc822; list@example.com\nAction: delayed\nStatus: 4.2.2\n\nFinal-Recipient:"

    raw = status_report().replace(b"Final-Recipient:", other, 1)

    assert (read(raw).kind, read(raw).status) == (ReportKind.BOUNCED, "5.1.1")


def test_a_report_in_the_form_for_addresses_beyond_ascii_is_understood() -> None:
    raw = status_report().replace(b"message/delivery-status", b"message/global-delivery-status")
    raw = raw.replace(b"rfc822; alice@", "utf-8; älice@".encode())

    assert (read(raw).kind, read(raw).recipient) == (ReportKind.BOUNCED, "älice@example.com")


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ("5.1.1 (bad destination mailbox address)", "5.1.1"),
        ("no code", ""),
        ("9.1.1", ""),
        ("15.1.1", ""),
        ("5.1.1234", ""),
    ],
)
def test_a_status_is_a_code_or_nothing(status: str, found: str) -> None:
    assert read(status_report(status=status)).status == found


def test_a_server_that_went_on_without_reports_has_said_nothing() -> None:
    assert read_report(status_report(action="relayed")) is None


@pytest.mark.parametrize(
    "kind", [b"not-spam", b"auth-failure", b"abusive", b"", b"Auto-Submitted: auto-replied"]
)
def test_feedback_that_is_no_complaint_is_none(kind: bytes) -> None:
    raw = sample("complaint").replace(b"Feedback-Type: abuse", b"Feedback-Type: " + kind)

    assert read_report(raw) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"To: bounces@fernhill.example\nSubject: I am away until Monday\n\nIn urgent matters call Bob.\n",
        b"Content-Type: multipart/report\n\nno boundary and no parts\n",
        b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n--b--",
    ],
    ids=["nothing", "an answer by itself", "no parts", "an empty part"],
)
def test_what_is_no_report_is_none(raw: bytes) -> None:
    assert read_report(raw) is None


def test_a_report_that_a_stranger_enclosed_in_a_report_does_not_count() -> None:
    inner = sample("postfix")
    raw = b"Content-Type: multipart/report; boundary=outer\n\n--outer\nContent-Type: message/rfc822\n\n"

    assert read_report(raw + inner + b"\n--outer--\n") is None


def test_a_report_outside_a_message_of_reports_does_not_count() -> None:
    assert read_report(sample("postfix").replace(b"multipart/report;", b"multipart/mixed;")) is None


def test_a_diagnostic_is_cut_and_holds_nothing_that_a_database_refuses() -> None:
    said = b"Diagnostic-Code: smtp; 550 \x00\xff\xfeno\x1b[31m " + b"x" * 4000 + b"\nStatus: 5.1.1"
    raw = status_report().replace(b"Status: 5.1.1", said)

    found = read(raw).diagnostic

    assert found.startswith("550 \ufffd\ufffdno [31m xxx")
    assert len(found) == 300


REPORTS = b"Content-Type: multipart/report; boundary=b\n\n"
STATUS = b"--b\nContent-Type: message/delivery-status\n\n"


@pytest.mark.parametrize(
    "raw",
    [
        REPORTS + STATUS + b"Action: failed\n\n" * 600_000,
        REPORTS + b"--b\nContent-Type: text/plain\n\nx\n" * 300_000,
        b"Content-Type: multipart/report" + b"; a=b" * 2_000_000,
        b"Content-Type: multipart/report; boundary=" + b"(" * 9_000_000,
        b"To: a@b.example\n" * 600_000,
        b"To: a\n" + b" a\n" * 3_000_000,
        b"".join(b"Content-Type: multipart/report; boundary=%d\n\n--%d\n" % (i, i) for i in range(9000)),
    ],
    ids=["groups", "parts", "parameters", "comment", "fields", "folds", "depth"],
)
def test_a_large_message_that_is_made_to_take_long_does_not(raw: bytes) -> None:
    """Some of these would outlast the time that a test has if they were looked at in full."""
    read_report(raw)


@given(st.binary(max_size=2000))
def test_no_bytes_at_all_upset_the_reader(raw: bytes) -> None:
    read_report(raw)


@given(st.sampled_from(SAMPLES), st.lists(st.tuples(st.integers(0, 3000), st.binary(max_size=6)), max_size=8))
def test_no_damage_to_a_report_upsets_the_reader(name: str, damage: list[tuple[int, bytes]]) -> None:
    raw = sample(name)
    for at, bytes_there in damage:
        raw = raw[:at] + bytes_there + raw[at + len(bytes_there) :]

    found = read_report(raw)

    if found:
        for said in (found.recipient, found.status, found.diagnostic, found.message_id, *found.came_to):
            assert said.isprintable()
            said.encode()
        assert len(found.diagnostic) <= 300
